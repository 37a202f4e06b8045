package ssh

import (
	"cmp"
	"errors"
	"net"
	"strconv"
	"strings"
)

// Destination is where ssh goes.
type Destination struct {
	User string // empty: ssh decides
	Host string // a name, an address, or a Host of ~/.ssh/config
	Port string // empty: ssh decides
}

// ParseDestination reads [user@]host[:port]; an IPv6 address with a port stands
// in brackets.
func ParseDestination(text string) (Destination, error) {
	var d Destination
	rest := text
	if user, host, ok := strings.Cut(text, "@"); ok {
		d.User, rest = user, host
		if user == "" {
			return d, errors.New("the user before @ is missing")
		}
	}
	d.Host = strings.Trim(rest, "[]")
	if host, port, err := net.SplitHostPort(rest); err == nil {
		d.Host, d.Port = host, port
	}
	return d, d.CheckParts()
}

// CheckParts refuses parts that ssh could take for an option, or for anything but
// the part that it is.
func (d Destination) CheckParts() error {
	odd := func(s string) bool {
		return strings.HasPrefix(s, "-") || strings.ContainsFunc(s, func(r rune) bool {
			return r <= ' ' || r > '~' || strings.ContainsRune("@/\\'\"`$;&|<>()", r)
		})
	}
	switch port, err := strconv.Atoi(cmp.Or(d.Port, "22")); {
	case d.Host == "":
		return errors.New("the host is missing")
	case odd(d.Host) || odd(d.User):
		return errors.New("not [user@]host[:port]")
	case err != nil || port < 1 || port > 65535:
		return errors.New("the port must be a number up to 65535")
	}
	return nil
}

// CommandArguments returns the end of an ssh command line: how to get there.
func (d Destination) CommandArguments() []string {
	var args []string
	if d.Port != "" {
		args = append(args, "-p", d.Port)
	}
	return append(args, "--", d.String())
}

// String returns user@host, as ssh wants it.
func (d Destination) String() string {
	if d.User != "" {
		return d.User + "@" + d.Host
	}
	return d.Host
}

// QuoteWords writes a command as it can be pasted into a shell.
func QuoteWords(words []string) string {
	out := make([]string, len(words))
	for i, word := range words {
		out[i] = QuoteWord(word)
	}
	return strings.Join(out, " ")
}

// QuoteWord quotes a word for a POSIX shell where that is needed.
func QuoteWord(word string) string {
	plain := func(r rune) bool {
		return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("@%+=:,./_-", r)
	}
	if word != "" && strings.IndexFunc(word, func(r rune) bool { return !plain(r) }) < 0 {
		return word
	}
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}
