package doctor

import (
	"context"
	"net/http"
	"net/url"
	"time"
)

// Level is how bad a finding is.
type Level string

// The levels, from good to bad.
const (
	Good    Level = "ok"
	Note    Level = "note"    // worth knowing
	Warning Level = "warning" // will hurt some day
	Bad     Level = "bad"     // hurts now
)

// Finding is one thing that was seen.
type Finding struct {
	Group string `json:"group"`
	Level Level  `json:"level"`
	Text  string `json:"text"`
	Fix   string `json:"fix,omitempty"` // the cure, empty if there is nothing to do
}

// Config is everything that [Examine] knows of the installation. An empty field is
// not looked at.
type Config struct {
	// File is the configuration file, Problem the error that reading it returned; nil
	// means that it can be used.
	File    string
	Problem error
	// ZoneProblem says that TZ is not understood where something goes by local time;
	// empty if it is.
	ZoneProblem string
	// Listen is the address of the API, Loopback whether only this machine can reach
	// it; Keys and Admin report whether there are keys for it, Client whether there
	// is one that only asks questions, Keyless whether there never was any, Open
	// whether it may be reached from outside without one.
	Listen                                       string
	Loopback, Keys, Client, Admin, Keyless, Open bool
	// KeysProblem is why the keys could not be read; nil if they could.
	KeysProblem error
	// PublicURL is how clients reach the server, TLSCert and TLSKey the certificate
	// in use and its key.
	PublicURL, TLSCert, TLSKey string
	// StateDir, InboxDir, KeysFile and Socket are the server's paths; Secrets reports
	// whether the configuration file holds some.
	StateDir, InboxDir, KeysFile, Socket string
	Secrets                              bool
	// Poll reports whether the inbox is looked at in intervals, without file events.
	Poll bool
	// Proxy is the proxy to the upstream, nil for none. ProxyEnv are proxy
	// variables of the environment, which the server does not read.
	Proxy    *url.URL
	ProxyEnv []string
	// Upstream is asked for its clock, and for an answer at all.
	Upstream string
	// ExitURL answers with the address that calls come from.
	ExitURL string
	// Transport carries the calls to Upstream and ExitURL; nil makes none.
	Transport http.RoundTripper
	// Ask asks the running server; nil means that none is asked. The answer goes to
	// out as JSON, or as it is if out is a *[]byte.
	Ask func(ctx context.Context, path string, out any) error
	// Version is that of this program.
	Version string
	// Root is put before the paths of the system, such as /proc; empty means the real
	// ones. Home is taken out of all findings.
	Root, Home string
	// Synchronised reports whether something keeps this machine's clock right, and
	// whether that is known; nil means that it is not looked at.
	Synchronised func() (yes, known bool)
	// Now is the wall clock; nil means time.Now.
	Now func() time.Time

	// The findings of checkUpstream that checkClock needs.
	upstreamAnswered bool
	upstreamDate     string
}

// checks is the table, in the order in which things depend on each other. Each makes
// at least one finding, except if there is nothing of its kind to look at.
var checks = []struct {
	group string
	look  func(ctx context.Context, c *Config) []Finding
}{
	{"versions", checkVersions},
	{"config", checkConfig},
	{"permissions", checkPermissions},
	{"disk", checkDisk},
	{"inotify", checkInotify},
	{"inbox", checkInbox},
	{"port", checkPort},
	{"firewall", checkFirewall},
	{"proxy", checkProxy},
	{"upstream", checkUpstream},
	{"clock", checkClock},
	{"exit address", checkExitAddress},
	{"cookies", checkCookies},
	{"limits", checkLimits},
	{"drift", checkDrift},
}

// Examine runs all checks. It asks the upstream and the running server at most
// once for each question, with a deadline of seconds, and changes nothing.
func Examine(ctx context.Context, c Config) []Finding {
	if c.Now == nil {
		c.Now = time.Now
	}
	var out []Finding
	for _, check := range checks {
		for _, f := range check.look(ctx, &c) {
			f.Group = check.group
			f.Text, f.Fix = c.redactText(f.Text), c.redactText(f.Fix)
			out = append(out, f)
		}
	}
	return out
}

// WorstLevel is the worst level among findings.
func WorstLevel(findings []Finding) Level {
	worst := Good
	for _, f := range findings {
		if rank[f.Level] > rank[worst] {
			worst = f.Level
		}
	}
	return worst
}

var rank = map[Level]int{Good: 0, Note: 1, Warning: 2, Bad: 3}

// singleFinding makes the findings of a check that says one thing.
func singleFinding(level Level, text, fix string) []Finding {
	return []Finding{{Level: level, Text: text, Fix: fix}}
}
