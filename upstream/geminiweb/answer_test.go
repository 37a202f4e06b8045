package geminiweb_test

import (
	"errors"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/geminid/geminid/chat"
	"github.com/geminid/geminid/upstream/geminiweb"
	"github.com/geminid/geminid/upstream/geminiweb/internal/wiretest"
	"github.com/geminid/geminid/upstream/simulator"
)

// counted counts the questions on their way, and fails the test for calls to hosts
// that are none of the upstream's.
type counted struct {
	t     *testing.T
	next  http.RoundTripper
	asked atomic.Int32
}

func (c *counted) RoundTrip(r *http.Request) (*http.Response, error) {
	if strings.HasSuffix(r.URL.Path, "/StreamGenerate") {
		c.asked.Add(1)
	}
	if r.URL.Host != "gemini.google.com" {
		c.t.Errorf("a call to %s", r.URL.Host)
	}
	return c.next.RoundTrip(r)
}

// askScripted asks a question whose answer is made of rows, and returns how often
// it was asked and the signs of drift.
func askScripted(t *testing.T, stream bool, rows ...string) (answer chat.Answer, asked int, signs []string, err error) {
	t.Helper()
	transport := &canned{body: wiretest.JoinBody(rows...)}
	counter := &counted{t: t, next: transport}
	w := newWorld(t, simulator.SessionConfig{}, geminiweb.Config{Transport: counter, Noticed: func(sign geminiweb.Sign, detail string) {
		signs = append(signs, string(sign)+" "+detail)
	}})
	transport.sim = w.sim
	req := newRequest("gemini-2.5-flash", "hi")
	req.Stream = stream
	answer, err = chat.CollectAnswer(w.client.Stream(t.Context(), w.set, req))
	return answer, int(counter.asked.Load()), signs, err
}

func TestAnswerWithAChipIsNotEmpty(t *testing.T) {
	t.Parallel()
	const chip = "http://googleusercontent.com/immersive_entry_chip/0"
	for _, stream := range []bool{true, false} {
		got, asked, _, err := askScripted(t, stream, wiretest.Row{Text: chip, Document: "# Plan"}.String(), wiretest.Row{Text: chip, Document: "# Plan\n\nDo.", Done: true}.String())
		if err != nil || got.Text != "# Plan\n\nDo." || asked != 1 {
			t.Errorf("stream %v: got %q, %v after %d questions", stream, got.Text, err, asked)
		}
		_, asked, signs, err := askScripted(t, stream, wiretest.Row{Text: chip, Done: true}.String())
		var failure *chat.Error
		if !errors.As(err, &failure) || failure.Kind != chat.Upstream || !strings.Contains(failure.Error(), "document") || asked != 1 {
			t.Errorf("stream %v: without the document: %v after %d questions", stream, err, asked)
		}
		if !slices.Equal(signs, []string{"canvas no document"}) {
			t.Errorf("signs %q", signs)
		}
	}
}

// TestPlaceWithoutContent: what the text has a placeholder for and what did not come
// is said at its end, once, whatever else the text says.
func TestPlaceWithoutContent(t *testing.T) {
	t.Parallel()
	const place = "http://googleusercontent.com/"
	document, picture, video := place+"immersive_entry_chip/", place+"image_generation_content/", place+"video_gen_chip/"
	const (
		noDocument = "\n\n(A document of this answer did not come with it; ask for its text in the chat.)"
		noPicture  = "\n\n(A picture of this answer did not come with it; ask for it again.)"
		noVideo    = "\n\n(A video of this answer did not come with it; ask for it again.)"
	)
	tests := []struct{ name, text, document, want, signs string }{
		{"document", "Written down.\n\n" + document + "0", "", "Written down." + noDocument, "canvas no document"},
		{"second document", document + "0\n\n" + document + "1\n\nDone.", "# Plan", "# Plan\n\nDone." + noDocument, "canvas no document"},
		{"it came", document + "0\n\nDone.", "# Plan", "# Plan\n\nDone.", ""},
		{"picture", "Here:\n\n" + picture + "0", "", "Here:" + noPicture, ""},
		{"pictures", "Here:\n\n" + picture + "0_1\n" + picture + "1_2", "", "Here:" + noPicture, ""},
		{"video", "Here:\n\n" + video + "0", "", "Here:" + noVideo, ""},
		{"all", "Here:\n\n" + video + "0\n" + document + "0\n" + picture + "0", "", "Here:" + noDocument + noPicture + noVideo, "canvas no document"},
		{"ornaments", "Take [One](" + place + "shopping_content/0).\n\n" + place + "lmdx_image/3\n" + place + "image_agent_tag_16", "", "Take One.\n\n", ""},
		{"in code", "```\n" + document + "0\n```\n", "", "```\n" + document + "0\n```\n", ""},
	}
	for _, tt := range tests {
		for _, stream := range []bool{true, false} {
			rows := []string{wiretest.Row{Text: tt.text[:len(tt.text)/2], Document: tt.document}.String(), wiretest.Row{Text: tt.text, Document: tt.document, Done: true}.String()}
			got, asked, signs, err := askScripted(t, stream, rows...)
			if err != nil || strings.TrimLeft(got.Text, "\n") != tt.want && got.Text != tt.want || asked != 1 || strings.Join(signs, ",") != tt.signs {
				t.Errorf("%s, stream %v: got %q, %v, signs %q after %d questions, want %q", tt.name, stream, got.Text, err, signs, asked, tt.want)
			}
		}
	}
}

func TestUnknownComponentsAreNoticed(t *testing.T) {
	t.Parallel()
	const text = "Now:\n\n<WeatherPanel city=\"Oslo\">\nCold.\n</WeatherPanel>\n"
	got, _, signs, err := askScripted(t, true, wiretest.Row{Text: text, Done: true}.String())
	if err != nil || got.Text != "Now:\n\nCold.\n" || !slices.Equal(signs, []string{"component WeatherPanel"}) {
		t.Errorf("got %q, %v, signs %q", got.Text, err, signs)
	}
}
