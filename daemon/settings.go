package daemon

import (
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/geminid/geminid/report"
)

// Settings is the configuration as people write it: one flat key each, in the
// file, in the environment as GEMINID_<KEY> and for the common ones as a flag.
// Defaults returns the values of keys that are not given.
type Settings struct {
	// Listen is the address of the API. Anything but loopback needs a key.
	Listen string `koanf:"listen"`
	// TLSCert and TLSKey are PEM files that make the listener speak HTTPS; a
	// renewed certificate is taken up within a tick. Empty means plain HTTP, for
	// loopback or behind a proxy.
	TLSCert string `koanf:"tls_cert"`
	TLSKey  string `koanf:"tls_key"`
	// InboxDir is where cookie files are dropped; StateDir is the daemon's own.
	InboxDir string `koanf:"inbox_dir"`
	StateDir string `koanf:"state_dir"`
	// KeysFile holds the names, roles and digests of the clients' keys; empty
	// means keys in the state directory.
	KeysFile string `koanf:"keys_file"`
	// Socket is the unix control socket that the subcommands talk to.
	Socket string `koanf:"socket"`

	// Provider names the upstream; the only one today is geminiweb.
	Provider string `koanf:"provider"`
	// UpstreamURL sends all upstream connections to one address instead, such as
	// a simulator; requests and cookies stay those of the real hosts.
	UpstreamURL string `koanf:"upstream_url"`
	// UpstreamProxy is an http, https, socks5 or socks5h URL. The environment's
	// proxy variables are not read.
	UpstreamProxy string `koanf:"upstream_proxy"`
	// UpstreamHTTP1 keeps upstream connections to HTTP/1.1.
	UpstreamHTTP1 bool `koanf:"upstream_http1"`
	// UserAgent and Language are sent with every upstream call; empty means the
	// built-in, fixed ones.
	UserAgent string `koanf:"user_agent"`
	Language  string `koanf:"language"`
	// ChatMode decides what stays in the account: temporary, keep, delete_after.
	ChatMode string `koanf:"chat_mode"`
	// AllowDowngrade serves an answer although another model gave it.
	AllowDowngrade bool `koanf:"allow_downgrade"`
	// Models maps a public model id to the upstream's id; Aliases maps further
	// public names to public ids.
	Models  map[string]string `koanf:"models"`
	Aliases map[string]string `koanf:"aliases"`
	// FirstByteTimeout and IdleTimeout bound how long an upstream answer may
	// keep silent, before its first frame and between frames.
	FirstByteTimeout time.Duration `koanf:"first_byte_timeout"`
	IdleTimeout      time.Duration `koanf:"idle_timeout"`

	// Tick is how often due work is looked for, ProbeInterval how often a
	// session is proven.
	Tick          time.Duration `koanf:"tick"`
	ProbeInterval time.Duration `koanf:"probe_interval"`
	// Watch is inotify, or poll where file events do not work.
	Watch string `koanf:"watch"`
	// Fsync makes writes of the state survive a power loss.
	Fsync bool `koanf:"fsync"`

	// RequestsPerHour is the limit of one client; 0 means none.
	RequestsPerHour int `koanf:"requests_per_hour"`
	// ModelInterval is the pause between two requests of one model, QueueSize
	// how many may wait for it, QueueWait for how long at most.
	ModelInterval time.Duration `koanf:"model_interval"`
	QueueSize     int           `koanf:"queue_size"`
	QueueWait     time.Duration `koanf:"queue_wait"`
	// MaxBody bounds a request's body.
	MaxBody Size `koanf:"max_body"`
	// MaxPrompt is the longest prompt that is sent as one; what is longer goes up
	// as a text file.
	MaxPrompt Size `koanf:"max_prompt_bytes"`
	// MaxConnections bounds open client connections.
	MaxConnections int `koanf:"max_connections"`

	// PublicURL is how clients reach the server, for links.
	PublicURL string `koanf:"public_url"`
	// AllowedHosts are further names in the Host header of a loopback listener.
	AllowedHosts []string `koanf:"allowed_hosts"`
	// TrustedProxies are the networks whose X-Forwarded-For is believed; by
	// default loopback when public_url is set, else none.
	TrustedProxies []string `koanf:"trusted_proxies"`
	// FilesMaxSize and FilesMaxAge bound the pictures that are kept for links.
	FilesMaxSize Size          `koanf:"files_max_size"`
	FilesMaxAge  time.Duration `koanf:"files_max_age"`
	// FetchRemote lets clients name pictures and other files by an https address,
	// which the server then fetches, past upstream_proxy. It connects to public
	// addresses alone and sends no cookie.
	FetchRemote bool `koanf:"fetch_remote"`
	// InsecureNoAuth allows a public address without a key.
	InsecureNoAuth bool `koanf:"insecure_no_auth"`
	// MetricsKey lets a scraper read /metrics from outside.
	MetricsKey Secret `koanf:"metrics_key"`

	// ExitIPURL is a plain-text service that tells the address a caller comes
	// from; geminid doctor asks it through upstream_proxy whether the address
	// changed. Empty asks nobody.
	ExitIPURL string `koanf:"exit_ip_url"`

	// NotifyWebhook is called with a JSON message when something happens to a
	// session; NotifyWebhookSecret signs the calls (HMAC-SHA256, X-Geminid-Signature).
	NotifyWebhook       Secret `koanf:"notify_webhook"`
	NotifyWebhookSecret Secret `koanf:"notify_webhook_secret"`
	// NotifyNtfy is an ntfy topic, such as https://ntfy.sh/my-topic, NotifyNtfyToken
	// its access token when it is protected.
	NotifyNtfy      Secret `koanf:"notify_ntfy"`
	NotifyNtfyToken Secret `koanf:"notify_ntfy_token"`
	// NotifyTelegramToken is a Telegram bot's token, NotifyTelegramChat the chat it
	// writes to, NotifyTelegramAPI another server than Telegram's own.
	NotifyTelegramToken Secret `koanf:"notify_telegram_token"`
	NotifyTelegramChat  string `koanf:"notify_telegram_chat"`
	NotifyTelegramAPI   string `koanf:"notify_telegram_api"`
	// NotifyMailServer is smtps://user@host:465 or smtp://user@host:587; an @ in
	// the user is written %40. NotifyMailPassword is only sent over TLS.
	NotifyMailServer   string   `koanf:"notify_mail_server"`
	NotifyMailPassword Secret   `koanf:"notify_mail_password"`
	NotifyMailFrom     string   `koanf:"notify_mail_from"`
	NotifyMailTo       []string `koanf:"notify_mail_to"`
	// NotifyLanguage is en or zh, NotifyName this server's name in messages, by
	// default its host name.
	NotifyLanguage string `koanf:"notify_language"`
	NotifyName     string `koanf:"notify_name"`
	// NotifyQuietHours is a span of local time without messages, such as
	// 23:00-07:00; what is still so is told at its end. NotifyPerHour caps the
	// messages of each channel.
	NotifyQuietHours string `koanf:"notify_quiet_hours"`
	NotifyPerHour    int    `koanf:"notify_per_hour"`

	// Report is how often a report on the server is sent the way notices are: off,
	// weekly (on Mondays) or monthly (on the first), at eight in the morning.
	Report string `koanf:"report"`

	// LogLevel is debug, info, warn or error; LogFormat is text or json.
	LogLevel  string `koanf:"log_level"`
	LogFormat string `koanf:"log_format"`
	// MaskClients shortens client addresses in the log to their network.
	MaskClients bool `koanf:"mask_clients"`
	// DrainTimeout is how long running streams may go on after a stop.
	DrainTimeout time.Duration `koanf:"drain_timeout"`
}

