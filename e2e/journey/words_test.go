package journey_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/geminid/geminid/e2e/harness"
)

// unusable are files that nobody can use, with what is said of each.
func unusable(t *testing.T) []unusableFile {
	first, second := harness.Stranger(), harness.Session{PSID: harness.Secret("g.a000" + strings.Repeat("SecondStranger", 8)), PSIDTS: harness.Secret("sidts-" + strings.Repeat("SecondStranger", 5))}
	list := func(pairs ...[3]string) string {
		var cookies []map[string]any
		for _, p := range pairs {
			cookies = append(cookies, map[string]any{"domain": p[0], "name": p[1], "value": p[2], "path": "/"})
		}
		text, err := json.Marshal(cookies)
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	return []unusableFile{
		{"empty", "", "E_EMPTY"},
		{"over 8 MiB", strings.Repeat("x", 8<<20+1), "E_TOO_BIG"},
		{"far over 8 MiB", strings.Repeat("x", 12<<20), "E_TOO_BIG"},
		{"gzip", "\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03\x4b\x4c\x4a\x06\x00", "E_BINARY"},
		{"binary", "\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", "E_BINARY"},
		{"NUL", ".google.com\tTRUE\t/\tTRUE\t0\t__Secure-1PSID\t" + first.PSID + "\x00\n", "E_BINARY"},
		{"100k nesting", strings.Repeat("[", 100_000) + strings.Repeat("]", 100_000), "E_PARSE"},
		{"injected header", list([3]string{".google.com", "__Secure-1PSID", first.PSID + "\r\nX-Injected: 1"}), "E_BAD_VALUE"},
		{"two accounts", list([3]string{".google.com", "__Secure-1PSID", first.PSID}, [3]string{".google.com", "__Secure-1PSID", second.PSID}), "E_MULTI_ACCOUNT"},
		{"look-alikes", list([3]string{"google.com.evil.example", "__Secure-1PSID", first.PSID}, [3]string{"notgoogle.com", "__Secure-1PSID", second.PSID}), "E_WRONG_DOMAIN"},
		{"web page", "<!doctype html><title>Sign in - Google Accounts</title>", "E_HTML"},
		{"cut", first.JSON()[:300], "E_TRUNCATED"},
	}
}

type unusableFile struct{ name, content, code string }

// TestSameWords: whichever way a bad file comes, the same sentence with the same
// code refuses it, and nothing is changed.
func TestSameWords(t *testing.T) {
	home := harness.NewHome(t)
	sim := harness.Simulate(t)
	home.Configure(t, "upstream_url: "+sim.URL)
	home.Drop(t, "cookies.txt", sim.Session(t, "first").Netscape())
	admin := home.AddKey(t, "owner", "--admin")
	d := harness.Serve(t, home)
	d.Key = admin
	before := d.StateFile(t)
	for _, bad := range unusable(t) {
		t.Run(bad.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "cookies.txt")
			put(t, path, []byte(bad.content))
			out, _, code := harness.Run(t, harness.Command{Name: "geminid", Args: []string{"cookies", "check", path}})
			gotCode, sentence, _ := strings.Cut(strings.TrimSpace(out), ": ")
			if code != 1 || gotCode != bad.code || !strings.HasPrefix(sentence, "cookies.txt ") {
				t.Errorf("geminid cookies check ends with %d: %.200s, want 1 and %s", code, out, bad.code)
			}
			_, said, code := harness.Run(t, harness.Command{Name: "gchat", Args: []string{"cookies", "check", path}})
			if code != 1 || !strings.Contains(said, bad.code+": "+sentence) {
				t.Errorf("gchat cookies check ends with %d: %.300s\nwant 1 and %s", code, said, sentence)
			}
			for method, route := range map[string]string{"POST": "/api/cookies/check?name=cookies.txt", "PUT": "/api/accounts/default/cookies?name=cookies.txt"} {
				reply := d.Do(t, method, route, bad.content, "Content-Type: application/octet-stream")
				var told struct{ Code, Message string }
				reply.JSON(t, &told)
				if reply.Status != 422 || told.Code != bad.code || told.Message != sentence {
					t.Errorf("%s %s answers %d %+v, want 422 and %s", method, route, reply.Status, told, sentence)
				}
			}
			home.Drop(t, "cookies.txt", bad.content)
			note := filepath.Join(home.Inbox(), "cookies.txt.rejected.txt")
			harness.Eventually(t, patience, "the note beside the file says the same", func() bool {
				text, err := os.ReadFile(note)
				return err == nil && strings.Contains(string(text), "\n"+bad.code+": "+sentence+"\n")
			})
			harness.Eventually(t, patience, "the log says the same", func() bool {
				return strings.Contains(d.Output(), "code="+bad.code) && strings.Contains(d.Output(), fmt.Sprintf("reason=%q", sentence))
			})
			if d.StateFile(t) != before {
				t.Error("the state has changed")
			}
		})
	}
	t.Run("codes of check", func(t *testing.T) {
		good := filepath.Join(t.TempDir(), "cookies.txt")
		put(t, good, []byte(harness.Stranger().Netscape()))
		for path, want := range map[string]int{good: 0, filepath.Join(t.TempDir(), "nothing"): 2} {
			if out, said, code := harness.Run(t, harness.Command{Name: "geminid", Args: []string{"cookies", "check", path}}); code != want {
				t.Errorf("geminid cookies check %s ends with %d, want %d: %s%s", filepath.Base(path), code, want, out, said)
			}
		}
	})
}
