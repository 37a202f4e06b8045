package peers

import (
	"errors"
	"fmt"
	"net/url"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// setting takes a text as it is.
func setting(key string) func(*Found, value) error {
	return func(f *Found, v value) error {
		if v.text != "" {
			f.Settings[key] = v.text
		}
		return nil
	}
}

// number takes a number of bytes or the like that must not be below a bound.
func number(key string, least int) func(*Found, value) error {
	return func(f *Found, v value) error {
		n, err := strconv.Atoi(v.text)
		if err != nil || n < least {
			return fmt.Errorf("it is no number from %d on; the default of %s stays", least, key)
		}
		f.Settings[key] = n
		return nil
	}
}

// seconds takes a number of seconds as a duration.
func seconds(key string) func(*Found, value) error {
	return func(f *Found, v value) error {
		n, err := strconv.ParseFloat(v.text, 64)
		if err != nil || n < 1 || n > 3600 {
			return fmt.Errorf("it is no number of seconds up to an hour; the default of %s stays", key)
		}
		f.Settings[key] = strconv.Itoa(int(n)) + "s"
		return nil
	}
}

// link takes an address, with a default scheme; a value that is none is left out.
func link(key, scheme string) func(*Found, value) error {
	return func(f *Found, v value) error {
		if v.text == "" {
			return nil
		}
		text := v.text
		if !strings.Contains(text, "://") {
			text = scheme + "://" + text
		}
		if u, err := url.Parse(text); err != nil || u.Host == "" {
			return errors.New("it is no address")
		}
		if old, ok := f.Settings[key]; ok && old != text {
			return fmt.Errorf("%s has another value already; there is one for all accounts", key)
		}
		f.Settings[key] = text
		return nil
	}
}

// levels translates the names of log levels.
var levels = map[string]string{
	"trace": "debug", "debug": "debug", "info": "info", "success": "info", "warning": "warn", "warn": "warn",
	"error": "error", "critical": "error", "fatal": "error",
}

func logLevel(f *Found, v value) error {
	level, ok := levels[strings.ToLower(v.text)]
	if !ok {
		return errors.New("there is no such level; the default of log_level stays")
	}
	f.Settings["log_level"] = level
	return nil
}

// debug is a switch for the log level.
func debug(f *Found, v value) error {
	if yes(v) {
		f.Settings["log_level"] = "debug"
	}
	return nil
}

// chatMode is a switch for one chat mode, or else for another.
func chatMode(on, off string) func(*Found, value) error {
	return func(f *Found, v value) error {
		mode := map[bool]string{true: on, false: off}[yes(v)]
		if mode != "" {
			f.Settings["chat_mode"] = mode
		}
		return nil
	}
}

func yes(v value) bool {
	return slices.Contains([]string{"true", "1", "yes", "on"}, strings.ToLower(v.text))
}

// https is the switch for the certificate, pem one of its files.
func https(f *Found, v value) error { f.https = yes(v); return nil }

func pem(key string) func(*Found, value) error {
	return func(f *Found, v value) error {
		if v.text != "" && !filepath.IsAbs(v.text) {
			return fmt.Errorf("set %s to the whole path", key)
		}
		return setting(key)(f, v)
	}
}

func host(f *Found, v value) error { f.host = v.text; return nil }

func port(f *Found, v value) error {
	if n, err := strconv.Atoi(strings.TrimPrefix(v.text, ":")); err != nil || n < 1 || n > 65535 {
		return errors.New("it is no port")
	}
	f.port = strings.TrimPrefix(v.text, ":")
	return nil
}

// shortest is the least length of a key that is taken over: what is shorter, and
// what everybody finds in an example, protects nothing.
const shortest = 16

var examples = []string{"your-api-key", "your_api_key", "yourapikey", "changeme", "change-me", "placeholder", "example", "sk-123456", "123456", "api-key-1", "api-key-2", "none", "null"}

// key takes the keys of clients, also several with commas between them.
func key(admin bool) func(*Found, value) error {
	return func(f *Found, v value) error {
		for text := range strings.SplitSeq(v.text, ",") {
			text = strings.TrimSpace(text)
			if text == "" {
				continue
			}
			weak := len(text) < shortest || slices.ContainsFunc(examples, func(e string) bool { return strings.Contains(strings.ToLower(text), e) })
			switch {
			case strings.HasPrefix(text, "$2"):
				return errors.New("it is a hash of a key; make a new one: geminid keys add NAME")
			case weak:
				return errors.New("it is too short or from an example; make a new one: geminid keys add NAME")
			}
			name := "imported"
			if admin {
				name = "imported-admin"
			}
			if n := len(f.Keys); n > 0 {
				name += "-" + strconv.Itoa(n+1)
			}
			f.Keys = append(f.Keys, Key{Name: name, Secret: text, Admin: admin})
		}
		return nil
	}
}

// part of a session.
type part int

const (
	psid part = iota
	psidts
	header
	label
)

// session takes a part of the cookies. In a list the number in the name at a
// position tells the accounts apart; position -1 is for a file with one.
func session(p part, position int) func(*Found, value) error {
	return func(f *Found, v value) error {
		index := 0
		if position >= 0 {
			n, err := strconv.Atoi(strings.Split(v.name, ".")[position])
			if err != nil || n < 0 || n > 64 {
				return errors.New("it is no place in a list")
			}
			index = n
		}
		for len(f.Sessions) <= index {
			f.Sessions = append(f.Sessions, Session{})
		}
		s := &f.Sessions[index]
		*[]*string{&s.PSID, &s.PSIDTS, &s.Header, &s.Name}[p] = v.text
		return nil
	}
}

// window and requests are a rate limit in two parts.
func window(f *Found, v value) (err error) {
	if f.window, err = strconv.Atoi(v.text); err != nil || f.window < 1000 {
		f.window = 0
		return errors.New("it is no number of milliseconds")
	}
	return nil
}

func requests(f *Found, v value) (err error) {
	if f.requests, err = strconv.Atoi(v.text); err != nil || f.requests < 1 {
		f.requests = 0
		return errors.New("it is no number of requests")
	}
	return nil
}

// limited is the switch of the rate limit.
func limited(f *Found, v value) error {
	if !yes(v) {
		f.Notes = append(f.Notes, "it had no rate limit; here a client may ask 60 times an hour (requests_per_hour: 0 turns that off)")
	}
	return nil
}
