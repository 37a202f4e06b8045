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

	"github.com/geminid/geminid/daemon"
)

// newConfig is a configuration file about to be written.
type newConfig struct {
	path     string
	settings map[string]any
	origin   string // for its first line: who made it
	force    bool   // replace one that is there
}

// write checks the settings as the server would and writes them, for the owner
// alone. One that was there is kept as FILE.old. It returns the settings as the
// server will read them.
func (n newConfig) write() (daemon.Settings, error) {
	_, err := os.Lstat(n.path)
	if err == nil && !n.force {
		return daemon.Settings{}, &exit{exitConfig, fmt.Errorf("%s is there already; --force writes a new one and keeps it as %s.old", n.path, filepath.Base(n.path))}
	}
	old := err == nil
	if err := os.MkdirAll(filepath.Dir(n.path), 0o755); err != nil {
		return daemon.Settings{}, err
	}
	file, err := renameio.NewPendingFile(n.path, renameio.WithTempDir(filepath.Dir(n.path)), renameio.WithStaticPermissions(0o600))
	if err != nil {
		return daemon.Settings{}, fmt.Errorf("writing the configuration: %w", err)
	}
	defer file.Cleanup()
	if _, err := file.WriteString(n.text()); err != nil {
		return daemon.Settings{}, fmt.Errorf("writing the configuration: %w", err)
	}
	settings, err := daemon.Load(daemon.Sources{File: file.Name(), Environ: os.Environ()})
	if err != nil {
		return settings, &exit{exitConfig, errors.New(strings.ReplaceAll(err.Error(), file.Name(), n.path))}
	}
	if err := giveTo(file.File, settings.StateDir); err != nil {
		return settings, err
	}
	if old {
		if err := os.Rename(n.path, n.path+".old"); err != nil {
			return settings, err
		}
	}
	if err := file.CloseAtomicallyReplace(); err != nil {
		return settings, fmt.Errorf("writing the configuration: %w", err)
	}
	return settings, nil
}

// text is the file, in the order in which the settings are documented.
func (n newConfig) text() string {
	var b strings.Builder
	fmt.Fprintf(&b, "# Made by %s. All keys and their defaults: docs/configuration.md\n\n", n.origin)
	for _, key := range daemon.SettingNames() {
		if value, ok := n.settings[key]; ok {
			line, err := yaml.Marshal(map[string]any{key: value})
			if err == nil { // texts and numbers always can
				b.Write(line)
			}
		}
	}
	return b.String()
}

// giveTo makes the owner of the state directory the owner of the file too: root
// sets up a service that runs as somebody else and has to read it.
func giveTo(file *os.File, stateDir string) error {
	info, err := os.Stat(stateDir)
	if errors.Is(err, fs.ErrNotExist) || os.Geteuid() != 0 {
		return nil
	}
	if err != nil {
		return err
	}
	if owner, ok := info.Sys().(*syscall.Stat_t); ok {
		return file.Chown(int(owner.Uid), int(owner.Gid))
	}
	return nil
}
