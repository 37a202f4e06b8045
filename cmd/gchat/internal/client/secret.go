package client

import (
	"strings"

	"github.com/geminid/geminid/cmd/gchat/internal/exit"
)

// Secret is an API key. It cannot be printed by accident.
type Secret string

// String implements fmt.Stringer without showing the key.
func (Secret) String() string { return "[redacted]" }

// GoString implements fmt.GoStringer without showing the key.
func (Secret) GoString() string { return "[redacted]" }

// CheckKey refuses a key that cannot stand in a header; the error never shows it.
func CheckKey(key string) error {
	if strings.ContainsFunc(key, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return exit.UsageError("the key holds a blank or a character that no key has", "copy it again, without the text around it")
	}
	return nil
}
