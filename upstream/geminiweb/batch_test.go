package geminiweb_test

import (
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/geminid/geminid/cookie"
	"github.com/geminid/geminid/upstream/geminiweb"
	"github.com/geminid/geminid/upstream/geminiweb/internal/wiretest"
	"github.com/geminid/geminid/upstream/simulator"
)

// newBatchWorld returns a world in which every procedure call is answered with
// the same status and body.
func newBatchWorld(t *testing.T, status int, body string) *world {
	t.Helper()
	var sim http.RoundTripper
	w := newWorld(t, simulator.SessionConfig{}, geminiweb.Config{Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
		if !strings.HasSuffix(r.URL.Path, "/batchexecute") {
			return sim.RoundTrip(r)
		}
		return &http.Response{StatusCode: status, Header: http.Header{}, Request: r, Body: io.NopCloser(strings.NewReader(body))}, nil
	})})
	sim = w.sim
	return w
}

func TestStatusAnswers(t *testing.T) {
	t.Parallel()
	row := func(s string) string {
		return wiretest.Guard + wiretest.FrameRow(s) + wiretest.FrameRow(`[["e",4,null,null,9]]`)
	}
	tests := []struct {
		name, body string
		want       cookie.Evidence
	}{
		{"two rows in a batch", row(`[["wrb.fr","other","[1]"],["wrb.fr","otAQ7b","[1]"]]`), cookie.SignedIn},
		{"refused with 7", row(`[["wrb.fr","otAQ7b",null,null,null,[7],"generic"]]`), cookie.WeakOut},
		{"refused with 16", row(`[["wrb.fr","otAQ7b",null,null,null,[16],"generic"]]`), cookie.WeakOut},
		{"another procedure", row(`[["wrb.fr","other","[1]"]]`), cookie.Drift},
		{"no array", row(`[["wrb.fr","otAQ7b","{}"]]`), cookie.Drift},
		{"inner part no JSON", row(`[["wrb.fr","otAQ7b","[1"]]`), cookie.Transient},
		{"no frames", "hello\n", cookie.Drift},
		{"torn", "hello", cookie.Transient},
		{"empty", "", cookie.Drift},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				w := newBatchWorld(t, http.StatusOK, tt.body)
				if got := w.client.Probe(t.Context(), w.set); got.Evidence != tt.want {
					t.Errorf("got %s, %s; want %s", got.Evidence, got.Detail, tt.want)
				}
			})
		})
	}
}

// The recorded captcha page means that the address is blocked, not the session.
func TestCapturedBlocks(t *testing.T) {
	t.Parallel()
	blocks := 0
	for _, c := range wiretest.LoadCaptures(t, "testdata/captures") {
		if c.Expect.Marker == "" {
			continue
		}
		blocks++
		synctest.Test(t, func(t *testing.T) {
			w := newBatchWorld(t, c.Expect.HTTP, string(c.Raw))
			if got := w.client.Probe(t.Context(), w.set); got.Evidence != cookie.Blocked {
				t.Errorf("%s: got %s, %s; want blocked", c.File, got.Evidence, got.Detail)
			}
		})
	}
	if blocks == 0 {
		t.Error("no capture of a captcha page")
	}
}
