package daemon

import "time"

// Settings is the configuration as people write it: one flat key each, in the
// file, in the environment as GEMINID_<KEY> and for the common ones as a flag.
// Defaults returns the values of keys that are not given.
type Settings struct {
	// Listen is the address of the API. Anything but loopback needs a key.
	Listen string `key:"listen"`
	// TLSCert and TLSKey are PEM files that make the listener speak HTTPS; a
	// renewed certificate is taken up within a tick. Empty means plain HTTP, for
	// loopback or behind a proxy.
	TLSCert string `key:"tls_cert"`
	TLSKey  string `key:"tls_key"`
	// InboxDir is where cookie files are dropped; StateDir is the daemon's own.
	// Neither lies in the other.
	InboxDir string `key:"inbox_dir"`
	StateDir string `key:"state_dir"`
	// KeysFile holds the names, roles and digests of the clients' keys; empty
	// means keys in the state directory. The credential geminid.keys is one. A
	// named file must exist and must not be empty.
	KeysFile string `key:"keys_file"`
	// Socket is the unix control socket that the subcommands talk to.
	Socket string `key:"socket"`

	// Provider names the upstream; the only one today is geminiweb.
	Provider string `key:"provider"`
	// UpstreamURL sends all upstream connections to one address instead, such as
	// a simulator; requests and cookies stay those of the real hosts.
	UpstreamURL string `key:"upstream_url"`
	// UpstreamProxy is an http, https, socks5 or socks5h URL. The environment's
	// proxy variables are not read.
	UpstreamProxy string `key:"upstream_proxy"`
	// UpstreamHTTP1 keeps upstream connections to HTTP/1.1.
	UpstreamHTTP1 bool `key:"upstream_http1"`
	// UserAgent and Language are sent with every upstream call; empty means the
	// built-in, fixed ones.
	UserAgent string `key:"user_agent"`
	Language  string `key:"language"`
	// ChatMode decides what stays in the account: temporary, keep, delete_after.
	ChatMode string `key:"chat_mode"`
	// AllowDowngrade serves an answer although another model gave it.
	AllowDowngrade bool `key:"allow_downgrade"`
	// Models maps a public model id to the upstream's id; Aliases maps further
	// public names to public ids.
	Models  map[string]string `key:"models"`
	Aliases map[string]string `key:"aliases"`
	// FirstByteTimeout and IdleTimeout bound how long an upstream answer may
	// keep silent, before its first frame and between frames.
	FirstByteTimeout time.Duration `key:"first_byte_timeout"`
	IdleTimeout      time.Duration `key:"idle_timeout"`

	// Tick is how often due work is looked for, ProbeInterval how often a
	// session is proven.
	Tick          time.Duration `key:"tick"`
	ProbeInterval time.Duration `key:"probe_interval"`
	// Watch is inotify, or poll where file events do not work.
	Watch string `key:"watch"`
	// Fsync makes writes of the state survive a power loss.
	Fsync bool `key:"fsync"`

	// RequestsPerHour is the limit of one client, which is an address (of IPv6 a
	// /64 network) and also an API key; an IPv6 site (/48) gets four times as much.
	// 0 means none.
	RequestsPerHour int `key:"requests_per_hour"`
	// ModelInterval is the pause between two requests of one model, QueueSize
	// how many may wait for it, QueueWait for how long at most.
	ModelInterval time.Duration `key:"model_interval"`
	QueueSize     int           `key:"queue_size"`
	QueueWait     time.Duration `key:"queue_wait"`
	// MaxBody bounds a request's body.
	MaxBody Size `key:"max_body"`
	// RequestMemory is how much memory all requests may hold together: bodies,
	// files and answers. What does not fit is a 503; one client gets three quarters
	// at most. 0 takes a quarter of what the system, the service's control group
	// and GOMEMLIMIT allow, and 128MiB at least.
	RequestMemory Size `key:"request_memory"`
	// MaxPrompt is the longest prompt that is sent as one; what is longer goes up
	// as a text file.
	MaxPrompt Size `key:"max_prompt_bytes"`
	// MaxConnections bounds open client connections. One address (of IPv6 a /64
	// network) gets a quarter of them, unless it is of this machine or in
	// trusted_proxies, and a sixteenth is kept for this machine. A connection that
	// waits for its next request makes room for a new one.
	MaxConnections int `key:"max_connections"`

	// PublicURL is how clients reach the server, for links.
	PublicURL string `key:"public_url"`
	// AllowedHosts are further names in the Host header of a loopback listener;
	// under them a key is always needed.
	AllowedHosts []string `key:"allowed_hosts"`
	// TrustedProxies are the networks whose X-Forwarded-For is believed; by
	// default loopback when public_url is set, else none.
	TrustedProxies []string `key:"trusted_proxies"`
	// FilesMaxSize and FilesMaxAge bound the pictures that are kept for links.
	FilesMaxSize Size          `key:"files_max_size"`
	FilesMaxAge  time.Duration `key:"files_max_age"`
	// FetchRemote lets clients name pictures and other files by an https address,
	// which the server then fetches, past upstream_proxy. It connects to public
	// addresses alone and sends no cookie.
	FetchRemote bool `key:"fetch_remote"`
	// InsecureNoAuth lets everybody in, from outside and through proxies too, as
	// long as no key was ever made.
	InsecureNoAuth bool `key:"insecure_no_auth"`
	// MetricsKey lets a scraper read /metrics from outside. It has 16 characters
	// or more.
	MetricsKey Secret `key:"metrics_key"`

	// ExitIPURL is a plain-text service that tells the address a caller comes
	// from; geminid doctor asks it through upstream_proxy whether the address
	// changed. Empty asks nobody.
	ExitIPURL string `key:"exit_ip_url"`

	// NotifyWebhook is called with a JSON message when something happens to a
	// session; NotifyWebhookSecret signs the calls (HMAC-SHA256, X-Geminid-Signature).
	NotifyWebhook       Secret `key:"notify_webhook"`
	NotifyWebhookSecret Secret `key:"notify_webhook_secret"`
	// NotifyNtfy is an ntfy topic, such as https://ntfy.sh/my-topic, NotifyNtfyToken
	// its access token when it is protected.
	NotifyNtfy      Secret `key:"notify_ntfy"`
	NotifyNtfyToken Secret `key:"notify_ntfy_token"`
	// NotifyTelegramToken is a Telegram bot's token, NotifyTelegramChat the chat it
	// writes to, NotifyTelegramAPI another server than Telegram's own.
	NotifyTelegramToken Secret `key:"notify_telegram_token"`
	NotifyTelegramChat  string `key:"notify_telegram_chat"`
	NotifyTelegramAPI   string `key:"notify_telegram_api"`
	// NotifyMailServer is smtps://user@host:465 or smtp://user@host:587; an @ in
	// the user is written %40. NotifyMailPassword is only sent over TLS. NotifyMailHello
	// is the name by which the mail server is greeted, by default this machine's.
	NotifyMailServer   string   `key:"notify_mail_server"`
	NotifyMailPassword Secret   `key:"notify_mail_password"`
	NotifyMailFrom     string   `key:"notify_mail_from"`
	NotifyMailTo       []string `key:"notify_mail_to"`
	NotifyMailHello    string   `key:"notify_mail_hello"`
	// NotifyLanguage is en or zh, NotifyName this server's name in messages, by
	// default its host name.
	NotifyLanguage string `key:"notify_language"`
	NotifyName     string `key:"notify_name"`
	// NotifyQuietHours is a span of local time without messages, such as
	// 23:00-07:00; what is still so is told at its end. NotifyPerHour caps the
	// messages of each channel.
	NotifyQuietHours string `key:"notify_quiet_hours"`
	NotifyPerHour    int    `key:"notify_per_hour"`

	// Report is how often a report on the server is sent the way notices are: off,
	// weekly (on Mondays) or monthly (on the first), at eight in the morning.
	Report string `key:"report"`

	// LogLevel is debug, info, warn or error; LogFormat is text or json.
	LogLevel  string `key:"log_level"`
	LogFormat string `key:"log_format"`
	// MaskClients shortens client addresses in the log to their network.
	MaskClients bool `key:"mask_clients"`
	// DrainTimeout is how long running streams may go on after a stop.
	DrainTimeout time.Duration `key:"drain_timeout"`
}

// Defaults returns the settings of an empty configuration, with the packaged or
// the XDG paths, whichever the environment tells.
func Defaults(env func(string) string) Settings {
	home := defaultPaths(env)
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
