package cookie

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"time"
	"unique"
)

// Names of the two cookies that make a session.
const (
	NamePSID   = "__Secure-1PSID"
	NamePSIDTS = "__Secure-1PSIDTS"
)

const redacted = "[redacted]"

// Value is a secret that cannot print itself: every formatting, logging and
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
	extra        map[string]Named // by name; never changed once set
}

// NewSet makes a set. extra holds the other .google.com cookies by name, may be
// nil, and is copied.
func NewSet(psid, psidts Value, extra map[string]Value) Set {
	s := Set{psid: psid, psidts: psidts}
	for name, value := range extra {
		s.putExtra(Named{Name: name, Value: value})
	}
	return s
}

// RestoreSet makes a set of the results of [Set.PSID], [Set.PSIDTS] and [Set.Extra],
// the expiries of the other cookies included. extra is copied.
func RestoreSet(psid, psidts Value, extra []Named) Set {
	s := Set{psid: psid, psidts: psidts}
	for _, n := range extra {
		s.putExtra(n)
	}
	return s
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
		out = append(out, s.extra[name])
	}
	return out
}

// Named is a cookie's name with its value.
type Named struct {
	Name  string
	Value Value
	// Expires is when the upstream stops accepting the cookie; zero if it is not
	// known.
	Expires time.Time
}

// ExpiredAt reports whether the cookie has expired.
func (n Named) ExpiredAt(now time.Time) bool { return !n.Expires.IsZero() && !n.Expires.After(now) }

func (n Named) headerSize() int { return len(n.Name) + len(n.Value.Reveal()) }

// WithPSIDTS returns the set with a renewed freshness cookie.
func (s Set) WithPSIDTS(v Value) Set {
	s.psidts = v
	return s
}

// MaxExtra is more cookies than a browser keeps for one site (180).
const MaxExtra = 200

// maxExtraBytes bounds how far WithExtra lets the extra cookies grow: a server
// that takes a Cookie header at all takes one of 16 KiB.
const maxExtraBytes = 16 << 10

// WithExtra returns the set with the given cookies laid over its extra ones, and
// without those that have expired at now. Cookies that a browser would not keep
// are left out, and new ones that would make the extra cookies more than 200, or
// longer than 16 KiB together.
func (s Set) WithExtra(news []Named, now time.Time) Set {
	if len(news) == 0 {
		return s
	}
	s.extra = maps.Clone(s.extra)
	maps.DeleteFunc(s.extra, func(_ string, n Named) bool { return n.ExpiredAt(now) })
	size := 0
	for _, n := range s.extra {
		size += n.headerSize()
	}
	for _, n := range news {
		old, known := s.extra[n.Name]
		growth := n.headerSize() - old.headerSize()
		if !Sendable(n.Name, n.Value.Reveal()) || !known && len(s.extra) >= MaxExtra || growth > 0 && size+growth > maxExtraBytes {
			continue
		}
		size += growth
		s.putExtra(n)
	}
	return s
}

// WithoutExtra returns the set with its two session cookies alone.
func (s Set) WithoutExtra() Set {
	s.extra = nil
	return s
}

func (s *Set) putExtra(n Named) {
	if s.extra == nil {
		s.extra = make(map[string]Named)
	}
	s.extra[n.Name] = n
}

// Key identifies PSID and PSIDTS together. It is for comparing and caching in memory
// and is never shown or stored: people see the Mark.
type Key [sha256.Size]byte

// Key returns the set's key. Extra cookies do not count.
func (s Set) Key() Key {
	var room [hashedBytes]byte
	return sha256.Sum256(append(append(append(room[:0], s.psid.Reveal()...), 0), s.psidts.Reveal()...))
}

// hashedBytes is more than the values of a session take, so that none is copied to the
// heap for its key, which every request asks for several times.
const hashedBytes = 512

// Identity is like Key for PSID alone: two sets with one Identity are the same
// login at different moments.
func (s Set) Identity() Key {
	var room [hashedBytes]byte
	return sha256.Sum256(append(room[:0], s.psid.Reveal()...))
}

// Mark is the name under which people see a set: twelve hex digits of a keyed hash of
// PSID and PSIDTS. Two sets with the same values have the same mark, and without the
// key a mark reveals nothing. The zero Set has no mark.
func Mark(key []byte, set Set) string {
	if set.IsZero() {
		return ""
	}
	mac := hmac.New(sha256.New, key)
	sum := set.Key()
	mac.Write(sum[:])
	return hex.EncodeToString(mac.Sum(nil)[:6])
}
