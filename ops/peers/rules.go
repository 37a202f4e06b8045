package peers

import (
	"errors"
	"fmt"
	"net/netip"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// setSeconds takes a number of seconds as a duration.
func setSeconds(key string) func(*Found, value) error {
	return func(f *Found, v value) error {
		n, err := strconv.ParseFloat(v.text, 64)
		if err != nil {
			return errors.New("it is no number of seconds")
		}
		return f.setSetting(key, fmt.Sprintf("%.0fs", n))
	}
}

// setURL takes an address, with a default scheme.
func setURL(key, scheme string) func(*Found, value) error {
	return func(f *Found, v value) error {
		if v.text == "" {
			return nil
		}
		text := v.text
		if !strings.Contains(text, "://") {
			text = scheme + "://" + text
		}
		if old, ok := f.Settings[key]; ok && old != text {
			return fmt.Errorf("%s has another value already", key)
		}
		return f.setSetting(key, text)
	}
}

// levels translates the names of log levels.
var levels = map[string]string{
	"trace": "debug", "debug": "debug", "info": "info", "success": "info", "warning": "warn", "warn": "warn",
	"error": "error", "critical": "error", "fatal": "error",
}

func setLogLevel(f *Found, v value) error {
	level, ok := levels[strings.ToLower(v.text)]
	if !ok {
		return errors.New("there is no such level; the default of log_level stays")
	}
	return f.setSetting("log_level", level)
}

// setDebug is a switch for the log level.
func setDebug(f *Found, v value) error {
	if !isTrue(v) {
		return nil
	}
	return f.setSetting("log_level", "debug")
}

// chatModes begins with the one that leaves most in the account.
var chatModes = []string{"keep", "delete_after", "temporary"}

// setChatMode is a switch for a chat mode; without any, chats are kept. Of two that
// are on, the one counts that leaves less in the account.
func setChatMode(on string) func(*Found, value) error {
	return func(f *Found, v value) error {
		mode := "keep"
		if isTrue(v) {
			mode = on
		}
		if old, ok := f.Settings["chat_mode"].(string); ok && slices.Index(chatModes, old) > slices.Index(chatModes, mode) {
			return nil
		}
		return f.setSetting("chat_mode", mode)
	}
}

func isTrue(v value) bool {
	return slices.Contains([]string{"true", "1", "yes", "on"}, strings.ToLower(v.text))
}

// setHTTPS is the switch for the certificate, pem one of its files.
func setHTTPS(f *Found, v value) error { f.https = isTrue(v); return nil }

func setPEMFile(key string) func(*Found, value) error {
	return func(f *Found, v value) error {
		if v.text != "" && !filepath.IsAbs(v.text) {
			return fmt.Errorf("set %s to the whole path", key)
		}
		*map[string]*string{"tls_cert": &f.cert, "tls_key": &f.key}[key] = v.text
		return nil
	}
}

// hostName is a name to listen on; one of digits alone is an address or a slip.
var hostName = regexp.MustCompile(`^[A-Za-z0-9.-]*[A-Za-z][A-Za-z0-9.-]*$`)

func setHost(f *Found, v value) error {
	name := strings.Trim(v.text, "[]")
	if _, err := netip.ParseAddr(name); err != nil && name != "" && !hostName.MatchString(name) {
		return errors.New("it is no address to listen on")
	}
	f.host = name
	return nil
}

func setPort(f *Found, v value) error {
	if n, err := strconv.Atoi(strings.TrimPrefix(v.text, ":")); err != nil || n < 1 || n > 65535 {
		return errors.New("it is no port")
	}
	f.port = strings.TrimPrefix(v.text, ":")
	return nil
}

// minKeyLength is the least length of a key that is imported: a shorter key, or one
// from an example, protects nothing.
const minKeyLength = 16

var exampleKeys = []string{"your-api-key", "your_api_key", "yourapikey", "changeme", "change-me", "placeholder", "example", "sk-123456", "123456", "api-key-1", "api-key-2", "none", "null"}

// addKeys takes the keys of clients, also several with commas between them.
func addKeys(admin bool) func(*Found, value) error {
	return func(f *Found, v value) error {
		for text := range strings.SplitSeq(v.text, ",") {
			text = strings.TrimSpace(text)
			if text == "" {
				continue
			}
			weak := len(text) < minKeyLength ||
				slices.ContainsFunc(exampleKeys, func(e string) bool { return strings.Contains(strings.ToLower(text), e) })
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
			f.Keys = append(f.Keys, Key{Name: name, Secret: text, Admin: admin})
		}
		return nil
	}
}

// sessionPart of a session.
type sessionPart int

const (
	psid sessionPart = iota
	psidts
	header
	label
)

// setSessionPart takes a part of the cookies. In a list the number in the name at a
// position separates the accounts; position -1 is for a file with one.
func setSessionPart(p sessionPart, position int) func(*Found, value) error {
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

// addProxy is that of one account.
func addProxy(f *Found, v value) error {
	if v.text != "" {
		f.proxies = append(f.proxies, v)
	}
	return nil
}

// setWindow and requests are a rate limit in two parts.
func setWindow(f *Found, v value) (err error) {
	if f.window, err = strconv.Atoi(v.text); err != nil || f.window < 1000 {
		f.window = 0
		return errors.New("it is no number of milliseconds")
	}
	return nil
}

func setRequests(f *Found, v value) (err error) {
	if f.requests, err = strconv.Atoi(v.text); err != nil || f.requests < 1 || f.requests > 1_000_000_000 {
		f.requests = 0
		return errors.New("it is no number of requests")
	}
	return nil
}

// setRateLimited is the switch of the rate limit.
func setRateLimited(f *Found, v value) error {
	if f.unlimited = !isTrue(v); f.unlimited {
		f.Notes = append(f.Notes, "it had no rate limit; here a client may ask 60 times an hour (requests_per_hour: 0 turns that off)")
	}
	return nil
}
