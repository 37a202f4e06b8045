package config

import (
	"cmp"
	"errors"
	"fmt"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"time"
)

// mistake is something wrong with one setting.
type mistake struct {
	key, text string
	at        place // the zero value is filled in by [layers.join]
	err       error // the cause that errors.Is finds, nil for none
}

// Error implements error.
func (m mistake) Error() string {
	if m.at.from == "" {
		return m.key + ": " + m.text
	}
	return m.at.from + ": " + m.key + ": " + m.text
}

// Unwrap returns the cause.
func (m mistake) Unwrap() error { return m.err }

// Error is the error of a configuration that cannot be run.
type Error struct{ Err error }

// Error implements error. It has a line for each mistake.
func (e *Error) Error() string { return e.Err.Error() }

// Unwrap returns the mistakes.
func (e *Error) Unwrap() error { return e.Err }

// combinations are the checks of settings that depend on each other. A mistake is
// the first key's, and stands where the first of them is given. A check is left out
// if one of its keys could not be read.
var combinations = []struct {
	keys  []string
	check func(*Settings) string
}{
	{[]string{"inbox_dir", "state_dir"}, (*Settings).checkDirectories},
	{[]string{"tls_cert", "tls_key"}, (*Settings).checkPair},
	{[]string{"notify_webhook", "notify_webhook_secret"}, (*Settings).checkWebhook},
	{[]string{"notify_ntfy", "notify_ntfy_token"}, (*Settings).checkNtfy},
	{[]string{"notify_telegram_token", "notify_telegram_chat", "notify_telegram_api"}, (*Settings).checkTelegram},
	{[]string{"notify_mail_server", "notify_mail_password", "notify_mail_from", "notify_mail_to", "notify_mail_hello"}, (*Settings).checkMail},
}

// checkValues returns the mistakes in the values of all keys but those that could
// not be read, which are mistakes already.
func (s *Settings) checkValues(unread []mistake) (mistakes []mistake) {
	readable := func(name string) bool {
		return !slices.ContainsFunc(unread, func(m mistake) bool { return m.key == name })
	}
	for _, key := range keys {
		if !readable(key.Name) {
			continue
		}
		if text := key.checkValue(key.fieldOf(s)); text != "" {
			mistakes = append(mistakes, mistake{key: key.Name, text: text})
		}
	}
	for _, c := range combinations {
		if slices.ContainsFunc(c.keys, func(name string) bool { return !readable(name) }) {
			continue
		}
		if text := c.check(s); text != "" {
			given := slices.DeleteFunc(slices.Clone(c.keys), func(name string) bool { return s.sources().values[name].from == "" })
			given = append(given, c.keys[0])
			mistakes = append(mistakes, mistake{key: c.keys[0], text: text, at: s.sources().values[given[0]].place})
		}
	}
	return mistakes
}

// checkValue returns the flaw of a value, empty if there is none.
func (k Key) checkValue(field reflect.Value) string {
	text := field.String()
	if len(k.Choices) > 0 && !slices.Contains(k.Choices, text) {
		return fmt.Sprintf("%q is not one of %s", text, strings.Join(k.Choices, ", "))
	}
	if k.Min != "" {
		return k.checkBounds(field)
	}
	if check := forms[k.form]; check != nil {
		return check(field.Interface())
	}
	return ""
}

// checkBounds compares a number, a size or a duration with its bounds.
func (k Key) checkBounds(field reflect.Value) string {
	n := field.Int()
	low, high := k.bound(k.Min), k.bound(k.Max)
	if k.Zero != "" && n == 0 || n >= low && (k.Max == "" || n <= high) {
		return ""
	}
	wanted := "must be at least " + k.Min
	if k.Max != "" {
		wanted = fmt.Sprintf("%s is outside %s to %s", spell(k.kind, n), spell(k.kind, low), spell(k.kind, high))
	}
	if k.Zero != "" {
		wanted += "; 0 " + k.Zero
	}
	return wanted
}

// bound decodes a bound as a value of its key.
func (k Key) bound(text string) int64 {
	value := reflect.New(k.kind).Elem()
	if text != "" {
		(sourcedValue{text: text}).decodeInto(value) // a test decodes all
	}
	return value.Int()
}

// spell writes a value of a type as a person reads it.
func spell(kind reflect.Type, n int64) string {
	switch kind {
	case reflect.TypeFor[time.Duration]():
		return time.Duration(n).String()
	case reflect.TypeFor[Size]():
		return Size(n).String()
	}
	return fmt.Sprint(n)
}

// checkDirectories keeps inbox and state apart.
func (s *Settings) checkDirectories() string {
	if !filepath.IsAbs(s.InboxDir) || !filepath.IsAbs(s.StateDir) {
		return "" // a mistake already
	}
	if isInside(s.InboxDir, s.StateDir) || isInside(s.StateDir, s.InboxDir) {
		return "neither it nor state_dir may lie in the other: the daemon would take its own files for cookies, or keep others out of the inbox"
	}
	return ""
}

// checkPair wants both files of the certificate or none.
func (s *Settings) checkPair() string {
	if (s.TLSCert == "") != (s.TLSKey == "") {
		return "and tls_key belong together; set both or none"
	}
	return ""
}

// isInside reports whether a path is a directory or lies in it.
func isInside(path, dir string) bool {
	relative, err := filepath.Rel(dir, path)
	return err == nil && relative != ".." && !strings.HasPrefix(relative, "../")
}

// join puts the mistakes in order: those of the file by line, then those of
// credentials, environment and flags, each in the order of the table. It fills in
// where settings stand, and returns nil if there are no mistakes.
func (l layers) join(mistakes []mistake) error {
	for i, m := range mistakes {
		if m.at == (place{}) {
			mistakes[i].at = cmp.Or(l.values[m.key].place, place{from: l.file})
		}
	}
	slices.SortStableFunc(mistakes, func(a, b mistake) int {
		return cmp.Or(cmp.Compare(a.at.source, b.at.source), cmp.Compare(a.at.line, b.at.line),
			cmp.Compare(rankOf(a.key), rankOf(b.key)), cmp.Compare(a.key, b.key))
	})
	if len(mistakes) == 1 {
		return mistakes[0]
	}
	var all []error
	for _, m := range mistakes {
		all = append(all, m)
	}
	return errors.Join(all...)
}

// rankOf returns the place of a key in the table; an unknown one is last.
func rankOf(name string) int {
	if key, ok := findKey(name); ok {
		return key.index
	}
	return len(keys)
}