// Defaults returns the settings of an empty configuration, with the packaged or
// the XDG paths, whichever the environment tells.
func Defaults(env func(string) string) Settings {
	home := homes(env)
	return Settings{
		Listen: "127.0.0.1:8100", InboxDir: home.inbox, StateDir: home.state, Socket: home.socket,
		Provider: "geminiweb", ChatMode: "temporary",
		FirstByteTimeout: 2 * time.Minute, IdleTimeout: 2 * time.Minute,
		Tick: 30 * time.Second, ProbeInterval: 5 * time.Minute, Watch: "inotify", Fsync: true,
		RequestsPerHour: 60, ModelInterval: 5 * time.Second, QueueSize: 8, QueueWait: 40 * time.Second,
		MaxBody: 32 << 20, MaxPrompt: 128_000, MaxConnections: 4096,
		FilesMaxSize: 512 << 20, FilesMaxAge: 24 * time.Hour,
		NotifyLanguage: "en", NotifyPerHour: 12,
		Report: "off", LogLevel: "info", LogFormat: "text", DrainTimeout: 25 * time.Second,
	}
}

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

// problem is one setting that can not be used.
type problem struct {
	key, text string
}

func (p problem) Error() string { return p.key + ": " + p.text }

// check returns the first setting that can not be used.
func (s *Settings) check() error {
	for _, c := range choices {
		if !slices.Contains(c.words, c.get(s)) {
			return problem{c.key, fmt.Sprintf("%q is not one of %s", c.get(s), strings.Join(c.words, ", "))}
		}
	}
	for _, c := range spans {
		if d := c.get(s); d < c.low || d > c.high {
			return problem{c.key, fmt.Sprintf("%s is outside %s to %s", d, c.low, c.high)}
		}
	}
	for key, n := range map[string]int{"requests_per_hour": s.RequestsPerHour, "queue_size": s.QueueSize} {
		if n < 0 {
			return problem{key, strconv.Itoa(n) + " is negative; 0 turns the limit off"}
		}
	}
	if s.MaxBody < 1<<10 || s.MaxBody > 1<<30 {
		return problem{"max_body", "must lie between 1KiB and 1GiB"}
	}
	if s.MaxPrompt < 1<<10 || s.MaxPrompt > 16<<20 {
		return problem{"max_prompt_bytes", "must lie between 1KiB and 16MiB"}
	}
	if s.FilesMaxSize < 1<<20 || s.FilesMaxSize > 1<<40 {
		return problem{"files_max_size", "must lie between 1MiB and 1024GiB"}
	}
	if s.MaxConnections < 1 {
		return problem{"max_connections", "must be at least 1"}
	}
	if err := s.checkAddresses(); err != nil {
		return err
	}
	return s.checkNotify()
}

