package config

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"
)

// Key describes one setting, as the tags of its field in [Settings] do.
type Key struct {
	// Name is the key in the file; GEMINID_<NAME> in the environment.
	Name string
	// Default is the value of a key that is not given, empty if that is empty or
	// depends on the machine.
	Default string
	// Choices are the allowed words; nil means that any value of the kind is.
	Choices []string
	// Min and Max are the bounds of a number, a size or a duration, empty for none.
	// Zero is the effect of a 0, if that is special; a 0 is then always allowed.
	Min, Max, Zero string
	// Live says whether a reload changes it; otherwise it needs a restart.
	Live bool

	form  string // the form of a text: a key of forms
	index int    // of its field in Settings
	kind  reflect.Type
}

var keys = readTags()

func readTags() (out []Key) {
	for field := range reflect.TypeFor[Settings]().Fields() {
		tag := field.Tag
		if !field.IsExported() {
			continue
		}
		key := Key{Name: tag.Get("key"), Default: tag.Get("default"), Min: tag.Get("min"), Max: tag.Get("max"), Zero: tag.Get("zero"),
			Live: tag.Get("live") == "true", form: tag.Get("form"), index: field.Index[0], kind: field.Type}
		if words := tag.Get("choices"); words != "" {
			key.Choices = strings.Split(words, ",")
		}
		out = append(out, key)
	}
	return out
}

// Keys lists the settings in the order of [Settings].
func Keys() []Key { return slices.Clone(keys) }

// SettingNames lists the names of [Keys].
func SettingNames() []string {
	var names []string
	for _, key := range Keys() {
		names = append(names, key.Name)
	}
	return names
}

// findKey returns the key of a name.
func findKey(name string) (Key, bool) {
	i := slices.IndexFunc(keys, func(k Key) bool { return k.Name == name })
	if i < 0 {
		return Key{}, false
	}
	return keys[i], true
}

// fieldOf returns the setting's field, which can be set.
func (k Key) fieldOf(s *Settings) reflect.Value { return reflect.ValueOf(s).Elem().Field(k.index) }

// Kind says in words which values the key takes.
func (k Key) Kind() string {
	switch {
	case len(k.Choices) > 0:
		return "one of " + strings.Join(k.Choices, ", ")
	case k.Max != "":
		return fmt.Sprintf("%s, %s to %s", k.kindOfType(), k.Min, k.Max)
	case k.Min != "":
		return fmt.Sprintf("%s, %s or more", k.kindOfType(), k.Min)
	}
	return k.kindOfType()
}

func (k Key) kindOfType() string {
	switch reflect.Zero(k.kind).Interface().(type) {
	case time.Duration:
		return "a duration such as 30s or 5m"
	case Size:
		return "a size such as 32MiB"
	case bool:
		return "true or false"
	case int:
		return "a number"
	case map[string]string:
		return "a map of name: value"
	case []string:
		return "a list"
	}
	return "text"
}

// Defaults returns the settings of an empty configuration. env looks up a variable
// of the environment, which decides whether the paths are those of systemd, of the
// installed service or of the user (XDG).
func Defaults(env func(string) string) Settings {
	var s Settings
	for _, key := range keys {
		if key.Default != "" {
			(sourcedValue{text: key.Default}).decodeInto(key.fieldOf(&s)) // a test decodes all
		}
	}
	home := defaultPaths(env)
	s.InboxDir, s.StateDir, s.Socket = home.inbox, home.state, home.socket
	return s
}

// MergeLive takes the live keys of fresh into now and names all keys that differ:
// those that changed, and those that need a restart.
func MergeLive(now, fresh Settings) (merged Settings, changed, restart []string) {
	merged = now
	for _, key := range keys {
		to, from := key.fieldOf(&merged), key.fieldOf(&fresh)
		switch {
		case reflect.DeepEqual(to.Interface(), from.Interface()):
		case key.Live:
			to.Set(from)
			changed = append(changed, key.Name)
		default:
			restart = append(restart, key.Name)
		}
	}
	return merged, changed, restart
}
