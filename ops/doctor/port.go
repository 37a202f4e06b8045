package doctor

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/http"
	"net/netip"
	"regexp"
	"strings"
	"syscall"
	"time"
)

// checkPort checks that the API listens, or could.
func checkPort(ctx context.Context, c *Config) []Finding {
	if c.Listen == "" {
		return nil
	}
	answer := c.pingServer(ctx)
	running := answer == nil
	listener, err := net.Listen("tcp", c.Listen)
	if err == nil {
		_ = listener.Close()
		if running {
			return singleFinding(Bad, "the server runs, but not on "+c.Listen, "systemctl restart geminid: the address changes with a restart only")
		}
		return singleFinding(Good, c.Listen+" is free for the server", "")
	}
	switch {
	case errors.Is(err, syscall.EACCES):
		return singleFinding(Bad, "this user may not listen on "+c.Listen, "take a port above 1023, or give the service CAP_NET_BIND_SERVICE")
	case errors.Is(err, syscall.EADDRNOTAVAIL):
		return singleFinding(Bad, "no network interface of this machine has the address of listen", "listen on 127.0.0.1 or on an address that ip addr shows")
	case !errors.Is(err, syscall.EADDRINUSE):
		return singleFinding(Bad, "listen cannot be used: "+err.Error(), "correct listen in the configuration")
	case errors.Is(answer, fs.ErrPermission):
		return singleFinding(Note, "a program listens on "+c.Listen+"; whether it is the server cannot be asked by this user", "run geminid doctor as root, or as a member of the group geminid")
	case !running:
		return singleFinding(Bad, "another program listens on "+c.Listen, "see which with: ss -ltnp, then stop it or change listen")
	case !answersLivez(ctx, c.Listen, c.TLSCert != ""):
		return singleFinding(Bad, "another program than the running server answers on "+c.Listen, "see which with: ss -ltnp")
	}
	return singleFinding(Good, "the server answers on "+c.Listen, "")
}

// answersLivez asks on the port itself whether a geminid is there.
func answersLivez(ctx context.Context, listen string, tls bool) bool {
	if tls {
		return true // it is not known here who owns the certificate
	}
	host, number, _ := net.SplitHostPort(listen)
	if addr, err := netip.ParseAddr(host); host == "" || err == nil && addr.IsUnspecified() {
		host = "127.0.0.1"
	}
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+net.JoinHostPort(host, number)+"/livez", nil)
	if err != nil {
		return false
	}
	client := http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	response, err := client.Do(request)
	if err != nil {
		return false
	}
	defer response.Body.Close()
	return response.StatusCode == http.StatusOK
}

// checkFirewall looks for a firewall that keeps the port shut although the server
// listens.
func checkFirewall(_ context.Context, c *Config) []Finding {
	_, number, err := net.SplitHostPort(c.Listen)
	if err != nil || c.Loopback {
		return nil
	}
	open := "sudo ufw allow " + number + "/tcp"
	switch {
	case c.inContainer():
		return singleFinding(Note, "this is a container: port "+number+" must be published, and the firewall of the host must let it in, which cannot be seen from here", "on the host: docker port CONTAINER, sudo ufw status, "+open)
	case strings.Contains(c.readSystemFile("etc/ufw/ufw.conf"), "ENABLED=yes"):
		rules := c.readSystemFile("etc/ufw/user.rules")
		if rules == "" {
			return singleFinding(Note, "ufw is on; its rules can be read by root only", "sudo ufw status; "+open)
		}
		if ufwAllows(rules, number) {
			return singleFinding(Good, "ufw lets port "+number+" in", "")
		}
		return singleFinding(Warning, "ufw is on and has no rule for port "+number+": nobody outside reaches the server", open)
	case c.systemPathExists("run/firewalld"):
		return singleFinding(Note, "firewalld runs; see that it lets port "+number+" in", "firewall-cmd --add-port="+number+"/tcp --permanent; firewall-cmd --reload")
	}
	return singleFinding(Good, "no firewall of this machine was found; your provider may have one of its own", "")
}

// inContainer reports whether this is a container.
func (c *Config) inContainer() bool {
	return c.systemPathExists(".dockerenv") || c.systemPathExists("run/.containerenv") || c.systemPathExists("run/systemd/container")
}

var ufwTuple = regexp.MustCompile(`(?m)^### tuple ### (?:allow|limit)(?:_log)? (?:tcp|any) (\S+) `)

// ufwAllows reports whether the rules of ufw let a port in. Its own notes in the file
// repeat the command: a port, several, or a range.
func ufwAllows(rules, number string) bool {
	for _, match := range ufwTuple.FindAllStringSubmatch(rules, -1) {
		for ports := range strings.SplitSeq(match[1], ",") {
			low, high, ranged := strings.Cut(ports, ":")
			if ports == "any" || low == number || ranged && portInRange(low, number, high) {
				return true
			}
		}
	}
	return false
}

func portInRange(low, number, high string) bool {
	var l, n, h int
	_, err := fmt.Sscan(low+" "+number+" "+high, &l, &n, &h)
	return err == nil && l <= n && n <= h
}
