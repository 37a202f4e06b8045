package daemon

import (
	"cmp"
	"fmt"
	"net"
	"net/netip"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/geminid/geminid/ops/report"
)

// choices are the keys that take one of a few words.
var choices = []struct {
	key   string
	get   func(*Settings) string
	words []string
}{
	{"provider", func(s *Settings) string { return s.Provider }, providerNames()},
	{"chat_mode", func(s *Settings) string { return s.ChatMode }, []string{"temporary", "keep", "delete_after"}},
	{"watch", func(s *Settings) string { return s.Watch }, []string{"inotify", "poll"}},
	{"notify_language", func(s *Settings) string { return s.NotifyLanguage }, []string{"en", "zh"}},
	{"report", func(s *Settings) string { return s.Report }, report.Schedules},
	{"log_level", func(s *Settings) string { return s.LogLevel }, []string{"debug", "info", "warn", "error"}},
	{"log_format", func(s *Settings) string { return s.LogFormat }, []string{"text", "json"}},
}

// spans are the durations with their bounds.
var spans = []struct {
	key       string
	get       func(*Settings) time.Duration
	low, high time.Duration
}{
	{"tick", func(s *Settings) time.Duration { return s.Tick }, time.Second, 5 * time.Minute},
	{"probe_interval", func(s *Settings) time.Duration { return s.ProbeInterval }, time.Minute, time.Hour},
	{"model_interval", func(s *Settings) time.Duration { return s.ModelInterval }, 0, time.Hour},
	{"queue_wait", func(s *Settings) time.Duration { return s.QueueWait }, 0, 10 * time.Minute},
	{"first_byte_timeout", func(s *Settings) time.Duration { return s.FirstByteTimeout }, time.Second, time.Hour},
	{"idle_timeout", func(s *Settings) time.Duration { return s.IdleTimeout }, time.Second, time.Hour},
	{"files_max_age", func(s *Settings) time.Duration { return s.FilesMaxAge }, time.Second, 30 * 24 * time.Hour},
	{"drain_timeout", func(s *Settings) time.Duration { return s.DrainTimeout }, 0, time.Hour},
}

// shortestKey is how many characters a key has at least that somebody chose.
const shortestKey = 16

// settingError is one setting that can not be used.
type settingError struct {
	key, text string
}

func (p settingError) Error() string { return p.key + ": " + p.text }

// checkValues returns the first setting that can not be used.
func (s *Settings) checkValues() error {
	for _, c := range choices {
		if !slices.Contains(c.words, c.get(s)) {
			return settingError{c.key, fmt.Sprintf("%q is not one of %s", c.get(s), strings.Join(c.words, ", "))}
		}
	}
	for _, c := range spans {
		if d := c.get(s); d < c.low || d > c.high {
			return settingError{c.key, fmt.Sprintf("%s is outside %s to %s", d, c.low, c.high)}
		}
	}
	for key, n := range map[string]int{"requests_per_hour": s.RequestsPerHour, "queue_size": s.QueueSize} {
		if n < 0 {
			return settingError{key, strconv.Itoa(n) + " is negative; 0 turns the limit off"}
		}
	}
	if s.MaxBody < 1<<10 || s.MaxBody > 1<<30 {
		return settingError{"max_body", "must lie between 1KiB and 1GiB"}
	}
	if s.RequestMemory != 0 && (s.RequestMemory < 16<<20 || s.RequestMemory > 1<<40) {
		return settingError{"request_memory", "must be 0 or lie between 16MiB and 1024GiB"}
	}
	if s.MaxPrompt < 1<<10 || s.MaxPrompt > 16<<20 {
		return settingError{"max_prompt_bytes", "must lie between 1KiB and 16MiB"}
	}
	if s.FilesMaxSize < 1<<20 || s.FilesMaxSize > 1<<40 {
		return settingError{"files_max_size", "must lie between 1MiB and 1024GiB"}
	}
	if n := len(s.MetricsKey.Reveal()); n > 0 && n < shortestKey {
		return settingError{"metrics_key", fmt.Sprintf("has %d characters and can be guessed; use %d or more, such as: openssl rand -hex 24", n, shortestKey)}
	}
	if s.MaxConnections < 1 {
		return settingError{"max_connections", "must be at least 1"}
	}
	for key, text := range map[string]string{"user_agent": s.UserAgent, "language": s.Language} {
		if strings.ContainsFunc(text, func(r rune) bool { return r < ' ' || r > '~' }) {
			return settingError{key, "has characters that no header can carry; write printable ASCII in one line"}
		}
	}
	return cmp.Or(s.checkPaths(), s.checkAddresses(), s.checkNotify())
}

