package systemd_test

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/geminid/geminid/e2e/machine"
)

// TestMachine: it is a Debian with systemd, it has no network but what it is
// lent, and nothing of it stays.
func TestMachine(t *testing.T) {
	groups := func() []string {
		found, err := filepath.Glob("/sys/fs/cgroup/*/geminid-test-*")
		if err != nil {
			t.Fatal(err)
		}
		return found
	}
	before, root := groups(), ""
	t.Run("boot", func(t *testing.T) {
		m := machine.Boot(t, map[string]string{"/srv/me": "machine_test.go"})
		root = m.Root
		if said := m.Do(t, "cat /proc/1/comm /etc/debian_version; head -n 1 /srv/me"); !strings.HasPrefix(said, "systemd\n12") || !strings.HasSuffix(said, "package systemd_test") {
			t.Errorf("it is %q", said)
		}
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusTeapot) }))
		defer server.Close()
		address := strings.TrimPrefix(server.URL, "http://")
		if _, code := m.Try(t.Context(), "curl", "-s", "http://"+address); code == 0 {
			t.Error("it reaches this machine without being let")
		}
		lent := m.Lend(t, address)
		if said := m.Do(t, "curl -s -o /dev/null -w '%{http_code}' http://"+lent); said != "418" {
			t.Errorf("over what it was lent it hears %s", said)
		}
		response, err := http.Get("http://" + m.Forward(t, lent)) // in and out again
		if err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
		if response.StatusCode != http.StatusTeapot {
			t.Errorf("through both it answers %s", response.Status)
		}
	})
	if _, err := os.Stat(root); err == nil {
		t.Errorf("%s is still there", root)
	}
	if after := groups(); len(after) > len(before) {
		t.Errorf("control groups stay: %v", after)
	}
}
