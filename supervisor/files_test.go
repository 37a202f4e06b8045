package supervisor_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/geminid/geminid/cookie"
	"github.com/geminid/geminid/cookie/ledger"
	"github.com/geminid/geminid/supervisor"
)

// TestOfferFiles: what becomes of the files of one scan, the newest first. Each is
// written as name=owner:session. Sessions whose owner is "dead" are signed out.
func TestOfferFiles(t *testing.T) {
	many := []string{"cookies.txt=alice:0"}
	passed := []string{"cookies.txt applied"}
	for i := range 12 {
		name := fmt.Sprintf("cookies (%d).txt", 20-i)
		many = append(many, fmt.Sprintf("%s=alice:%d", name, i+1))
		passed = append(passed, name+" passed_over")
	}
	tests := []struct {
		name    string
		before  string // offered before: its account holds it
		refused string // file that was refused before, with its code behind a comma
		files   []string
		notes   []string
		probes  int
		newer   string // named by the note of the last file
	}{
		{"the newest is used", "", "", []string{"cookies.txt=alice:2", "cookies (1).txt=alice:1"},
			[]string{"cookies.txt applied", "cookies (1).txt passed_over"}, 2, "cookies.txt"},
		{"one that is signed out gives way", "", "", []string{"cookies.txt=dead:2", "cookies (1).txt=alice:1", "cookies (2).txt=alice:0"},
			[]string{"cookies.txt rejected", "cookies (1).txt applied", "cookies (2).txt passed_over"}, 3, "cookies (1).txt"},
		{"one that is no cookies holds nothing up", "", "", []string{"cookies.txt=", "cookies (1).txt=alice:1"},
			[]string{"cookies.txt rejected", "cookies (1).txt applied"}, 1, ""},
		{"not more are checked than there can be accounts", "", "", many, passed, 1 + supervisor.MaxAccounts, "cookies.txt"},
		{"one that was passed over is not checked", "", "cookies (1).txt", []string{"cookies.txt=alice:2", "cookies (1).txt=alice:1"},
			[]string{"cookies.txt applied", "cookies (1).txt passed_over"}, 1, "cookies.txt"},
		{"one that was passed over keeps its note", "", "cookies (1).txt", []string{"cookies (1).txt=alice:1"}, nil, 0, ""},
		{"one that was refused is not checked", "", "cookies.txt," + string(cookie.CodeProbeSignedOut), []string{"cookies.txt=alice:2", "cookies (1).txt=alice:1"},
			[]string{"cookies.txt rejected", "cookies (1).txt applied"}, 1, ""},
		{"one that was in use before is not the newest", "cookies.txt=alice:1", "",
			[]string{"cookies (2).txt=alice:3", "cookies.txt=alice:1", "cookies (1).txt=alice:0"},
			[]string{"cookies (2).txt applied", "cookies.txt unchanged", "cookies (1).txt passed_over"}, 2, "cookies (2).txt"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				h := open(t, &upstream{}, &memory{})
				h.up.probe = func(s cookie.Set) cookie.Finding {
					who, _, _ := strings.Cut(s.PSID().Reveal(), ":")
					if who == "dead" {
						return cookie.Finding{Evidence: cookie.SignedOut}
					}
					return cookie.Finding{Evidence: cookie.SignedIn, Account: who}
				}
				if tt.before != "" {
					h.Offer(t.Context(), candidate(tt.before))
				}
				var files []supervisor.Candidate
				for _, f := range tt.files {
					files = append(files, candidate(f))
				}
				if name, code, _ := strings.Cut(tt.refused, ","); name != "" {
					i := slices.IndexFunc(files, func(c supervisor.Candidate) bool { return c.File == name })
					h.disk.ledger.RecordRefusal(name, ledger.Refusal{Hash: files[i].Hash, Code: cookie.Code(code), Message: "said before"})
				}
				before, _ := h.up.counts()
				var notes, texts []string
				h.OfferFiles(t.Context(), files, func(c supervisor.Candidate, v supervisor.Verdict) {
					notes = append(notes, c.File+" "+string(v.Result))
					texts = append(texts, v.Message)
					if code := h.disk.ledger.Find(c.File).Code; v.Result == supervisor.Rejected && c.Rejection == nil && v.Code != string(code) {
						t.Errorf("%s: code %q, the ledger has %q", c.File, v.Code, code)
					}
				})
				if !slices.Equal(notes, tt.notes) {
					t.Errorf("notes\n%q, want\n%q", notes, tt.notes)
				}
				if probes, _ := h.up.counts(); probes-before != tt.probes {
					t.Errorf("%d probes, want %d", probes-before, tt.probes)
				}
				if n := len(texts); n > 0 && tt.newer != "" && !strings.HasPrefix(texts[n-1], tt.newer+" is newer") {
					t.Errorf("the last note is %q", texts[n-1])
				}
			})
		})
	}
}

// candidate makes a file of the inbox from name=PSID; without a PSID it holds no
// cookies.
func candidate(text string) supervisor.Candidate {
	name, psid, _ := strings.Cut(text, "=")
	if psid == "" {
		return supervisor.Candidate{File: name, Origin: supervisor.FromFile, Trigger: "watch", Hash: "#",
			Rejection: cookie.Reject(cookie.CodeEmpty, "holds no cookies")}
	}
	return file(name, set(psid, "1"))
}