// checkPaths wants whole paths: what is relative would depend on where the server
// was started.
func (s *Settings) checkPaths() error {
	for _, p := range []struct {
		key, path, example string
		optional           bool
	}{
		{key: "inbox_dir", path: s.InboxDir, example: "/var/lib/geminid/inbox"},
		{key: "state_dir", path: s.StateDir, example: "/var/lib/geminid/state"},
		{key: "socket", path: s.Socket, example: "/run/geminid/geminid.sock"},
		{key: "keys_file", path: s.KeysFile, example: "/etc/geminid/keys", optional: true},
		{key: "tls_cert", path: s.TLSCert, example: "/etc/geminid/cert.pem", optional: true},
		{key: "tls_key", path: s.TLSKey, example: "/etc/geminid/key.pem", optional: true},
	} {
		if !filepath.IsAbs(p.path) && (p.path != "" || !p.optional) {
			return settingError{p.key, fmt.Sprintf("%q is not a whole path, such as %s", p.path, p.example)}
		}
	}
	if limit := len(syscall.RawSockaddrUnix{}.Path) - 1; len(s.Socket) > limit {
		return settingError{"socket", fmt.Sprintf("the path has %d bytes and a Unix socket's may have %d; set a shorter one, such as /run/geminid/geminid.sock", len(s.Socket), limit)}
	}
	if isInside(s.InboxDir, s.StateDir) || isInside(s.StateDir, s.InboxDir) {
		return settingError{"inbox_dir", "neither it nor state_dir may lie in the other: the daemon would take its own files for cookies, or keep others out of the inbox"}
	}
	return nil
}

// isInside reports whether a path is a directory or lies in it.
func isInside(path, dir string) bool {
	relative, err := filepath.Rel(dir, path)
	return err == nil && relative != ".." && !strings.HasPrefix(relative, "../")
}

func (s *Settings) checkAddresses() error {
	if _, port, err := net.SplitHostPort(s.Listen); err != nil {
		return settingError{"listen", fmt.Sprintf("%q is not host:port, such as 127.0.0.1:8100", s.Listen)}
	} else if _, err := strconv.ParseUint(port, 10, 16); err != nil {
		return settingError{"listen", fmt.Sprintf("%q has no port from 0 to 65535, such as 127.0.0.1:8100", s.Listen)}
	}
	for _, a := range []struct {
		key, raw string
		check    func(string) string
	}{
		{"public_url", s.PublicURL, checkWebURL}, {"upstream_url", s.UpstreamURL, checkWebURL},
		{"exit_ip_url", s.ExitIPURL, checkWebURL}, {"upstream_proxy", s.UpstreamProxy, checkProxyURL},
	} {
		if flaw := a.check(a.raw); a.raw != "" && flaw != "" {
			return settingError{a.key, flaw}
		}
	}
	if (s.TLSCert == "") != (s.TLSKey == "") {
		return settingError{"tls_cert", "and tls_key belong together; set both or none"}
	}
	_, err := s.trustedPrefixes()
	return err
}

// trustedPrefixes are the trusted peers.
func (s *Settings) trustedPrefixes() ([]netip.Prefix, error) {
	if len(s.TrustedProxies) == 0 && s.PublicURL != "" {
		return []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8"), netip.MustParsePrefix("::1/128")}, nil
	}
	var out []netip.Prefix
	for _, raw := range s.TrustedProxies {
		prefix, err := netip.ParsePrefix(raw)
		if addr, addrErr := netip.ParseAddr(raw); err != nil && addrErr == nil {
			prefix, err = addr.Prefix(addr.BitLen())
		}
		if err != nil {
			return nil, settingError{"trusted_proxies", fmt.Sprintf("%q is neither an address nor a network such as 10.0.0.0/8", raw)}
		}
		out = append(out, prefix)
	}
	return out, nil
}

// isLoopback reports whether only this machine can reach the listener.
func (s *Settings) isLoopback() bool { return IsLoopback(s.Listen) }

// IsLoopback reports whether only this machine can reach a listener on address.
func IsLoopback(address string) bool {
	host, _, _ := net.SplitHostPort(address)
	addr, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && addr.IsLoopback()
}
