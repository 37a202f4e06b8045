package cookie_test

import (
	"strings"
	"testing"

	"github.com/geminid/geminid/cookie"
)

// TestRejections reads the verdicts that others than Parse give.
func TestRejections(t *testing.T) {
	for _, tt := range []struct {
		name string
		got  *cookie.Rejection
		code cookie.Code
		want []string
	}{
		{"signed out", cookie.RejectSignedOut("/inbox/me.json"), "E_PROBE_SIGNED_OUT",
			[]string{"me.json is well-formed, but", "device-bound"}},
		{"too many", cookie.RejectTooMany("me.json", 8), "E_TOO_MANY",
			[]string{"me.json belongs to a new account, but 8 accounts are in use", "geminid cookies remove ACCOUNT"}},
		{"unreadable", cookie.RejectUnreadable(cookie.Unreadable{Path: "/inbox/a b.json", UID: 998, Owner: "root", OwnerID: 0, Mode: 0o600}), "E_PERM",
			[]string{"a b.json exists, but uid 998 may not read it (owner root, mode 0600). Run as root: chown -h 998 '/inbox/a b.json'"}},
		{"of the reader's own", cookie.RejectUnreadable(cookie.Unreadable{Path: "/inbox/a.json", UID: 998, OwnerID: 998, Owner: "geminid", Mode: 0o200}), "E_PERM",
			[]string{"(owner geminid, mode 0200). Run: chmod u+r /inbox/a.json"}},
		{"owner unknown", cookie.RejectUnreadable(cookie.Unreadable{Path: "/inbox/a.json", UID: 1, OwnerID: -1, Mode: 0o200}), "E_PERM",
			[]string{"(owner unknown, mode 0200). Run as root: chown -h 1 /inbox/a.json"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if tt.got.Code != tt.code {
				t.Errorf("code: got %s, want %s", tt.got.Code, tt.code)
			}
			if tt.got.Error() != tt.got.Message || strings.Contains(tt.got.Message, "\n") {
				t.Errorf("not one line: %q", tt.got.Message)
			}
			for _, want := range tt.want {
				if !strings.Contains(tt.got.Message, want) {
					t.Errorf("got %q, want it to contain %q", tt.got.Message, want)
				}
			}
		})
	}
}
