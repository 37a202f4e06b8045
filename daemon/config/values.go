package config

import (
	"cmp"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// Size is a number of bytes, written as a number or with KiB, MiB or GiB.
type Size int64

var units = []struct {
	suffix string
	bytes  int64
}{{"GiB", 1 << 30}, {"MiB", 1 << 20}, {"KiB", 1 << 10}, {"B", 1}, {"", 1}}

// UnmarshalText reads "33554432" or "32MiB".
func (s *Size) UnmarshalText(text []byte) error {
	raw := strings.TrimSpace(string(text))
	for _, u := range units {
		digits, ok := strings.CutSuffix(raw, u.suffix)
		if !ok {
			continue
		}
		n, err := strconv.ParseInt(strings.TrimSpace(digits), 10, 64)
		if err != nil || n < 0 || n > (1<<62)/u.bytes {
			break
		}
		*s = Size(n * u.bytes)
		return nil
	}
	return fmt.Errorf("%q is not a size such as 32MiB", raw)
}

// String writes the size in the largest unit that divides it.
func (s Size) String() string {
	for _, u := range units {
		if u.bytes > 1 && s != 0 && int64(s)%u.bytes == 0 {
			return strconv.FormatInt(int64(s)/u.bytes, 10) + u.suffix
		}
	}
	return strconv.FormatInt(int64(s), 10)
}

// Secret is a key in the configuration; it cannot print itself.
type Secret struct{ text string }

// UnmarshalText takes the key as it is.
func (s *Secret) UnmarshalText(text []byte) error { s.text = string(text); return nil }

// String implements fmt.Stringer without showing the key.
func (s Secret) String() string { return "[redacted]" }

// GoString implements fmt.GoStringer without showing the key.
func (s Secret) GoString() string { return s.String() }

// LogValue implements slog.LogValuer without showing the key.
func (s Secret) LogValue() slog.Value { return slog.StringValue(s.String()) }

// MarshalText implements encoding.TextMarshaler without showing the key.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// Reveal returns the key.
func (s Secret) Reveal() string { return s.text }

// HoldsSecrets reports whether a key or a password is among the settings, wherever
// it came from.
func (s *Settings) HoldsSecrets() bool {
	for _, key := range keys {
		if secret, ok := key.fieldOf(s).Interface().(Secret); ok && secret.Reveal() != "" {
			return true
		}
	}
	return false
}

// paths are the places of files if nothing is configured.
type paths struct{ config, inbox, state, socket string }

// The directories of the installed service.
const (
	serviceState   = "/var/lib/geminid"
	serviceRuntime = "/run/geminid"
)

// serviceConfig is the configuration of the installed service. Tests put another
// path in its place.
var serviceConfig = "/etc/geminid/geminid.yaml"

// isInstalled reports whether commands run by hand are about the installed service:
// it is configured, and the caller keeps no configuration of an own server. A
// service whose directory may not even be looked into is one too.
func isInstalled(own string) bool {
	if _, err := os.Lstat(own); err == nil {
		return false
	}
	_, err := os.Stat(serviceConfig)
	return err == nil || errors.Is(err, os.ErrPermission)
}

// defaultPaths follows systemd's directories if it gives them, else those of the
// installed service, else XDG.
func defaultPaths(env func(string) string) paths {
	xdg := func(name, fallback string) string {
		if dir := env(name); filepath.IsAbs(dir) {
			return dir
		}
		return filepath.Join(cmp.Or(env("HOME"), "/"), fallback)
	}
	config := filepath.Join(xdg("XDG_CONFIG_HOME", ".config"), "geminid")
	base := filepath.Join(xdg("XDG_STATE_HOME", ".local/state"), "geminid")
	run := env("XDG_RUNTIME_DIR")
	if dir, _, _ := strings.Cut(env("STATE_DIRECTORY"), ":"); dir != "" {
		base, config = dir, filepath.Dir(serviceConfig)
	} else if isInstalled(filepath.Join(config, "geminid.yaml")) {
		base, run, config = serviceState, serviceRuntime, filepath.Dir(serviceConfig)
	}
	if dir, _, _ := strings.Cut(env("RUNTIME_DIRECTORY"), ":"); dir != "" {
		run = dir
	}
	state := filepath.Join(base, "state")
	if run == "" {
		run = state
	}
	return paths{
		config: filepath.Join(config, "geminid.yaml"),
		inbox:  filepath.Join(base, "inbox"), state: state,
		socket: filepath.Join(run, "geminid.sock"),
	}
}

// IsService reports whether a configuration file is that of the installed service.
func IsService(path string) bool { return path == serviceConfig }

// ConfigPath returns the path of the configuration file that is read if none is named. It need
// not exist.
func ConfigPath(env func(string) string) string { return defaultPaths(env).config }
