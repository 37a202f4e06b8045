package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/google/renameio/v2"
	"go.yaml.in/yaml/v3"

	"github.com/geminid/geminid/daemon/config"
)

// newConfig is a configuration file about to be written.
type newConfig struct {
	path     string
	settings map[string]any
	origin   string // for its first line: who made it
	force    bool   // replace one that is there
	backup   string // the new name of the one that was there
}

// validateSetting returns the mistake in one setting, as the server would.
func validateSetting(key string, value any) error {
	_, err := config.Load(config.Sources{File: os.DevNull, Flags: map[string]any{key: value}})
	if err == nil {
		return nil
	}
	flag := "--" + strings.ReplaceAll(key, "_", "-") + ": "
	return errors.New(strings.TrimPrefix(err.Error(), flag))
}

// checkFree returns an error if there is a configuration already. One in
// which nothing is set, such as the one of the package, does not stand in the
// way.
func (n *newConfig) checkFree() error {
	info, err := os.Stat(n.path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return err
	case !info.Mode().IsRegular():
		return &exitError{exitConfig, fmt.Errorf("%s is no file; name the one to write with --config FILE", n.path)}
	case n.force:
		return nil
	}
	content, err := os.ReadFile(n.path)
	if err != nil {
		return err
	}
	var set map[string]any
	if err := yaml.Unmarshal(content, &set); err == nil && len(set) == 0 {
		return nil
	}
	return &exitError{exitConfig, fmt.Errorf("%s is there already; --force writes a new one and keeps it as %s.old", n.path, filepath.Base(n.path))}
}

// writeFile checks the settings as the server would and writes them. One that was
// there is kept. It returns the settings as the server will read them.
func (n *newConfig) writeFile() (config.Settings, error) {
	if err := n.checkFree(); err != nil {
		return config.Settings{}, err
	}
	if err := os.MkdirAll(filepath.Dir(n.path), 0o755); err != nil {
		return config.Settings{}, err
	}
	file, err := renameio.NewPendingFile(n.path,
		renameio.WithTempDir(filepath.Dir(n.path)), renameio.WithStaticPermissions(0o600))
	if err != nil {
		return config.Settings{}, fmt.Errorf("writing the configuration: %w", err)
	}
	defer file.Cleanup()
	if _, err := file.WriteString(n.renderYAML()); err != nil {
		return config.Settings{}, fmt.Errorf("writing the configuration: %w", err)
	}
	settings, err := config.Load(config.Sources{File: file.Name(), Environ: os.Environ()})
	if err != nil {
		return settings, &exitError{exitConfig, errors.New(strings.ReplaceAll(err.Error(), file.Name(), n.path))}
	}
	if err := n.setOwner(file.File, settings.StateDir); err != nil {
		return settings, err
	}
	if n.backup, err = moveAside(n.path); err != nil {
		return settings, err
	}
	if err := file.CloseAtomicallyReplace(); err != nil {
		return settings, fmt.Errorf("writing the configuration: %w", err)
	}
	return settings, nil
}

// renderYAML is the file, in the order in which the settings are documented.
func (n *newConfig) renderYAML() string {
	var b strings.Builder
	fmt.Fprintf(&b, "# Made by %s. All keys and their defaults: docs/configuration.md\n\n", n.origin)
	for _, key := range config.SettingNames() {
		if value, ok := n.settings[key]; ok {
			line, err := yaml.Marshal(map[string]any{key: value})
			if err == nil { // texts and numbers always can
				b.Write(line)
			}
		}
	}
	return b.String()
}

// moveAside moves a file out of the way, to the first of FILE.old, FILE.old.2 and so on
// that is free, and returns which. A file that is not there needs no way.
func moveAside(path string) (string, error) {
	if _, err := os.Lstat(path); errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	old := path + ".old"
	for n := 2; ; n++ {
		if _, err := os.Lstat(old); errors.Is(err, fs.ErrNotExist) {
			return old, os.Rename(path, old)
		} else if err != nil {
			return "", err
		}
		old = fmt.Sprintf("%s.old.%d", path, n)
	}
}

// setOwner lets the daemon read the configuration. That of the service is root's, as
// the package has it, and its group reads it, because commands of the group's
// members do too.
func (n *newConfig) setOwner(file *os.File, stateDir string) error {
	owner, err := fileOwner(stateDir)
	switch {
	case owner == nil:
		return err
	case !config.IsService(n.path):
		return file.Chown(int(owner.Uid), int(owner.Gid))
	}
	return errors.Join(file.Chown(0, int(owner.Gid)), file.Chmod(0o640))
}

// chownLike makes the owner of a directory the owner of the file too.
func chownLike(file *os.File, dir string) error {
	owner, err := fileOwner(dir)
	if owner == nil {
		return err
	}
	return file.Chown(int(owner.Uid), int(owner.Gid))
}

// fileOwner returns the owner to whom root gives files: root sets up a service that
// runs as another user, who has to read them. Nil means that nothing is to be given.
func fileOwner(dir string) (*syscall.Stat_t, error) {
	info, err := os.Stat(dir)
	if errors.Is(err, fs.ErrNotExist) || os.Geteuid() != 0 {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	owner, _ := info.Sys().(*syscall.Stat_t)
	return owner, nil
}
