package doctor_test

import (
	"errors"
	"fmt"
	"net/url"
	"strings"
	"testing"

	"github.com/geminid/geminid/ops/doctor"
)

func TestPublic(t *testing.T) {
	c := doctor.Config{Home: "/root/alice", Listen: "box:8100", PublicURL: "https://chat.alice.example", Proxy: &url.URL{Host: "proxy.alice.example:3128"}}
	tests := []struct{ text, want string }{
		{"/root/alice/.config/geminid.yaml:3: broken", "~/.config/geminid.yaml:3: broken"},
		{"/home/alice/x and /Users/bob", "/home/<user>/x and /Users/<user>"},
		{"listen on 203.0.113.7:8100", "listen on <address>:8100"},
		{"listen on 127.0.0.1:8100 or 0.0.0.0:80", "listen on 127.0.0.1:8100 or 0.0.0.0:80"},
		{"listen on box:8100, drop it into the inbox", "listen on <host>:8100, drop it into the inbox"},
		{"from [2001:db8::17]:443", "from <address>:443"},
		{"at 12:30:45 on ::1", "at 12:30:45 on ::1"},
		{"chat.alice.example is down, proxy.alice.example too", "<host> is down, <proxy> too"},
		{"http://me:hunter2@proxy.alice.example:3128/x", "http://<host>"},
		{"https://gemini.google.com/robots.txt?x=1", "https://gemini.google.com/robots.txt"},
		{"key gmd_abc-DEF_123", "key <key>"},
		{"mail alice@example.org", "mail <mail>"},
		{"linux 6.1.0-13, go1.26.8", "linux 6.1.0-13, go1.26.8"},
	}
	for _, tt := range tests {
		if got := c.Public(tt.text); got != tt.want {
			t.Errorf("%q: got %q, want %q", tt.text, got, tt.want)
		}
	}
}

// Whatever the patient is told and the server answers, nothing of it that is the
// owner's own is repeated.
func TestNothingPrivateIsSaid(t *testing.T) {
	private := []string{"my-secret-name", "hunter2", "203.0.113.7", "2001:db8::17", "alice", "gmd_SECRET"}
	c := doctor.Config{
		File: "/home/alice/geminid.yaml", Problem: nil, Home: "/home/alice", Version: "1.0",
		Listen: "203.0.113.7:8100", PublicURL: "https://alice.example.org", StateDir: "/home/alice/state", InboxDir: "/home/alice/inbox",
		KeysFile: "/home/alice/keys", Socket: "/home/alice/sock", Secrets: true, TLSCert: "/home/alice/cert.pem",
		Proxy: &url.URL{Scheme: "http", User: url.UserPassword("alice", "hunter2"), Host: "203.0.113.7:1"}, ExitURL: "https://alice.example.org/ip?key=hunter2",
		Upstream: "https://gemini.google.com/", Transport: dead, Root: t.TempDir(),
		Ask: server{"/api/cookies/status": account("expired"), "/livez": "{}"}.ask,
	}
	for _, problem := range []error{nil, errors.New(`/home/alice/geminid.yaml:4: upstream_proxy: "http://alice:hunter2@203.0.113.7" gmd_SECRET [2001:db8::17]`)} {
		c.Problem = problem
		said := fmt.Sprintf("%+v", doctor.Examine(t.Context(), c))
		for _, secret := range private {
			if strings.Contains(said, secret) {
				t.Errorf("%q is repeated in: %s", secret, said)
			}
		}
	}
}

func FuzzPublic(f *testing.F) {
	f.Add("http://[::1]:80 203.0.113.7 a@b.c")
	f.Fuzz(func(t *testing.T, text string) {
		c := doctor.Config{Home: "/root"}
		if got := c.Public(text + " 203.0.113.7 "); strings.Contains(got, " 203.0.113.7 ") {
			t.Errorf("%q keeps the address: %q", text, got)
		}
	})
}
