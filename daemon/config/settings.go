package config

import (
	"log/slog"
	"time"
)

// Settings is the configuration as people write it: one flat key each, in the
// file, in the environment as GEMINID_<KEY> and for the common ones as a flag.
// The tags of a field describe its key completely; see [Key]. The zero value is not a
// usable configuration: start from [Defaults] or [Load].
type Settings struct {
	// Listen is the address of the API. Anything but loopback needs a key.
	Listen string `key:"listen" default:"127.0.0.1:8100" form:"address"`
	// TLSCert and TLSKey are PEM files that make the listener speak HTTPS; a
	// renewed certificate is taken up within a tick. Empty means plain HTTP, for
	// loopback or behind a proxy.
	TLSCert string `key:"tls_cert" form:"path"`
	TLSKey  string `key:"tls_key" form:"path"`
	// InboxDir is where cookie files are dropped; StateDir is the daemon's own.
	// Neither lies in the other.
	InboxDir string `key:"inbox_dir" form:"directory"`
	StateDir string `key:"state_dir" form:"directory"`
	// KeysFile holds the names, roles and digests of the clients' keys; empty
	// means keys in the state directory. The credential geminid.keys is one. A
	// named file must exist and must not be empty.
	KeysFile string `key:"keys_file" form:"path"`
	// Socket is the unix control socket that the subcommands talk to.
	Socket string `key:"socket" form:"socket"`

	// Provider names the upstream; the only one today is geminiweb.
	Provider string `key:"provider" default:"geminiweb" choices:"geminiweb"`
	// UpstreamURL sends all upstream connections to one address instead, such as
	// a simulator; requests and cookies stay those of the real hosts.
	UpstreamURL string `key:"upstream_url" form:"url"`
	// UpstreamProxy is an http, https, socks5 or socks5h URL. The environment's
	// proxy variables are not read.
	UpstreamProxy string `key:"upstream_proxy" form:"proxy"`
	// UpstreamHTTP1 keeps upstream connections to HTTP/1.1.
	UpstreamHTTP1 bool `key:"upstream_http1"`
	// UserAgent and Language are sent with every upstream call; empty means the
	// built-in, fixed ones.
	UserAgent string `key:"user_agent" form:"header"`
	Language  string `key:"language" form:"header"`
	// ChatMode decides which chats stay in the account: temporary, keep, delete_after.
	ChatMode string `key:"chat_mode" default:"temporary" choices:"temporary,keep,delete_after"`
	// TemporaryParallel is what becomes of questions of one account at the same time in
	// temporary chats, of which an account has one: serial asks them one after the
	// other, keep_delete asks the second in an ordinary chat and deletes it, parallel
	// asks both, and auto is parallel until answers are seen to break off by that, then
	// keep_delete.
	TemporaryParallel string `key:"temporary_parallel" default:"auto" choices:"auto,serial,keep_delete,parallel"`
	// AllowDowngrade serves an answer although another model gave it.
	AllowDowngrade bool `key:"allow_downgrade"`
	// ListSources adds the web pages that an answer rests on to its text, as a list of links at the end, for clients that show no citations.
	ListSources bool `key:"list_sources"`
	// Models maps a public model id to the upstream's id; Aliases maps further
	// public names to public ids, not to each other. Names are letters, digits, blanks and ._-/:@+ such as
	// google/gemini-2.5-flash; in aliases * stands for any text, and claude-*haiku* goes
	// before claude-*. Aliases for claude-* and for Google's public ids such as
	// gemini-3.1-pro-preview are there from the start; your own count before them.
	Models  map[string]string `key:"models" form:"models"`
	Aliases map[string]string `key:"aliases" form:"aliases"`
	// FirstByteTimeout and IdleTimeout bound how long an upstream answer may
	// keep silent, before its first frame and between frames.
	FirstByteTimeout time.Duration `key:"first_byte_timeout" default:"2m" min:"1s" max:"1h"`
	IdleTimeout      time.Duration `key:"idle_timeout" default:"2m" min:"1s" max:"1h"`

	// Tick is how often due work is looked for, ProbeInterval how often a
	// session is proven.
	Tick          time.Duration `key:"tick" default:"30s" min:"1s" max:"5m"`
	ProbeInterval time.Duration `key:"probe_interval" default:"5m" min:"1m" max:"1h"`
	// Watch is inotify, or poll if file events do not work.
	Watch string `key:"watch" default:"inotify" choices:"inotify,poll"`
	// Fsync makes writes of the state survive a power loss.
	Fsync bool `key:"fsync" default:"true"`

	// RequestsPerHour is the limit of one client, which is an address (of IPv6 a
	// /64 network) and also an API key; an IPv6 site (/48) gets four times as much.
	// Up to 50 requests that bring the results of tool calls belong to their question.
	// 0 means none.
	RequestsPerHour int `key:"requests_per_hour" default:"60" min:"0" zero:"turns the limit off" live:"true"`
	// ModelInterval is the pause between two requests of one model, QueueSize
	// how many may wait for it, QueueWait for how long at most.
	ModelInterval time.Duration `key:"model_interval" default:"5s" min:"0s" max:"1h" live:"true"`
	QueueSize     int           `key:"queue_size" default:"8" min:"0" zero:"turns the limit off" live:"true"`
	QueueWait     time.Duration `key:"queue_wait" default:"40s" min:"0s" max:"10m" live:"true"`
	// MaxBody bounds a request's body.
	MaxBody Size `key:"max_body" default:"32MiB" min:"1KiB" max:"1GiB" live:"true"`
	// RequestMemory is how much memory all requests may hold together: bodies,
	// files and answers. A request that does not fit gets a 503; one client gets three
	// quarters at most. 0 takes a quarter of the memory of the machine or, if that is
	// less, of the service's control group (a third of GOMEMLIMIT), and 96MiB at least
	// where there are 256MiB.
	RequestMemory Size `key:"request_memory" default:"0" min:"16MiB" max:"1024GiB" zero:"works it out" live:"true"`
	// MaxPrompt is the longest prompt that is sent as one; a longer one goes up
	// as a text file.
	MaxPrompt Size `key:"max_prompt_bytes" default:"128000" min:"1KiB" max:"16MiB"`
	// MaxConnections bounds open client connections. 0 takes as many as a quarter of
	// the memory holds at their worst, 128KiB each, and 4096 at most: 512 of 256MiB,
	// 2048 of 1GiB. One address (of IPv6 a /64 network) gets a quarter of them, unless
	// it is of this machine or in trusted_proxies, and a sixteenth is kept for this
	// machine. A connection that waits for its next request makes room for a new one.
	MaxConnections int `key:"max_connections" default:"0" min:"0" zero:"works it out"`

	// PublicURL is how clients reach the server, for links.
	PublicURL string `key:"public_url" form:"url" live:"true"`
	// AllowedHosts are further names in the Host header of a loopback listener;
	// under them a key is always needed.
	AllowedHosts []string `key:"allowed_hosts" live:"true"`
	// TrustedProxies are the networks whose X-Forwarded-For is believed; by
	// default loopback if public_url is set, else none.
	TrustedProxies []string `key:"trusted_proxies" form:"networks" live:"true"`
	// FilesMaxSize and FilesMaxAge bound the pictures that are kept for links.
	FilesMaxSize Size          `key:"files_max_size" default:"512MiB" min:"1MiB" max:"1024GiB"`
	FilesMaxAge  time.Duration `key:"files_max_age" default:"24h" min:"1s" max:"720h"`
	// AnswersMaxSize and AnswersMaxAge bound what clients of the Responses API have the
	// server store: questions and answers, in the state directory, for the key that
	// asked. An answers_max_age of 0 stores nothing, whatever clients ask for.
	AnswersMaxSize Size          `key:"answers_max_size" default:"256MiB" min:"1MiB" max:"64GiB"`
	AnswersMaxAge  time.Duration `key:"answers_max_age" default:"168h" min:"1m" max:"8760h" zero:"stores nothing"`
	// UploadsMaxSize bounds the files that clients upload with Gemini's Files API. Each
	// is kept for 48 hours; one key gets half of the size, and one file 32MiB at most.
	// What does not fit is refused.
	UploadsMaxSize Size `key:"uploads_max_size" default:"512MiB" min:"2MiB" max:"1024GiB"`
	// FetchRemote lets clients name pictures and other files by an https address,
	// which the server then fetches, past upstream_proxy. It connects to public
	// addresses alone, to none of this machine's own, and sends no cookie.
	FetchRemote bool `key:"fetch_remote" live:"true"`
	// InsecureNoAuth lets every client in, from outside and through proxies too, as
	// long as no key was ever made. Names other than public_url must be in
	// allowed_hosts; IP addresses need not.
	InsecureNoAuth bool `key:"insecure_no_auth"`
	// MetricsKey lets a scraper read /metrics from outside. It has 16 characters
	// or more.
	MetricsKey Secret `key:"metrics_key" form:"key" live:"true"`

	// ExitIPURL is a plain-text service that returns the address of its caller;
	// geminid doctor asks it through upstream_proxy whether the address changed.
	// Empty means that no service is asked.
	ExitIPURL string `key:"exit_ip_url" form:"url"`

	// NotifyWebhook is called with a JSON message when something happens to a
	// session; NotifyWebhookSecret signs the calls (HMAC-SHA256, X-Geminid-Signature).
	NotifyWebhook       Secret `key:"notify_webhook" live:"true"`
	NotifyWebhookSecret Secret `key:"notify_webhook_secret" live:"true"`
	// NotifyNtfy is an ntfy topic, such as https://ntfy.sh/my-topic, NotifyNtfyToken
	// its access token if it is protected.
	NotifyNtfy      Secret `key:"notify_ntfy" live:"true"`
	NotifyNtfyToken Secret `key:"notify_ntfy_token" live:"true"`
	// NotifyTelegramToken is a Telegram bot's token, NotifyTelegramChat the chat it
	// writes to, NotifyTelegramAPI another server than Telegram's own.
	NotifyTelegramToken Secret `key:"notify_telegram_token" live:"true"`
	NotifyTelegramChat  string `key:"notify_telegram_chat" live:"true"`
	NotifyTelegramAPI   string `key:"notify_telegram_api" live:"true"`
	// NotifyMailServer is smtps://user@host:465 or smtp://user@host:587; an @ in
	// the user is written %40. NotifyMailPassword is only sent over TLS. NotifyMailHello
	// is the name by which the mail server is greeted, by default this machine's.
	NotifyMailServer   string   `key:"notify_mail_server" live:"true"`
	NotifyMailPassword Secret   `key:"notify_mail_password" live:"true"`
	NotifyMailFrom     string   `key:"notify_mail_from" live:"true"`
	NotifyMailTo       []string `key:"notify_mail_to" live:"true"`
	NotifyMailHello    string   `key:"notify_mail_hello" live:"true"`
	// NotifyLanguage is en or zh, NotifyName this server's name in messages, by
	// default its host name.
	NotifyLanguage string `key:"notify_language" default:"en" choices:"en,zh" live:"true"`
	NotifyName     string `key:"notify_name" live:"true"`
	// NotifyQuietHours is a span of local time without messages, such as
	// 23:00-07:00; notices that are still true are sent at its end. NotifyPerHour caps the
	// messages of each channel.
	NotifyQuietHours string `key:"notify_quiet_hours" form:"hours" live:"true"`
	NotifyPerHour    int    `key:"notify_per_hour" default:"12" min:"1" live:"true"`

	// Report is how often a report on the server is sent the way notices are: off,
	// weekly (on Mondays) or monthly (on the first), at eight in the morning.
	Report string `key:"report" default:"off" choices:"off,weekly,monthly"`

	// LogLevel is debug, info, warn or error; LogFormat is text or json.
	LogLevel  string `key:"log_level" default:"info" choices:"debug,info,warn,error" live:"true"`
	LogFormat string `key:"log_format" default:"text" choices:"text,json"`
	// MaskClients shortens client addresses in the log to their network.
	MaskClients bool `key:"mask_clients" live:"true"`
	// DrainTimeout is how long running streams may go on after a stop.
	DrainTimeout time.Duration `key:"drain_timeout" default:"25s" min:"0s" max:"1h"`

	// Where each key stands; nil unless Load read it. It is a pointer because a
	// print of the settings would show the secrets of a value.
	origin *layers
}

// Level is the slog level that a setting names.
func (s *Settings) Level() slog.Level {
	var level slog.Level
	_ = level.UnmarshalText([]byte(s.LogLevel)) // checked by Load
	return level
}
