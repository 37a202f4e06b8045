// Package cookie holds a Google session as the daemon knows it: the immutable
// Set, the export formats people bring (Parse), the directory they drop files
// into (Inbox, Watch) and the daemon's own durable state (Store). Values are
// redacting types; Reveal is the only way out.
package cookie

import (
	"crypto/sha256"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"unique"
)

// Names of the two cookies that make a session.
const (
	NamePSID   = "__Secure-1PSID"
	NamePSIDTS = "__Secure-1PSIDTS"
)

const redacted = "[redacted]"

// Value is a secret that can not print itself: every formatting, logging and
// encoding path yields a fixed word. The zero value is the absent value.
type Value struct {
	// A handle, because fmt does not call the methods of an unexported field: a
	// string in here would be printed along with any struct that holds it.
	secret unique.Handle[string]
}

// NewValue wraps a cookie value. It does not check it; Parse does.
func NewValue(secret string) Value {
	if secret == "" {
		return Value{}
	}
	return Value{unique.Make(secret)}
}

// Reveal returns the secret. It is called where a request or the state file is
// written, and nowhere else.
func (v Value) Reveal() string {
	if v.IsZero() {
		return ""
	}
	return v.secret.Value()
}

// IsZero reports whether there is no value.
func (v Value) IsZero() bool { return v == Value{} }

// String implements fmt.Stringer without showing the value.
func (v Value) String() string { return redacted }

// GoString implements fmt.GoStringer without showing the value.
func (v Value) GoString() string { return redacted }

// Format implements fmt.Formatter, so that no verb shows the value.
func (v Value) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte(redacted)) }

// LogValue implements slog.LogValuer without showing the value.
func (v Value) LogValue() slog.Value { return slog.StringValue(redacted) }

// MarshalText implements encoding.TextMarshaler without showing the value.
func (v Value) MarshalText() ([]byte, error) { return []byte(redacted), nil }

// MarshalJSON implements json.Marshaler without showing the value.
func (v Value) MarshalJSON() ([]byte, error) { return []byte(`"` + redacted + `"`), nil }

// Set is one session: PSID, PSIDTS (absent in some accounts) and the other
// .google.com cookies of the export. It is immutable and safe to share; the
// zero Set is no session.
type Set struct {
	psid, psidts Value
	extra        map[string]Value // name → value; never changed once set
}

// NewSet makes a set. extra holds the other .google.com cookies by name, may be
// nil, and is copied.
func NewSet(psid, psidts Value, extra map[string]Value) Set {
	return Set{psid: psid, psidts: psidts, extra: maps.Clone(extra)}
}

// PSID returns the identity cookie.
func (s Set) PSID() Value { return s.psid }

// PSIDTS returns the freshness cookie, the zero Value when there is none.
func (s Set) PSIDTS() Value { return s.psidts }

// IsZero reports whether the set holds no session.
func (s Set) IsZero() bool { return s.psid.IsZero() }

// Extra yields the other .google.com cookies sorted by name. They go to
// gemini.google.com only, never to RotateCookies.
func (s Set) Extra() []Named {
	out := make([]Named, 0, len(s.extra))
	for _, name := range slices.Sorted(maps.Keys(s.extra)) {
		out = append(out, Named{name, s.extra[name]})
	}
	return out
}

// Named is a cookie's name with its value.
type Named struct {
	Name  string
	Value Value
}

// WithPSIDTS returns the set with a renewed freshness cookie.
func (s Set) WithPSIDTS(v Value) Set {
	s.psidts = v
	return s
}

// WithExtra returns the set with the given cookies laid over its extra ones.
func (s Set) WithExtra(news []Named) Set {
	if len(news) == 0 {
		return s
	}
	extra := maps.Clone(s.extra)
	if extra == nil {
		extra = make(map[string]Value, len(news))
	}
	for _, n := range news {
		extra[n.Name] = n.Value
	}
	s.extra = extra
	return s
}

// Key identifies PSID and PSIDTS together. It is for comparing and caching in
// memory and is never shown or stored: Mark is what people see.
type Key [sha256.Size]byte

// Key returns the set's key. Extra cookies do not count.
func (s Set) Key() Key {
	return sha256.Sum256([]byte(s.psid.Reveal() + "\x00" + s.psidts.Reveal()))
}

// Identity is like Key for PSID alone: two sets with one Identity are the same
// login at different moments.
func (s Set) Identity() Key { return sha256.Sum256([]byte(s.psid.Reveal())) }
