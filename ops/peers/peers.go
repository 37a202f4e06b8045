package peers

import (
	"fmt"
	"slices"
	"strings"
)

// Found is the content of a settings file in the terms of this server. It holds
// secrets.
type Found struct {
	// Settings are ours, by key.
	Settings map[string]any
	// Keys are the keys that clients send, in the order of the file.
	Keys []Key
	// Sessions are the cookies, one for each account.
	Sessions []Session
	// LeftOut are the settings that were left out, with the reason.
	LeftOut []LeftOut
	// Notes are further things to know.
	Notes []string

	usable     func(key string, value any) error
	host, port string
	https      bool
	cert, key  string  // files of HTTPS
	proxies    []value // of the accounts
	unlimited  bool
	window     int // milliseconds of a rate limit
	requests   int
}

// Key is a key that clients send.
type Key struct {
	Name, Secret string
	Admin        bool
}

// Session is the cookies of one account: a whole Cookie header, or the two that
// matter.
type Session struct{ Name, Header, PSID, PSIDTS string }

// LeftOut is a setting that was not taken over.
type LeftOut struct{ Name, Reason string }

// peer is one row of the table.
type peer struct {
	name string
	// settingsFile is the usual name of its settings file.
	settingsFile string
	read         func(content []byte) ([]value, error)
	rules        []rule
}

// knownPeers lists the peers; a new one is a file and a line.
var knownPeers = []peer{fastAPI, gemi2API, cliProxy, webAI, webToAPI}

// rule translates a setting. A * in the name stands for one part, such as the number
// in a list.
type rule struct {
	name   string
	apply  func(f *Found, v value) error
	reason string // instead of apply: why it is left out
}

// PeerNames are the peers that Read knows.
func PeerNames() []string {
	var names []string
	for _, p := range knownPeers {
		names = append(names, p.name)
	}
	return names
}

// ReadSettings reads a settings file of a peer. A setting for which usable returns an
// error is left out with it. Errors repeat no value of the file.
func ReadSettings(name string, content []byte, usable func(key string, value any) error) (*Found, error) {
	i := slices.IndexFunc(knownPeers, func(p peer) bool { return p.name == name })
	if i < 0 {
		return nil, fmt.Errorf("%q is none of %s", name, strings.Join(PeerNames(), ", "))
	}
	p := knownPeers[i]
	values, err := p.read(content)
	if err != nil {
		return nil, fmt.Errorf("this is no %s of %s: %w", p.settingsFile, p.name, err)
	}
	f := &Found{Settings: make(map[string]any), usable: usable}
	known := 0
	for _, v := range values {
		at := slices.IndexFunc(p.rules, func(r rule) bool { return matchesRule(r.name, v.name) })
		switch {
		case at >= 0:
			known++
		case v.text == "":
			continue
		case slices.Contains(strings.Split(v.name, "."), "<<"):
			f.leaveOut(v, "it is merged in from elsewhere in the file; write it out where it belongs")
			continue
		default:
			f.leaveOut(v, "there is nothing like it here")
			continue
		}
		if r := p.rules[at]; r.apply == nil {
			f.leaveOut(v, r.reason)
		} else if err := r.apply(f, v); err != nil {
			f.leaveOut(v, err.Error())
		}
	}
	if known == 0 {
		return nil, fmt.Errorf("this is no %s of %s: none of its settings is in it", p.settingsFile, p.name)
	}
	f.combineParts()
	return f, nil
}

func (f *Found) leaveOut(v value, why string) { f.LeftOut = append(f.LeftOut, LeftOut{v.name, why}) }

// setSetting takes a setting if the server can run with it.
func (f *Found) setSetting(key string, value any) error {
	if err := f.usable(key, value); err != nil {
		return err
	}
	f.Settings[key] = value
	return nil
}

// matchesRule compares a name with that of a rule.
func matchesRule(pattern, name string) bool {
	want, got := strings.Split(pattern, "."), strings.Split(name, ".")
	if len(want) != len(got) {
		return false
	}
	for i := range want {
		if want[i] != "*" && !strings.EqualFold(want[i], got[i]) {
			return false
		}
	}
	return true
}
