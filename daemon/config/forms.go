package config

import (
	"fmt"
	"maps"
	"net"
	"net/netip"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"

	"github.com/geminid/geminid/chat"
	"github.com/geminid/geminid/ops/notify"
)

// shortestKey is the least number of characters of a key that a person chose.
const shortestKey = 16

// forms are the checks of texts by the form tag of their field. Each returns the
// flaw, empty if there is none.
var forms = map[string]func(any) string{
	"address":   func(v any) string { return checkAddress(v.(string)) },
	"directory": func(v any) string { return checkPath(v.(string), false) },
	"path":      func(v any) string { return checkPath(v.(string), true) },
	"socket":    func(v any) string { return checkSocket(v.(string)) },
	"url":       optional(checkWebURL),
	"proxy":     optional(checkProxyURL),
	"header":    func(v any) string { return checkHeader(v.(string)) },
	"key":       func(v any) string { return checkKey(v.(Secret)) },
	"networks":  func(v any) string { _, err := parsePrefixes(v.([]string)); return textOf(err) },
	"models":    func(v any) string { return checkModelNames(v.(map[string]string)) },
	"aliases":   func(v any) string { return checkAliases(v.(map[string]string)) },
	"hours":     func(v any) string { _, err := notify.ParseQuietHours(v.(string)); return textOf(err) },
}

func textOf(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

func checkAddress(address string) string {
	if _, port, err := net.SplitHostPort(address); err != nil {
		return fmt.Sprintf("%q is not host:port, such as 127.0.0.1:8100", address)
	} else if _, err := strconv.ParseUint(port, 10, 16); err != nil {
		return fmt.Sprintf("%q has no port from 0 to 65535, such as 127.0.0.1:8100", address)
	}
	return ""
}

// checkPath wants a whole path: a relative one would depend on where the server was
// started.
func checkPath(path string, optional bool) string {
	if filepath.IsAbs(path) || path == "" && optional {
		return ""
	}
	return fmt.Sprintf("%q is not a whole path, which begins with / such as /var/lib/geminid/state", path)
}

// checkSocket wants a whole path that fits into the address of a Unix socket.
func checkSocket(path string) string {
	if limit := len(syscall.RawSockaddrUnix{}.Path) - 1; len(path) > limit {
		return fmt.Sprintf("the path has %d bytes and a Unix socket's may have %d; set a shorter one, such as /run/geminid/geminid.sock", len(path), limit)
	}
	return checkPath(path, false)
}

// optional leaves out the check of an empty text.
func optional(check func(string) string) func(any) string {
	return func(v any) string {
		if v == "" {
			return ""
		}
		return check(v.(string))
	}
}

// checkModelNames wants names that can be asked for in every path of every API.
func checkModelNames(names map[string]string) string {
	for _, name := range slices.Sorted(maps.Keys(names)) {
		if !chat.IsModelName(name) {
			return fmt.Sprintf("no client can ask for a model %q; names are up to 128 letters, digits, blanks and ._-/:@+ such as google/gemini-2.5-flash, without models/ in front", name)
		}
	}
	return ""
}

// checkAliases wants names, or patterns of them, that can be asked for, and of models
// that can be served: an alias of an alias would be asked for in vain.
func checkAliases(aliases map[string]string) string {
	names := make(map[string]string, len(aliases))
	for _, alias := range slices.Sorted(maps.Keys(aliases)) {
		second := aliases[alias]
		if !chat.IsModelName(second) {
			return fmt.Sprintf("the alias %q leads to %q, which is the name of no model; write one of the model list", alias, second)
		}
		names[strings.ReplaceAll(alias, "*", "x")] = second
		model, isAlias := aliases[second]
		if !isAlias || second == alias {
			continue
		}
		if _, another := aliases[model]; another {
			model = "and the id of a model"
		}
		return fmt.Sprintf("%s leads to %s, which is an alias itself; write %[1]s: %[3]s", alias, second, model)
	}
	return checkModelNames(names)
}

func checkHeader(text string) string {
	if strings.ContainsFunc(text, func(r rune) bool { return r < ' ' || r > '~' }) {
		return "has characters that no header can carry; write printable ASCII in one line"
	}
	return ""
}

func checkKey(key Secret) string {
	if n := len(key.Reveal()); n > 0 && n < shortestKey {
		return fmt.Sprintf("has %d characters and can be guessed; use %d or more, such as: openssl rand -hex 24", n, shortestKey)
	}
	return ""
}

// parsePrefixes reads addresses and networks.
func parsePrefixes(list []string) (out []netip.Prefix, err error) {
	for _, raw := range list {
		prefix, err := netip.ParsePrefix(raw)
		if addr, addrErr := netip.ParseAddr(raw); err != nil && addrErr == nil {
			prefix, err = addr.Prefix(addr.BitLen())
		}
		if err != nil {
			return nil, fmt.Errorf("%q is neither an address nor a network such as 10.0.0.0/8", raw)
		}
		out = append(out, prefix)
	}
	return out, nil
}

// TrustedPrefixes returns the networks of the trusted proxies: those of the
// setting, or loopback if there is a public URL and no setting.
func (s *Settings) TrustedPrefixes() []netip.Prefix {
	if len(s.TrustedProxies) == 0 && s.PublicURL != "" {
		return []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8"), netip.MustParsePrefix("::1/128")}
	}
	prefixes, _ := parsePrefixes(s.TrustedProxies) // checked by Load
	return prefixes
}

// IsLoopback reports whether only this machine can reach a listener on address.
func IsLoopback(address string) bool {
	host, _, _ := net.SplitHostPort(address)
	addr, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && addr.IsLoopback()
}
