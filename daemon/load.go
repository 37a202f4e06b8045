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

	"github.com/go-viper/mapstructure/v2"
	"github.com/knadh/koanf/parsers/yaml"
	"github.com/knadh/koanf/providers/confmap"
	"github.com/knadh/koanf/providers/rawbytes"
	"github.com/knadh/koanf/v2"
	yamlv3 "go.yaml.in/yaml/v3"
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

// envPrefix precedes a key, in capitals, in the environment. Variables of the
// tests' own are not settings.
const (
	envPrefix  = "GEMINID_"
	testPrefix = "GEMINID_TEST_"
)

// Load reads the settings. An error names the file with its line, or the
// variable, the key, and what is allowed.
func Load(src Sources) (Settings, error) {
	env := lookup(src.Environ)
	s := Defaults(env)
	if dir := env("CREDENTIALS_DIRECTORY"); dir != "" {
		if keys := filepath.Join(dir, "geminid.keys"); isFile(keys) {
			s.KeysFile = keys
		}
	}
	path := cmp.Or(src.File, ConfigPath(env))
	body, err := os.ReadFile(path)
	switch {
	case err == nil:
	case src.File == "" && errors.Is(err, os.ErrNotExist):
	default:
		return s, fmt.Errorf("reading the configuration: %w", err)
	}
	k := koanf.New("\x00") // keys are flat; no character separates them
	if err := k.Load(rawbytes.Provider(body), yaml.Parser()); err != nil {
		return s, fmt.Errorf("reading the configuration %s: %w", path, err)
	}
	lines := keyLines(body)
	from := make(map[string]string)
	for key := range k.Raw() {
		from[key] = fmt.Sprintf("%s:%d", path, lines[key])
	}
	for key, path := range credentials(env("CREDENTIALS_DIRECTORY")) {
		value, err := os.ReadFile(path)
		if err != nil {
			return s, fmt.Errorf("reading a credential: %w", err)
		}
		_ = k.Load(confmap.Provider(map[string]any{key: strings.TrimSpace(string(value))}, ""), nil)
		from[key] = "credential " + filepath.Base(path)
	}
	for key, value := range environment(src.Environ) {
		_ = k.Load(confmap.Provider(map[string]any{key: value}, ""), nil)
		from[key] = envPrefix + strings.ToUpper(key)
	}
	for key, value := range src.Flags {
		_ = k.Load(confmap.Provider(map[string]any{key: value}, ""), nil)
		from[key] = "--" + strings.ReplaceAll(key, "_", "-")
	}
	where := func(key string) string { return cmp.Or(from[key], path) }
	if err := decode(k.Raw(), &s, where); err != nil {
		return s, err
	}
	var p problem
	if err := s.check(); errors.As(err, &p) {
		return s, fmt.Errorf("%s: %w", where(p.key), p)
	}
	return s, nil
}

// credentials finds the settings among the credentials that systemd passes: files
// called geminid.<key>. The credential geminid.keys is the key file itself.
func credentials(dir string) map[string]string {
	out := make(map[string]string)
	if dir == "" {
		return out
	}
	for _, key := range SettingNames() {
		if path := filepath.Join(dir, "geminid."+key); isFile(path) {
			out[key] = path
		}
	}
	return out
}

func isFile(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular()
}

// decode fills s key by key, so that an error can name its own.
func decode(raw map[string]any, s *Settings, where func(string) string) error {
	known := SettingNames()
	for _, key := range slices.Sorted(maps.Keys(raw)) {
		if !slices.Contains(known, key) {
			return fmt.Errorf("%s: %s: no such key%s; the keys are %s", where(key), key, nearest(key, known), strings.Join(known, ", "))
		}
		decoder, err := mapstructure.NewDecoder(&mapstructure.DecoderConfig{
			Result: s, TagName: "koanf", WeaklyTypedInput: true, ErrorUnused: true,
			DecodeHook: mapstructure.ComposeDecodeHookFunc(
				mapstructure.StringToTimeDurationHookFunc(), numberToText, pairsToMap,
				mapstructure.TextUnmarshallerHookFunc(), mapstructure.StringToSliceHookFunc(",")),
		})
		if err != nil {
			return err
		}
		if err := decoder.Decode(map[string]any{key: raw[key]}); err != nil {
			return fmt.Errorf("%s: %s: can not be read as %s", where(key), key, kindOf(key))
		}
	}
	return nil
}

