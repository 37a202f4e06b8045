package config

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// Sources names the places that settings come from; later ones win: file,
// credentials of systemd, environment, flags.
type Sources struct {
	// File is the path of the YAML file; empty means ConfigPath, which may be
	// absent. A named file must exist; [os.DevNull] is an empty one.
	File string
	// Environ is the environment as os.Environ gives it.
	Environ []string
	// Flags are settings by key.
	Flags map[string]any
}

// Load reads the settings. The error has a line for each mistake; see the package
// for their order. It reads the sources once and blocks for as long.
func Load(src Sources) (Settings, error) {
	s := Defaults(lookupEnv(src.Environ))
	all, mistakes, err := src.readAll()
	if err != nil {
		return s, err
	}
	s.origin = &all
	var unread []mistake
	for _, name := range slices.Sorted(maps.Keys(all.values)) {
		value := all.values[name]
		key, known := findKey(name)
		if !known {
			unread = append(unread, mistake{key: name, text: "no such key" + suggestKey(name)})
		} else if field := key.fieldOf(&s); !value.decodeInto(field) {
			unread = append(unread, mistake{key: name, text: "cannot be read as " + cmp.Or(value.typeHint(field), key.Kind())})
		}
	}
	return s, all.join(slices.Concat(mistakes, unread, s.checkValues(unread)))
}

// layers are the sources laid over one another.
type layers struct {
	file   string                  // the configuration, whether it exists or not
	values map[string]sourcedValue // by key, the winner of each
	inFile map[string]sourcedValue // by key, those of the file
}

// sources returns the places of the settings; those of Defaults have none.
func (s *Settings) sources() layers {
	if s.origin == nil {
		return layers{}
	}
	return *s.origin
}

// The sources by rank, the winner last.
const (
	fromFile = iota + 1
	fromCredential
	fromEnvironment
	fromFlag
)

// configPath returns the path of the configuration.
func (src Sources) configPath() string {
	return cmp.Or(src.File, ConfigPath(lookupEnv(src.Environ)))
}

// readAll reads every source once. Mistakes are those of keys; the error is that of
// a source which cannot be read at all.
func (src Sources) readAll() (layers, []mistake, error) {
	all := layers{file: src.configPath()}
	var body []byte
	var err error
	if src.File != os.DevNull { // a device, which readFile refuses
		body, err = readFile(all.file)
	}
	if err != nil && (src.File != "" || !errors.Is(err, os.ErrNotExist)) {
		return all, nil, fmt.Errorf("reading the configuration: %w", err)
	}
	var mistakes []mistake
	if all.inFile, mistakes, err = readYAML(all.file, body); err != nil {
		return all, nil, err
	}
	all.values = maps.Clone(all.inFile)
	fromSystemd, err := readCredentials(lookupEnv(src.Environ)("CREDENTIALS_DIRECTORY"))
	if err != nil {
		return all, nil, err
	}
	maps.Copy(all.values, fromSystemd)
	maps.Copy(all.values, readEnvironment(src.Environ))
	for key, value := range src.Flags {
		v := sourcedValue{place: place{from: "--" + strings.ReplaceAll(key, "_", "-"), source: fromFlag}}
		if text, ok := value.(string); ok {
			v.text = text
		} else {
			v.node = new(yaml.Node)
			_ = v.node.Encode(value) // texts and numbers always can
		}
		all.values[key] = v
	}
	return all, mistakes, nil
}

// keysCredential is the credential that is the key file itself.
const keysCredential = "geminid.keys"

// readCredentials finds the settings among the credentials that systemd passes:
// files called geminid.<key>.
func readCredentials(dir string) (map[string]sourcedValue, error) {
	out := make(map[string]sourcedValue)
	if dir == "" {
		return out, nil
	}
	for _, key := range SettingNames() {
		path := filepath.Join(dir, "geminid."+key)
		if !isFile(path) {
			continue
		}
		value, err := readFile(path)
		if err != nil {
			return nil, fmt.Errorf("reading a credential: %w", err)
		}
		out[key] = sourcedValue{text: strings.TrimSpace(string(value)), place: place{from: "credential " + filepath.Base(path), source: fromCredential}}
	}
	if path := filepath.Join(dir, keysCredential); isFile(path) {
		out["keys_file"] = sourcedValue{text: path, place: place{from: "credential " + keysCredential, source: fromCredential}}
	}
	return out, nil
}

func isFile(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular()
}

// envPrefix precedes a key, in capitals, in the environment.
const envPrefix = "GEMINID_"

// isForeign reports whether a variable with the prefix is no setting: those of the
// tests, the key that commands take, and the one that the packages' scripts read.
func isForeign(name string) bool {
	return strings.HasPrefix(name, "GEMINID_TEST_") || name == "GEMINID_ADMIN_KEY" || name == "GEMINID_PURGE_STATE"
}

// readEnvironment picks the settings out of the environment.
func readEnvironment(environ []string) map[string]sourcedValue {
	out := make(map[string]sourcedValue)
	for _, entry := range environ {
		name, value, _ := strings.Cut(entry, "=")
		if key, ok := strings.CutPrefix(name, envPrefix); ok && !isForeign(name) {
			out[strings.ToLower(key)] = sourcedValue{text: value, place: place{from: name, source: fromEnvironment}}
		}
	}
	return out
}

func lookupEnv(environ []string) func(string) string {
	return func(name string) string {
		for _, entry := range slices.Backward(environ) {
			if n, v, ok := strings.Cut(entry, "="); ok && n == name {
				return v
			}
		}
		return ""
	}
}

// suggestKey names the key that a misspelt one may stand for, or all keys.
func suggestKey(name string) string {
	squeeze := strings.NewReplacer("_", "", "-", "")
	for _, known := range SettingNames() {
		if squeeze.Replace(known) == strings.ToLower(squeeze.Replace(name)) || strings.HasPrefix(known, name) || strings.HasPrefix(name, known) {
			return " (did you mean " + known + "?)"
		}
	}
	return "; the keys are " + strings.Join(SettingNames(), ", ")
}
