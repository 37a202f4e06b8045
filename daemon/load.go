package daemon

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// Sources is where settings come from; later ones win: file, credentials of
// systemd, environment, flags.
type Sources struct {
	// File is the path of the YAML file; empty means ConfigPath, which may be
	// absent. A named file must exist.
	File string
	// Environ is the environment as os.Environ gives it.
	Environ []string
	// Flags are settings by key.
	Flags map[string]any
}

// Load reads the settings. An error names the file with its line, or the
// variable, the key, and what is allowed.
func Load(src Sources) (Settings, error) {
	s := Defaults(lookupEnv(src.Environ))
	all, err := src.readAll()
	if err != nil {
		return s, err
	}
	known := SettingNames()
	for _, key := range slices.Sorted(maps.Keys(all)) {
		if !slices.Contains(known, key) {
			return s, fmt.Errorf("%s: %s: no such key%s; the keys are %s", all[key].from, key, suggestKey(key, known), strings.Join(known, ", "))
		}
		field := reflect.ValueOf(&s).Elem().Field(slices.Index(known, key))
		if !all[key].decodeInto(field) {
			return s, fmt.Errorf("%s: %s: can not be read as %s", all[key].from, key, cmp.Or(all[key].typeHint(field), describeKind(key)))
		}
	}
	return s, src.locateError(s.checkValues())
}

// configPath is the path of the configuration.
func (src Sources) configPath() string { return cmp.Or(src.File, ConfigPath(lookupEnv(src.Environ))) }

// readAll collects what every source gives, the winner of each key.
func (src Sources) readAll() (map[string]sourcedValue, error) {
	body, err := os.ReadFile(src.configPath())
	if err != nil && (src.File != "" || !errors.Is(err, os.ErrNotExist)) {
		return nil, fmt.Errorf("reading the configuration: %w", err)
	}
	all, err := readYAML(src.configPath(), body)
	if err != nil {
		return nil, err
	}
	fromSystemd, err := readCredentials(lookupEnv(src.Environ)("CREDENTIALS_DIRECTORY"))
	if err != nil {
		return nil, err
	}
	maps.Copy(all, fromSystemd)
	maps.Copy(all, readEnvironment(src.Environ))
	for key, value := range src.Flags {
		g := sourcedValue{from: "--" + strings.ReplaceAll(key, "_", "-")}
		if text, ok := value.(string); ok {
			g.text = text
		} else {
			g.node = new(yaml.Node)
			_ = g.node.Encode(value) // texts and numbers always can
		}
		all[key] = g
	}
	return all, nil
}

// locateError puts before a problem where its setting stands.
func (src Sources) locateError(err error) error {
	var p settingError
	if !errors.As(err, &p) {
		return err
	}
	all, _ := src.readAll() // it could be read a moment ago
	return fmt.Errorf("%s: %w", cmp.Or(all[p.key].from, src.configPath()), err)
}

// keysCredential is the credential that is the key file itself.
const keysCredential = "geminid.keys"

// readCredentials finds the settings among the credentials that systemd passes: files
// called geminid.<key>.
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
		value, err := os.ReadFile(path)
		if err != nil {
			return nil, fmt.Errorf("reading a credential: %w", err)
		}
		out[key] = sourcedValue{text: strings.TrimSpace(string(value)), from: "credential " + filepath.Base(path)}
	}
	if path := filepath.Join(dir, keysCredential); isFile(path) {
		out["keys_file"] = sourcedValue{text: path, from: "credential " + keysCredential}
	}
	return out, nil
}

func isFile(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular()
}

// envPrefix precedes a key, in capitals, in the environment.
const envPrefix = "GEMINID_"

// isForeign are variables with the prefix that are no settings: those of the tests,
// the key that commands take, and what the packages' scripts ask.
func isForeign(name string) bool {
	return strings.HasPrefix(name, "GEMINID_TEST_") || name == "GEMINID_ADMIN_KEY" || name == "GEMINID_PURGE_STATE"
}

// readEnvironment picks the settings out of the environment.
func readEnvironment(environ []string) map[string]sourcedValue {
	out := make(map[string]sourcedValue)
	for _, entry := range environ {
		name, value, _ := strings.Cut(entry, "=")
		if key, ok := strings.CutPrefix(name, envPrefix); ok && !isForeign(name) {
			out[strings.ToLower(key)] = sourcedValue{text: value, from: name}
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

// SettingNames lists the keys of the configuration in the order of Settings.
func SettingNames() []string {
	var keys []string
	t := reflect.TypeFor[Settings]()
	for i := range t.NumField() {
		keys = append(keys, t.Field(i).Tag.Get("key"))
	}
	return keys
}

// suggestKey guesses what a misspelt key meant.
func suggestKey(key string, known []string) string {
	for _, k := range known {
		if strings.ReplaceAll(k, "_", "") == strings.ToLower(strings.NewReplacer("_", "", "-", "").Replace(key)) ||
			strings.HasPrefix(k, key) || strings.HasPrefix(key, k) {
			return " (did you mean " + k + "?)"
		}
	}
	return ""
}