// numberToText lets a Size be written as a bare number.
func numberToText(from, to reflect.Type, v any) (any, error) {
	if to == reflect.TypeFor[Size]() && (from.Kind() == reflect.Int || from.Kind() == reflect.Float64) {
		return fmt.Sprint(v), nil
	}
	return v, nil
}

// pairsToMap reads "a=b,c=d", the form of a map in the environment.
func pairsToMap(from, to reflect.Type, v any) (any, error) {
	text, ok := v.(string)
	if !ok || to != reflect.TypeFor[map[string]string]() {
		return v, nil
	}
	out := make(map[string]string)
	for pair := range strings.SplitSeq(text, ",") {
		name, value, ok := strings.Cut(pair, "=")
		if !ok {
			return nil, errors.New("not name=value pairs")
		}
		out[strings.TrimSpace(name)] = strings.TrimSpace(value)
	}
	return out, nil
}

// SettingNames lists the keys of the configuration in the order of Settings.
func SettingNames() []string {
	var keys []string
	t := reflect.TypeFor[Settings]()
	for i := range t.NumField() {
		keys = append(keys, t.Field(i).Tag.Get("koanf"))
	}
	return keys
}

func kindOf(key string) string {
	t := reflect.TypeFor[Settings]()
	for i := range t.NumField() {
		if f := t.Field(i); f.Tag.Get("koanf") == key {
			switch {
			case f.Type.String() == "time.Duration":
				return "a duration such as 30s or 5m"
			case f.Type == reflect.TypeFor[Size]():
				return "a size such as 32MiB"
			case f.Type.Kind() == reflect.Bool:
				return "true or false"
			case f.Type.Kind() == reflect.Int:
				return "a number"
			case f.Type.Kind() == reflect.Map:
				return "a map of name: value"
			case f.Type.Kind() == reflect.Slice:
				return "a list"
			}
		}
	}
	return "text"
}

// nearest guesses what a misspelt key meant.
func nearest(key string, known []string) string {
	for _, k := range known {
		if strings.ReplaceAll(k, "_", "") == strings.ToLower(strings.NewReplacer("_", "", "-", "").Replace(key)) ||
			strings.HasPrefix(k, key) || strings.HasPrefix(key, k) {
			return " (did you mean " + k + "?)"
		}
	}
	return ""
}

// keyLines finds the line of each top-level key, for messages.
func keyLines(body []byte) map[string]int {
	var root yamlv3.Node
	lines := make(map[string]int)
	if yamlv3.Unmarshal(body, &root) != nil || len(root.Content) == 0 {
		return lines
	}
	for i := 0; i+1 < len(root.Content[0].Content); i += 2 {
		lines[root.Content[0].Content[i].Value] = root.Content[0].Content[i].Line
	}
	return lines
}

// environment picks the settings out of the environment.
func environment(environ []string) map[string]string {
	out := make(map[string]string)
	for _, entry := range environ {
		name, value, _ := strings.Cut(entry, "=")
		if key, ok := strings.CutPrefix(name, envPrefix); ok && !strings.HasPrefix(name, testPrefix) {
			out[strings.ToLower(key)] = value
		}
	}
	return out
}

func lookup(environ []string) func(string) string {
	return func(name string) string {
		for _, entry := range slices.Backward(environ) {
			if n, v, ok := strings.Cut(entry, "="); ok && n == name {
				return v
			}
		}
		return ""
	}
}
