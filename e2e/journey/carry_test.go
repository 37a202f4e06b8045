package journey_test

import (
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"

	"github.com/geminid/geminid/e2e/harness"
)

var proxy = regexp.MustCompile(`SOCKS5 proxy: (127\.0\.0\.1:\d+)`)

// TestOverSSH: quick opens the way, save takes the session out of a Firefox
// profile, update brings it into the inbox, and the server answers with it.
func TestOverSSH(t *testing.T) {
	s := newServer(t)
	l := newLaptop(t, s, s.admin)
	s.openSSH(t, l)
	second := s.sim.Session(t, "second")

	t.Run("quick", func(t *testing.T) { quick(t, s, l) })

	firefox(t, l.downloads("cookies.sqlite"), closed, second)
	l.expect(t, 0, "cookies.sqlite: usable", "cookies", "check", l.downloads("cookies.sqlite"))
	l.expect(t, 0, "saved to", "cookies", "save")
	carried := filepath.Join(l.home, ".local/state/geminid/cookies.json")
	if got := mode(t, carried); got != "0600" {
		t.Errorf("the file to carry has mode %s", got)
	}
	if content, err := os.ReadFile(carried); err != nil || strings.Contains(string(content), "site-") {
		t.Errorf("the file to carry holds cookies of other sites: %v", err)
	}

	update := []string{"cookies", "update", "--ssh", "server.test", "--inbox", s.Inbox()}
	l.expect(t, 0, "accepted: account default is healthy since", update...)
	if got := mode(t, filepath.Join(s.Inbox(), "cookies.json")); got != "0660" {
		t.Errorf("the file in the inbox has mode %s", got)
	}
	if !s.serves(t, second) {
		t.Error("the server does not answer with the new session")
	}
	l.expect(t, 0, "accepted", update...) // the very same once more
	l.expect(t, 0, "valid", "cookies", "status")

	bring := func(content string) []string {
		put(t, l.downloads("new.txt"), []byte(content))
		return append(update, l.downloads("new.txt"))
	}
	l.expect(t, 1, "refused: E_PROBE_SIGNED_OUT: cookies.json is well-formed", bring(harness.Stranger().Netscape())...)
	if _, err := os.Stat(filepath.Join(s.Inbox(), "cookies.json.rejected.txt")); err != nil {
		t.Errorf("no note lies beside the refused file: %v", err)
	}
	if !s.serves(t, second) {
		t.Error("a refused file has displaced the session")
	}
	l.expect(t, 1, "E_HTML", bring("<!doctype html><title>Sign in</title>")...)
	l.expect(t, 2, "cannot be read", append(update, l.downloads("nothing.txt"))...)

	third := s.sim.Session(t, "third")
	s.sim.Fault(t, map[string]any{"kind": "outage"})
	l.expect(t, 75, "not proven yet", append(bring(third.JSON()), "--wait", "8s")...)
	l.expect(t, 75, "not proven yet", append(bring(third.JSON()), "--wait", "2s")...) // the very same is no better
	s.sim.Heal(t)
	harness.Eventually(t, 6*patience, "the file that waited is accepted", func() bool {
		_, code := l.gchat(t, "", append(bring(third.JSON()), "--wait", "5s")...)
		return code == 0
	})
	if !s.serves(t, third) {
		t.Error("the server does not answer with the session that waited")
	}
}

// quick opens the tunnel alone: what goes through it comes out at the server,
// and nothing is left of it after Ctrl-C.
func quick(t *testing.T, s *server, l *laptop) {
	p := harness.Start(t, l.command("", "cookies", "quick", "--no-browser", "--host", "server.test"))
	harness.Eventually(t, patience, "quick tells its proxy", func() bool { return proxy.MatchString(p.Output()) })
	addr := proxy.FindStringSubmatch(p.Output())[1]
	through := &http.Transport{Proxy: http.ProxyURL(&url.URL{Scheme: "socks5", Host: addr})}
	response, err := (&http.Client{Transport: through}).Get(s.sim.URL + "/_sim/")
	if err != nil {
		t.Fatalf("going through the tunnel: %v", err)
	}
	response.Body.Close()
	through.CloseIdleConnections()
	p.Signal(syscall.SIGINT)
	if code := p.Wait(t); code != 0 {
		t.Errorf("after Ctrl-C quick ends with %d:\n%s", code, p.Output())
	}
	if listens(addr) {
		t.Error("the tunnel is still open")
	}
}

// TestOverHTTPS: the same session goes in through the admin route.
func TestOverHTTPS(t *testing.T) {
	s := newServer(t)
	l := newLaptop(t, s, s.admin)
	second := s.sim.Session(t, "second")
	firefox(t, l.downloads("cookies.sqlite"), running, second)
	l.expect(t, 0, "saved to", "cookies", "save", l.downloads("cookies.sqlite"))
	l.expect(t, 0, "accepted: account default is healthy since", "cookies", "update")
	if !s.serves(t, second) {
		t.Error("the server does not answer with the new session")
	}
	imported := s.sim.Session(t, "imported")
	firefox(t, l.downloads("cookies.sqlite"), running, imported)
	args := []string{"cookies", "import", l.downloads("cookies.sqlite"), "--account", "default", "--socket", s.Socket()}
	if out, said, code := harness.Run(t, harness.Command{Name: "geminid", Args: args, Home: s.Dir}); code != 0 || !s.serves(t, imported) {
		t.Errorf("geminid cookies import of a running Firefox's database ends with %d: %s%s", code, out, said)
	}
	l.expect(t, 0, "accepted: account work is healthy since", "cookies", "update", "--account", "work", l.carry(t, s.sim.SessionOf(t, "other", "2").Netscape()))

	l.expect(t, 1, "E_PROBE_SIGNED_OUT", "cookies", "update", l.carry(t, harness.Stranger().JSON()))
	l.expect(t, 1, "E_EMPTY", "cookies", "update", l.carry(t, "  \n"))
	l.expect(t, 2, "cannot be read", "cookies", "update", l.downloads("nothing.txt"))
	l.expect(t, 64, "--account", "cookies", "update", "--account", "No Name")

	s.sim.Fault(t, map[string]any{"kind": "outage"})
	l.expect(t, 75, "not proven yet", "cookies", "update", l.carry(t, s.sim.Session(t, "third").Netscape()))
	s.sim.Heal(t)

	asker := newLaptop(t, s, s.api)
	asker.expect(t, 77, "may ask questions only", "cookies", "update", l.carry(t, second.Netscape()))
	asker.env = nil // it no longer trusts the certificate
	asker.expect(t, 69, "certificate", "cookies", "update", l.carry(t, second.Netscape()))
}

// carry writes an export into Downloads.
func (l *laptop) carry(t *testing.T, content string) string {
	t.Helper()
	put(t, l.downloads("export"), []byte(content))
	return l.downloads("export")
}
