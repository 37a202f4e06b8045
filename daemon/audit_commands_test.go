package daemon_test

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/geminid/geminid/daemon"
	"github.com/geminid/geminid/daemon/config"
	"github.com/geminid/geminid/upstream/simulator"
)

// TestAuditSaysWho: the audit log names who paused a session, that keys came and went,
// what a reload changed, and who was refused.
func TestAuditSaysWho(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, t.TempDir(), simulator.SessionConfig{})
		h.config.Reload = func() (config.Settings, error) { return h.config.Settings, nil }
		h.start()
		defer h.stop()
		keys, err := config.OpenKeys(h.config.Settings)
		if err != nil {
			t.Fatal(err)
		}
		secret, err := keys.AddKey("boss", true)
		if err != nil {
			t.Fatal(err)
		}
		time.Sleep(2 * time.Minute)
		call := func(method, path, key string) (int, string) {
			h.key = key
			return h.send(method, path, "")
		}
		if code, answer := call(http.MethodPost, "/api/accounts/default/pause", secret); code != http.StatusOK {
			t.Fatalf("pause: %d %s", code, answer)
		}
		h.control(http.MethodPost, "/api/accounts/default/resume", "")
		h.control(http.MethodPost, "/api/reload", "")
		for range 5 {
			call(http.MethodGet, "/api/cookies", "gmd_wrong")
		}
		time.Sleep(time.Minute)
		call(http.MethodDelete, "/api/accounts/default", "")
		if err := keys.RevokeKey("boss"); err != nil {
			t.Fatal(err)
		}
		time.Sleep(2 * time.Minute)

		raw, err := os.ReadFile(daemon.AuditPath(filepath.Join(h.dir, "state")))
		if err != nil {
			t.Fatal(err)
		}
		log := string(raw)
		for _, want := range []string{
			`"kind":"started"`,
			`"kind":"keys","fields":{"added":"boss (admin)"}`,
			`"kind":"command","account":"default","fields":{"by":"key boss","call":"POST /api/accounts/:account/pause","from":"127.0.0.1","status":"200"}`,
			`"kind":"command","account":"default","fields":{"by":"control socket","call":"POST /api/accounts/:account/resume","from":"local","status":"200"}`,
			`"call":"POST /api/reload"`, `"kind":"reloaded"`,
			`"kind":"refused","fields":{"by":"unknown","call":"GET /api/cookies","from":"127.0.0.1","refused":"1","status":"401"}`,
			`"kind":"refused","fields":{"by":"unknown","call":"DELETE /api/accounts/:account","from":"127.0.0.1","refused":"5","status":"401"}`,
			`"kind":"keys","fields":{"revoked":"boss (admin)"}`,
		} {
			if !strings.Contains(log, want) {
				t.Errorf("%s is not in the log", want)
			}
		}
		if strings.Contains(log, secret) || strings.Contains(log, "gmd_") {
			t.Error("a key stands in the log")
		}
		if t.Failed() {
			t.Log(log)
		}
		if _, err := daemon.VerifyAudit(daemon.AuditPath(filepath.Join(h.dir, "state"))); err != nil {
			t.Error(err)
		}
	})
}
