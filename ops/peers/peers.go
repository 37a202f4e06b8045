// Package peers reads the settings files of other servers of the kind and says
// what they are called here: settings, the keys of clients, cookies. What has no
// counterpart is told with the reason, so that nobody looks for it in vain.
package peers

import (
	"fmt"
	"slices"
	"strings"
)

// Found is what a settings file holds, in our words. It holds secrets.
type Found struct {
	// Settings are ours, by key.
	Settings map[string]any
	// Keys are the keys that clients send, in the order of the file.
	Keys []Key
	// Sessions are the cookies, one for each account.
	Sessions []Session
	// Left are the settings that were left out, with the reason.
	Left []Left
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

// Left is a setting that was not taken over.
type Left struct{ Name, Why string }

// peer is one row of the table.
type peer struct {
	name string
	// usual is what its settings file is called.
	usual string
	read  func(content []byte) ([]value, error)
	rules []rule
}

// table lists the peers; a new one is a file and a line.
var table = []peer{fastAPI, gemi2API, cliProxy, webAI, webToAPI}

// rule says what becomes of a setting. A * in the name stands for one part, such
// as the number in a list.
type rule struct {
	name string
	take func(f *Found, v value) error
	why  string // instead of take: why it is left out
}

// Names are the peers that Read knows.
func Names() []string {
	var names []string
	for _, p := range table {
		names = append(names, p.name)
	}
	return names
}

// Read reads a settings file of a peer. A setting for which usable has an error is
// left out with it. An error of Read says what can not be read and repeats no
// value.
func Read(name string, content []byte, usable func(key string, value any) error) (*Found, error) {
	i := slices.IndexFunc(table, func(p peer) bool { return p.name == name })
	if i < 0 {
		return nil, fmt.Errorf("%q is none of %s", name, strings.Join(Names(), ", "))
	}
	p := table[i]
	values, err := p.read(content)
	if err != nil {
		return nil, fmt.Errorf("this is no %s of %s: %w", p.usual, p.name, err)
	}
	f := &Found{Settings: make(map[string]any), usable: usable}
	known := 0
	for _, v := range values {
		at := slices.IndexFunc(p.rules, func(r rule) bool { return matches(r.name, v.name) })
		switch {
		case at >= 0:
			known++
		case v.text == "":
			continue
		case slices.Contains(strings.Split(v.name, "."), "<<"):
			f.leave(v, "it is merged in from elsewhere in the file; write it out where it belongs")
			continue
		default:
			f.leave(v, "there is nothing like it here")
			continue
		}
		if r := p.rules[at]; r.take == nil {
			f.leave(v, r.why)
		} else if err := r.take(f, v); err != nil {
			f.leave(v, err.Error())
		}
	}
	if known == 0 {
		return nil, fmt.Errorf("this is no %s of %s: none of its settings is in it", p.usual, p.name)
	}
	f.finish()
	return f, nil
}

func (f *Found) leave(v value, why string) { f.Left = append(f.Left, Left{v.name, why}) }

// set takes a setting when the server can run with it.
func (f *Found) set(key string, value any) error {
	if err := f.usable(key, value); err != nil {
		return err
	}
	f.Settings[key] = value
	return nil
}

// matches compares a name with that of a rule.
func matches(pattern, name string) bool {
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
