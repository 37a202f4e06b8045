package store

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/geminid/geminid/cookie"
	"github.com/geminid/geminid/internal/statefile"
)

// recordFormat is the version of the account file; a reader refuses newer ones.
const recordFormat = 1

// maxRecord bounds an account file in bytes, in both directions.
const maxRecord = 16 << 20

// savedRecord is the account file: one JSON object. Values stand here in clear
// text; the file is 0600 in a directory that is 0700.
type savedRecord struct {
	Format   int             `json:"format"`
	Saved    time.Time       `json:"saved"`
	Current  *savedSet       `json:"current,omitempty"`
	Previous *savedSet       `json:"previous,omitempty"`
	Memo     json.RawMessage `json:"memo,omitempty"`
}

type savedSet struct {
	PSID   string            `json:"psid"`
	PSIDTS string            `json:"psidts,omitempty"`
	Extra  map[string]string `json:"extra,omitempty"`
	// Expires holds the Unix times of those that name one.
	Expires map[string]int64 `json:"extra_expires,omitempty"`
}

// newDamagedError is the error of an account file whose content is of no use to this
// program.
func newDamagedError(reason string) error { return &statefile.DamageError{Reason: reason} }

func encodeRecord(r cookie.Record, now time.Time) ([]byte, error) {
	saved := savedRecord{Format: recordFormat, Saved: now.UTC(), Memo: r.Memo}
	var err error
	if saved.Current, err = saveSet(r.Current); err != nil {
		return nil, err
	}
	if saved.Previous, err = saveSet(r.Previous); err != nil {
		return nil, err
	}
	data, err := json.Marshal(saved)
	if err != nil {
		return nil, err
	}
	if len(data) >= maxRecord {
		return nil, fmt.Errorf("the record is larger than %d MiB", maxRecord>>20)
	}
	return append(data, '\n'), nil
}

func saveSet(s cookie.Set) (*savedSet, error) {
	if s.IsZero() {
		return nil, nil
	}
	out := &savedSet{PSID: s.PSID().Reveal(), PSIDTS: s.PSIDTS().Reveal()}
	for _, n := range s.Extra() {
		if out.Extra == nil {
			out.Extra = make(map[string]string)
		}
		out.Extra[n.Name] = n.Value.Reveal()
		if n.Expires.IsZero() {
			continue
		}
		if out.Expires == nil {
			out.Expires = make(map[string]int64)
		}
		out.Expires[n.Name] = n.Expires.Unix()
	}
	return out, out.checkSaved()
}

// checkSaved refuses a set that would not come back from the file as it went in, or
// could not be sent as a cookie.
func (s *savedSet) checkSaved() error {
	if s.PSID == "" {
		return errors.New("a set without " + cookie.NamePSID)
	}
	if !onlyASCII(s.PSID) || !onlyASCII(s.PSIDTS) {
		return errors.New("a session cookie holds a character that no cookie may hold")
	}
	for name, v := range s.Extra {
		if !onlyASCII(name) || !onlyASCII(v) {
			return fmt.Errorf("the cookie %q holds a character that no cookie may hold", name)
		}
	}
	return nil
}

func onlyASCII(s string) bool {
	for i := range len(s) {
		if s[i] < 0x20 || s[i] > 0x7e {
			return false
		}
	}
	return true
}

func decodeRecord(data []byte) (cookie.Record, error) {
	if len(bytes.TrimSpace(data)) == 0 {
		return cookie.Record{}, newDamagedError("it is empty")
	}
	var version struct {
		Format int `json:"format"`
	}
	if err := json.Unmarshal(data, &version); err != nil {
		return cookie.Record{}, newDamagedError("it is no whole JSON object" + jsonPlace(err))
	}
	if version.Format > recordFormat {
		return cookie.Record{}, newDamagedError(fmt.Sprintf("a newer geminid wrote it (format %d, this one reads up to %d)", version.Format, recordFormat))
	}
	if version.Format < 1 {
		return cookie.Record{}, newDamagedError("it names no format")
	}
	var saved savedRecord
	if err := json.Unmarshal(data, &saved); err != nil {
		return cookie.Record{}, newDamagedError("a field has the wrong type" + jsonPlace(err))
	}
	record := cookie.Record{Memo: saved.Memo}
	for _, part := range []struct {
		from *savedSet
		to   *cookie.Set
	}{{saved.Current, &record.Current}, {saved.Previous, &record.Previous}} {
		if part.from == nil {
			continue
		}
		if err := part.from.checkSaved(); err != nil {
			return cookie.Record{}, newDamagedError("it holds " + err.Error())
		}
		*part.to = part.from.cookieSet()
	}
	return record, nil
}

func (s *savedSet) cookieSet() cookie.Set {
	extra := make([]cookie.Named, 0, len(s.Extra))
	for name, v := range s.Extra {
		n := cookie.Named{Name: name, Value: cookie.NewValue(v)}
		if at, ok := s.Expires[name]; ok {
			n.Expires = time.Unix(at, 0).UTC()
		}
		extra = append(extra, n)
	}
	return cookie.RestoreSet(cookie.NewValue(s.PSID), cookie.NewValue(s.PSIDTS), extra)
}

// jsonPlace returns the place of a JSON error and not its text, which may quote the
// file.
func jsonPlace(err error) string {
	if e, ok := errors.AsType[*json.SyntaxError](err); ok {
		return fmt.Sprintf(" (byte %d)", e.Offset)
	}
	if e, ok := errors.AsType[*json.UnmarshalTypeError](err); ok && e.Field != "" {
		return fmt.Sprintf(" (field %s)", e.Field)
	}
	return ""
}
