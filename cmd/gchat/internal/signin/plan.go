package signin

import (
	"fmt"

	"github.com/geminid/geminid/cmd/gchat/internal/browser"
	"github.com/geminid/geminid/cmd/gchat/internal/ssh"
)

const startPage = "https://gemini.google.com"

// Plan holds the steps of quick.
type Plan struct {
	Tunnel  *ssh.Tunnel      // nil without one
	Browser *browser.Browser // nil without one
	GOOS    string
}

// proxyPort returns the tunnel's port, 0 without a tunnel.
func (t *Plan) proxyPort() int {
	if t.Tunnel == nil {
		return 0
	}
	return t.Tunnel.Port
}

// browserCommand returns the browser's command line.
func (t *Plan) browserCommand() []string {
	b := t.Browser
	if b.Engine == browser.Firefox {
		args := []string{b.Program, "--no-remote", "--profile", b.Profile}
		if t.GOOS == "windows" {
			args = append(args, "--wait-for-browser") // else a launcher ends at once
		}
		return append(args, startPage)
	}
	args := []string{b.Program, "--user-data-dir=" + b.Profile, "--no-first-run", "--no-default-browser-check"}
	if port := t.proxyPort(); port != 0 {
		args = append(args, fmt.Sprintf("--proxy-server=socks5://127.0.0.1:%d", port))
	}
	return append(args, startPage)
}
