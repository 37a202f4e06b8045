package simulator_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/geminid/geminid/upstream/simulator"
)

// FuzzRequest sends any f.req to both fronts: each is answered in good framing.
func FuzzRequest(f *testing.F) {
	for _, seed := range []string{
		`[null,"[[\"hi\",0,null,null,null,null,0],[\"en\"],[\"\",\"\",\"\",null,null,null,null,null,null,\"\"]]"]`,
		`[null,"[[\"x\",0,null,[[[\"/contrib\"],\"a\"]]],null,[\"c_1\",\"r_1\",\"rc_1\"]]"]`,
		`[[["otAQ7b","[]",null,"generic"],["c8o8Fe","[[null,[1]]]"]]]`, `[[["MaZiqc","{\"a\":1}"]]]`, `[[[],null,7]]`, `{}`, `[null,"[[\"[image]\"]]"]`, "[\"\xff\"]",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, request string) {
		if strings.Contains(request, "[") && strings.Contains(request, "image") && len(request) > 200 {
			t.Skip("many big pictures are slow, not wrong")
		}
		synctest.Test(t, func(t *testing.T) {
			_, b := signedIn(t, simulator.Config{}, simulator.SessionConfig{})
			b.client.Timeout = time.Hour
			for _, path := range []string{rpcPath, generatePath} {
				got := b.post(path, url.Values{"rt": {"c"}}, url.Values{"f.req": {request}})
				if got.err != nil || strings.Contains(request, "[") && path == generatePath {
					continue // a keyword may ask for anything
				}
				if got.status != http.StatusOK && got.status != http.StatusBadRequest {
					t.Errorf("%s: status %d", path, got.status)
				}
				rows(t, got.body)
			}
		})
	})
}

// FuzzPrompt asks for an echo of any text and reads it back.
func FuzzPrompt(f *testing.F) {
	for _, seed := range []string{"hi", "😀👩‍👩‍👧‍👦", "a\\b\"c\n\td", "<b>&amp;</b>='", "\u2028\u2029\x7f\x01", "User: a\nAssistant: b", "\xf0\x9f", "\ue000\ue001"} {
		f.Add(seed, uint8(3))
	}
	f.Fuzz(func(t *testing.T, prompt string, size uint8) {
		prompt = strings.ToValidUTF8(strings.NewReplacer("[", "(", "]", ")").Replace(prompt), "")
		if strings.TrimSpace(prompt) == "" || len(prompt) > 4000 {
			t.Skip("no prompt, or one that is abridged")
		}
		_, b := signedIn(t, simulator.Config{Pace: simulator.Pace{FrameBytes: int(size) + 16}}, simulator.SessionConfig{})
		a := readJSON(t, b.generate(ask{prompt: prompt}).body)
		if len(a.pictures) > 0 {
			t.Skip("it asked for a picture")
		}
		if want := "You said: " + strings.TrimSpace(prompt); !a.done || !strings.HasPrefix(a.text(), want) {
			t.Errorf("text = %q, want it to begin with %q", a.text(), want)
		}
		for i := 1; i < len(a.texts); i++ {
			if !strings.HasPrefix(a.texts[i], a.texts[i-1]) {
				t.Fatalf("frame %d does not begin with the one before", i)
			}
		}
	})
}
