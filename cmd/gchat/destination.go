package main

import (
	"cmp"
	"errors"
	"net"
	"net/url"
	"strconv"
	"strings"
)

// destination is where ssh goes.
type destination struct {
	user string // empty: ssh decides
	host string // a name, an address, or a Host of ~/.ssh/config
	port string // empty: ssh decides
}

// parseDestination reads [user@]host[:port]; an IPv6 address with a port stands
// in brackets.
func parseDestination(text string) (destination, error) {
	var d destination
	rest := text
	if user, host, ok := strings.Cut(text, "@"); ok {
		d.user, rest = user, host
		if user == "" {
			return d, errors.New("the user before @ is missing")
		}
	}
	d.host = strings.Trim(rest, "[]")
	if host, port, err := net.SplitHostPort(rest); err == nil {
		d.host, d.port = host, port
	}
	return d, d.check()
}

// check refuses what ssh could take for an option, or for something else than
// the part that it is.
func (d destination) check() error {
	odd := func(s string) bool {
		return strings.HasPrefix(s, "-") || strings.ContainsFunc(s, func(r rune) bool {
			return r <= ' ' || r > '~' || strings.ContainsRune("@/\\'\"`$;&|<>()", r)
		})
	}
	switch port, err := strconv.Atoi(cmp.Or(d.port, "22")); {
	case d.host == "":
		return errors.New("the host is missing")
	case odd(d.host) || odd(d.user):
		return errors.New("not [user@]host[:port]")
	case err != nil || port < 1 || port > 65535:
		return errors.New("the port must be a number up to 65535")
	}
	return nil
}

// arguments returns the end of an ssh command line: how to get there.
func (d destination) arguments() []string {
	var args []string
	if d.port != "" {
		args = append(args, "-p", d.port)
	}
	return append(args, "--", d.String())
}

// String returns user@host, as ssh wants it.
func (d destination) String() string {
	if d.user != "" {
		return d.user + "@" + d.host
	}
	return d.host
}

// sshDestination returns the way to the server's machine: what was given, else
// the saved one, else the host of the server's address when it is not this
// computer.
func (s *settings) sshDestination(given string) (destination, error) {
	if text := cmp.Or(given, s.file.SSH); text != "" {
		d, err := parseDestination(text)
		if err != nil {
			return d, usage("the ssh destination: "+err.Error(), "give it as [user@]host[:port]")
		}
		return d, nil
	}
	if u, err := url.Parse(s.server); err == nil && !loopback(u.Hostname()) {
		return destination{host: u.Hostname()}, nil
	}
	return destination{}, usage("no ssh host is known for the server "+s.server, "--host HOST, or a line ssh: user@host in "+s.path)
}

// quoted writes a command as it can be pasted into a shell.
func quoted(words []string) string {
	out := make([]string, len(words))
	for i, word := range words {
		out[i] = shellWord(word)
	}
	return strings.Join(out, " ")
}

// shellWord quotes a word for a POSIX shell where that is needed.
func shellWord(word string) string {
	plain := func(r rune) bool {
		return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("@%+=:,./_-", r)
	}
	if word != "" && strings.IndexFunc(word, func(r rune) bool { return !plain(r) }) < 0 {
		return word
	}
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}