func (s *Settings) checkAddresses() error {
	if _, _, err := net.SplitHostPort(s.Listen); err != nil {
		return problem{"listen", fmt.Sprintf("%q is not host:port, such as 127.0.0.1:8100", s.Listen)}
	}
	for key, raw := range map[string]string{"public_url": s.PublicURL, "upstream_url": s.UpstreamURL, "exit_ip_url": s.ExitIPURL} {
		if u, err := url.Parse(raw); raw != "" && (err != nil || u.Host == "" || (u.Scheme != "http" && u.Scheme != "https")) {
			return problem{key, "is not an http or https URL, such as https://ai.example.org"}
		}
	}
	if u, err := url.Parse(s.UpstreamProxy); s.UpstreamProxy != "" &&
		(err != nil || u.Host == "" || !slices.Contains([]string{"http", "https", "socks5", "socks5h"}, u.Scheme)) {
		return problem{"upstream_proxy", "is not an http, https, socks5 or socks5h URL with a host"}
	}
	if (s.TLSCert == "") != (s.TLSKey == "") {
		return problem{"tls_cert", "and tls_key belong together; set both or none"}
	}
	_, err := s.proxies()
	return err
}

// proxies are the trusted peers.
func (s *Settings) proxies() ([]netip.Prefix, error) {
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
			return nil, problem{"trusted_proxies", fmt.Sprintf("%q is neither an address nor a network such as 10.0.0.0/8", raw)}
		}
		out = append(out, prefix)
	}
	return out, nil
}

// loopback reports whether only this machine can reach the listener.
func (s *Settings) loopback() bool {
	host, _, _ := net.SplitHostPort(s.Listen)
	if host == "localhost" {
		return true
	}
	addr, err := netip.ParseAddr(host)
	return err == nil && addr.IsLoopback()
}
