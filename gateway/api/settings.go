package api

import (
	"net/netip"
	"net/url"
	"strings"
	"time"

	"github.com/geminid/geminid/gateway/auth"
	"github.com/geminid/geminid/gateway/limit"
)

// Settings are the settings that may change while requests run. The zero value is
// that of a public listener without limits of its own.
type Settings struct {
	Limits Limits
	// PublicURL is the address at which clients find the API, such as
	// "https://ai.example". Empty means that the listener has no other name.
	PublicURL string
	// AllowedHosts are further names in the Host header to which a loopback
	// listener answers.
	AllowedHosts []string
	// TrustedProxies are the peers whose X-Forwarded-For is believed; none by
	// default.
	TrustedProxies []netip.Prefix
	// MetricsKey is the digest of a key that may read /metrics and nothing else.
	// The zero Digest means that there is no such key.
	MetricsKey auth.Digest
	// FetchRemote lets clients name pictures and other files by their https
	// address; the server fetches them. Off by default.
	FetchRemote bool
	// Loopback means that the TCP listener can be reached from this machine only.
	// Then the Host header is checked, /metrics is open to programs on this
	// machine, and so is the API while no key was ever made.
	Loopback bool
	// InsecureNoAuth opens the API to every client, through proxies too, while no
	// key was ever made, under IP addresses, PublicURL and AllowedHosts.
	InsecureNoAuth bool
	// MaskClients shortens client addresses in logs to their network.
	MaskClients bool
}

// Limits are the limits of an [API].
type Limits struct {
	// PerHour is how many questions one client may ask within any hour, counted as
	// [limit.Clients] does; zero does not limit them.
	PerHour int
	// ModelGap is the time between the starts of two questions to one model; zero
	// does not limit them.
	ModelGap time.Duration
	// Queue is how many questions may wait for their model, QueueWait for how long.
	// Zero of either means that none waits.
	Queue     int
	QueueWait time.Duration
	// MaxBody is the largest body of a question in bytes; zero is 32 MiB.
	MaxBody int64
	// MaxInFlight is how many questions may be in flight; zero is 4096.
	MaxInFlight int
	// Memory is how many bytes all requests together may hold: bodies, files, and
	// answers that are gathered whole. One client gets three quarters at most. Zero
	// is 256 MiB.
	Memory int64
}

const (
	defaultBody     = 32 << 20
	defaultInFlight = 4096
	defaultMemory   = 256 << 20
)

func (l Limits) queue() limit.QueueLimits {
	return limit.QueueLimits{Gap: l.ModelGap, Waiting: l.Queue, Patience: l.QueueWait}
}

func (l Limits) maxBody() int64 {
	if l.MaxBody > 0 {
		return l.MaxBody
	}
	return defaultBody
}

func (l Limits) memory() int64 {
	if l.Memory > 0 {
		return l.Memory
	}
	return defaultMemory
}

func (l Limits) maxInFlight() int {
	if l.MaxInFlight > 0 {
		return l.MaxInFlight
	}
	return defaultInFlight
}

// settings are Settings with values derived from them once.
type settings struct {
	Settings
	hosts map[string]bool // of AllowedHosts and PublicURL, in lower case
}

// hostname returns the name in a Host header or an origin, without port, brackets
// and a final dot.
func hostname(host string) string {
	name := (&url.URL{Host: host}).Hostname()
	return strings.ToLower(strings.TrimSuffix(name, "."))
}
