package geminiweb_test

import (
	"bytes"
	"errors"
	"image/png"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/geminid/geminid/chat"
	"github.com/geminid/geminid/upstream/geminiweb"
	"github.com/geminid/geminid/upstream/simulator"
)

func TestPictures(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, prompt string
		kinds        []string
		calls        int // of the media hosts
		kind         chat.Kind
	}{
		{name: "one", prompt: "[image]", kinds: []string{"image/png"}, calls: 3},
		{name: "two", prompt: "[image 2]", kinds: []string{"image/png", "image/png"}, calls: 6},
		{name: "jpeg", prompt: "[image jpeg]", kinds: []string{"image/jpeg"}, calls: 3},
		{name: "dense", prompt: "[image dense]", kinds: []string{"image/png"}, calls: 3},
		{name: "sparse", prompt: "[image sparse]", kinds: []string{"image/png"}, calls: 3},
		{name: "not made yet", prompt: "[image pending=2]", kinds: []string{"image/png"}, calls: 5},
		{name: "in a later row", prompt: "[image late]", kinds: []string{"image/png"}, calls: 3},
		{name: "link dead", prompt: "[image expired]", calls: 3, kind: chat.Upstream},
		{name: "a web page behind the link", prompt: "[image html]", calls: 9, kind: chat.Upstream},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, simulator.SessionConfig{}, geminiweb.Config{})
				w.client.Probe(t.Context(), w.set)
				w.calls()
				answer, err := chat.CollectAnswer(w.client.Stream(t.Context(), w.set, newRequest("gemini-2.5-flash-image", tt.prompt)))
				if !failedWith(err, tt.kind) || !strings.HasPrefix(answer.Text, "Here is your picture.") || strings.Contains(answer.Text, "googleusercontent") {
					t.Fatalf("got %q, %v", answer.Text, err)
				}
				if len(answer.Media) != len(tt.kinds) {
					t.Fatalf("got %d pictures, want %d", len(answer.Media), len(tt.kinds))
				}
				for i, blob := range answer.Media {
					if blob.MIME != tt.kinds[i] || http.DetectContentType(blob.Data) != blob.MIME || !strings.Contains(blob.Name, ".") || strings.ContainsAny(blob.Name, "/\\ ") {
						t.Errorf("picture %d is %s called %q", i, blob.MIME, blob.Name)
					}
				}
				for _, entry := range w.sim.Journal() {
					if entry.Operation != simulator.OpMedia {
						continue
					}
					if own := strings.HasSuffix(entry.Host, ".google.com"); own != (len(entry.Cookies) > 0) {
						t.Errorf("%s got the cookies %v", entry.Host, entry.Cookies)
					}
				}
				if got := w.calls()["media"]; got != tt.calls {
					t.Errorf("%d calls for pictures, want %d", got, tt.calls)
				}
			})
		})
	}
}

// detour answers media calls by itself.
type detour struct {
	next  http.RoundTripper
	media func(*http.Request) (*http.Response, error)
}

func (d detour) RoundTrip(r *http.Request) (*http.Response, error) {
	if strings.HasSuffix(r.URL.Hostname(), ".googleusercontent.com") || r.URL.Hostname() == "contribution.usercontent.google.com" || strings.HasSuffix(r.URL.Hostname(), "evil.example") {
		return d.media(r)
	}
	return d.next.RoundTrip(r)
}

func reply(r *http.Request, status int, location string, body io.Reader) *http.Response {
	h := http.Header{}
	if location != "" {
		h.Set("Location", location)
	}
	return &http.Response{StatusCode: status, Header: h, Body: io.NopCloser(body), Request: r}
}

func TestPicturesFromHostileLinks(t *testing.T) {
	t.Parallel()
	png := append([]byte("\x89PNG\r\n\x1a\n"), make([]byte, 100)...)
	tests := []struct {
		name     string
		media    func(*http.Request) (*http.Response, error)
		pictures int
	}{
		{name: "foreign host", media: func(r *http.Request) (*http.Response, error) {
			if r.URL.Hostname() == "evil.example" {
				t.Error("the foreign host was called")
			}
			return reply(r, 302, "https://evil.example/x.png", strings.NewReader("")), nil
		}},
		{name: "plain http", media: func(r *http.Request) (*http.Response, error) {
			if r.URL.Scheme != "https" {
				t.Error("a call without TLS")
			}
			return reply(r, 302, "http://lh3.googleusercontent.com/x", strings.NewReader("")), nil
		}},
		{name: "circle", media: func(r *http.Request) (*http.Response, error) {
			return reply(r, 302, "/again", strings.NewReader("")), nil
		}},
		{name: "endless", media: func(r *http.Request) (*http.Response, error) {
			return reply(r, 200, "", io.MultiReader(bytes.NewReader(png), zeros{})), nil
		}},
		{name: "vector graphics", media: func(r *http.Request) (*http.Response, error) {
			return reply(r, 200, "", strings.NewReader(`<svg xmlns="http://www.w3.org/2000/svg"/>`)), nil
		}},
		{name: "broken connection", media: func(r *http.Request) (*http.Response, error) { return nil, errors.New("reset") }},
		{name: "preview only", pictures: 1, media: func(r *http.Request) (*http.Response, error) {
			if strings.HasSuffix(r.URL.Path, "=s2048") {
				return reply(r, 404, "", strings.NewReader("")), nil
			}
			return reply(r, 200, "", bytes.NewReader(png)), nil
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				sim := simulator.New(simulator.Config{Seed: 1, PageBytes: 4 << 10})
				w := newWorld(t, simulator.SessionConfig{}, geminiweb.Config{Transport: detour{sim, tt.media}})
				w.set = setOf(sim.AddSession(simulator.SessionConfig{}))
				answer, err := chat.CollectAnswer(w.client.Stream(t.Context(), w.set, newRequest("gemini-2.5-flash-image", "[image]")))
				want := chat.Kind(0)
				if tt.pictures == 0 {
					want = chat.Upstream // a picture was asked for: text alone is no answer
				}
				if !failedWith(err, want) || answer.Text == "" || len(answer.Media) != tt.pictures {
					t.Errorf("got %q with %d pictures, %v; want the text and %d", answer.Text, len(answer.Media), err, tt.pictures)
				}
				// An answer in words says that its picture is lost.
				answer, err = chat.CollectAnswer(w.client.Stream(t.Context(), w.set, newRequest("gemini-2.5-flash", "[image]")))
				told := strings.HasSuffix(answer.Text, "\n\n(1 picture could not be fetched from Google; ask for it again.)")
				if err != nil || told == (tt.pictures > 0) || len(answer.Media) != tt.pictures {
					t.Errorf("a text model: got %q with %d pictures, %v", answer.Text, len(answer.Media), err)
				}
			})
		})
	}
}

// No link leads to an address, a zone or a host of another kind, whatever its
// end looks like.
func TestPicturesFromDisguisedHosts(t *testing.T) {
	t.Parallel()
	for _, target := range []string{
		"https://[::ffff:127.0.0.1%25.google.com]/x", "https://[::1%25.googleusercontent.com]/x",
		"https://evil.example／.google.com/x", "https://.google.com/x", "https://a..googleusercontent.com/x",
		"https://evil.example%23.google.com/x", "https://127.0.0.1/x", "https://lh3.googleuserconteNt.com./x",
		"https://lh3.googleusercontent.com:8443/x", "https://u@lh3.googleusercontent.com/x", "https://LH3.googleuſercontent.com/x",
	} {
		synctest.Test(t, func(t *testing.T) {
			var sim *simulator.Simulator
			w := newWorld(t, simulator.SessionConfig{}, geminiweb.Config{Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
				switch {
				case r.URL.Host == "gemini.google.com" || r.URL.Host == "accounts.google.com":
					return sim.RoundTrip(r)
				case r.URL.Hostname() == "lh3.googleusercontent.com" && r.URL.Port() == "" && r.URL.User == nil:
					return reply(r, 302, target, strings.NewReader("")), nil
				case r.URL.Hostname() == "contribution.usercontent.google.com":
					return reply(r, 404, "", strings.NewReader("")), nil
				}
				t.Errorf("%s was called", r.URL.Redacted())
				return nil, errors.New("refused")
			})})
			sim = w.sim
			answer, err := chat.CollectAnswer(w.client.Stream(t.Context(), w.set, newRequest("gemini-2.5-flash-image", "[image]")))
			if !failedWith(err, chat.Upstream) || len(answer.Media) != 0 {
				t.Errorf("%s: %d pictures, %v", target, len(answer.Media), err)
			}
		})
	}
}

// TestLostFiles: what is missing of an answer is said in it.
func TestLostFiles(t *testing.T) {
	t.Parallel()
	png := append([]byte("\x89PNG\r\n\x1a\n"), make([]byte, 100)...)
	tests := []struct {
		name, model, prompt string
		have                int // so many of the files can be fetched
		want                string
	}{
		{"one of two pictures", "gemini-2.5-flash-image", "[image 2]", 1, "\n\n(1 picture could not be fetched from Google; ask for it again.)"},
		{"both", "gemini-2.5-flash", "[image 2]", 0, "\n\n(2 pictures could not be fetched from Google; ask for them again.)"},
		{"music", "gemini-2.5-flash", "[music]", 0, "\n\n(2 files could not be fetched from Google; ask for them again.)"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				sim := simulator.New(simulator.Config{Seed: 1, PageBytes: 4 << 10})
				left := tt.have
				w := newWorld(t, simulator.SessionConfig{}, geminiweb.Config{Transport: detour{sim, func(r *http.Request) (*http.Response, error) {
					if left--; left < 0 {
						return reply(r, 404, "", strings.NewReader("")), nil
					}
					return reply(r, 200, "", bytes.NewReader(png)), nil
				}}})
				w.set = setOf(sim.AddSession(simulator.SessionConfig{}))
				answer, err := chat.CollectAnswer(w.client.Stream(t.Context(), w.set, newRequest(tt.model, tt.prompt)))
				if err != nil || !strings.HasSuffix(answer.Text, tt.want) || strings.HasPrefix(answer.Text, "\n") || len(answer.Media) != tt.have {
					t.Errorf("got %q with %d files, %v", answer.Text, len(answer.Media), err)
				}
			})
		})
	}
}

// failedWith reports whether err is of a kind; the zero Kind means no error.
func failedWith(err error, want chat.Kind) bool {
	if want == 0 || err == nil {
		return want == 0 && err == nil
	}
	return chat.AsError(err).Kind == want
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

// TestPicturesInFullSize: the size that was made, with the 2048 pixels of the
// link and then its preview to fall back on.
func TestPicturesInFullSize(t *testing.T) {
	t.Parallel()
	noText := simulator.Fault{Kind: simulator.RPCRefused, Operations: []simulator.Operation{"c8o8Fe"}}
	tests := []struct {
		name  string
		fault *simulator.Fault
		side  int
	}{
		{"full size", nil, 3000},
		{"without the procedure", &noText, 2048},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, simulator.SessionConfig{}, geminiweb.Config{})
				if tt.fault != nil {
					w.sim.SetFault(*tt.fault)
				}
				answer, err := chat.CollectAnswer(w.client.Stream(t.Context(), w.set, newRequest("gemini-2.5-flash-image", "[image 1 3000x3000]")))
				if err != nil || len(answer.Media) != 1 {
					t.Fatalf("%d pictures, %v", len(answer.Media), err)
				}
				size, err := png.DecodeConfig(bytes.NewReader(answer.Media[0].Data))
				if err != nil || size.Width != tt.side || size.Height != tt.side {
					t.Errorf("%d×%d, %v; want %d", size.Width, size.Height, err, tt.side)
				}
			})
		})
	}
}

// TestFilesOfAnswers: videos and music come the same way, when they are made.
func TestFilesOfAnswers(t *testing.T) {
	t.Parallel()
	tests := []struct {
		prompt string
		files  []string
		wait   time.Duration
	}{
		{"[video]", []string{"video/mp4 video.mp4"}, 0},
		{"[dense][video]", []string{"video/mp4 video.mp4"}, 0},
		{"[video several]", []string{"video/mp4 video.mp4"}, 0},
		{"[video pending 25s]", []string{"video/mp4 video.mp4"}, 30 * time.Second},
		{"[music]", []string{"audio/mpeg music.mp3", "video/mp4 music.mp4"}, 0},
		{"[image readback=45s]", []string{"image/png"}, 50 * time.Second},
	}
	for _, tt := range tests {
		t.Run(tt.prompt, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, simulator.SessionConfig{}, geminiweb.Config{ChatMode: geminiweb.ChatDeleteAfter})
				start := time.Now()
				answer, err := chat.CollectAnswer(w.client.Stream(t.Context(), w.set, newRequest("gemini-2.5-flash", tt.prompt)))
				if err != nil || len(answer.Media) != len(tt.files) {
					t.Fatalf("%d files, %v", len(answer.Media), err)
				}
				for i, blob := range answer.Media {
					if got := blob.MIME + " " + blob.Name; !strings.HasPrefix(got, tt.files[i]) {
						t.Errorf("file %d is %s, want %s", i, got, tt.files[i])
					}
				}
				if took := time.Since(start); took != tt.wait {
					t.Errorf("took %s, want %s", took, tt.wait)
				}
			})
		})
	}
}

// TestRecordingsOfEveryKind: the bytes say what a film or a piece of music is.
func TestRecordingsOfEveryKind(t *testing.T) {
	t.Parallel()
	for want, head := range map[string]string{
		"audio/mpeg music.mp3":      "\xff\xfb\x90\x00",
		"audio/mp4 music.m4a":       "\x00\x00\x00\x14ftypM4A \x00\x00\x00\x00mp42",
		"video/mp4 music.mp4":       "\x00\x00\x00\x14ftypiso5\x00\x00\x00\x00dash",
		"video/quicktime music.mov": "\x00\x00\x00\x14ftypqt  \x00\x00\x00\x00qt  ",
		"audio/ogg music.ogg":       "OggS\x00\x02\x00\x00",
		"audio/flac music.flac":     "fLaC\x00\x00\x00\x22",
		"audio/wav music.wav":       "RIFF\x24\x00\x00\x00WAVEfmt ",
	} {
		t.Run(want, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				sim := simulator.New(simulator.Config{Seed: 1, PageBytes: 4 << 10})
				w := newWorld(t, simulator.SessionConfig{}, geminiweb.Config{Transport: detour{sim, func(r *http.Request) (*http.Response, error) {
					return reply(r, 200, "", strings.NewReader(head)), nil
				}}})
				w.set = setOf(sim.AddSession(simulator.SessionConfig{}))
				answer, err := chat.CollectAnswer(w.client.Stream(t.Context(), w.set, newRequest("gemini-2.5-flash", "[music]")))
				if err != nil || len(answer.Media) == 0 {
					t.Fatalf("%d files, %v", len(answer.Media), err)
				}
				if got := answer.Media[0].MIME + " " + answer.Media[0].Name; got != want {
					t.Errorf("got %s", got)
				}
			})
		})
	}
}

// TestCutAnswersAreReadInTheHistory: what the history has is passed on, and
// nothing twice.
func TestCutAnswersAreReadInTheHistory(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, prompt string
		fault        *simulator.Fault
		whole        bool
	}{
		{"saved", "[cut 3][long 9000]", nil, true},
		{"saved, dense", "[dense][cut 3][long 9000]", nil, true},
		{"reset", "[reset 3][long 9000]", nil, true},
		{"stalled", "[stall 3][long 9000]", nil, true},
		{"not saved", "[cut 3 unsaved][long 9000]", nil, false},
		{"history refused", "[cut 3][long 9000]", &simulator.Fault{Kind: simulator.RPCRefused, Operations: []simulator.Operation{"hNvQHb"}}, false},
		{"history late", "[cut 3][long 9000]", &simulator.Fault{Kind: simulator.Status, Code: 503, Count: 1, Operations: []simulator.Operation{"hNvQHb"}}, true},
		{"history silent", "[cut 3][long 9000]", &simulator.Fault{Kind: simulator.Latency, Delay: 1 << 40, Operations: []simulator.Operation{"hNvQHb"}}, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, simulator.SessionConfig{}, geminiweb.Config{ChatMode: geminiweb.ChatKeep})
				if tt.fault != nil {
					w.sim.SetFault(*tt.fault)
				}
				start := time.Now()
				answer, err := w.ask(t.Context(), tt.prompt)
				if took := time.Since(start); took > 120*time.Second && tt.name != "stalled" {
					t.Errorf("the client waited %s", took)
				}
				if tt.whole && (err != nil || answer.Text != simulator.LongText(9000)) {
					t.Errorf("got %d bytes, %v", len(answer.Text), err)
				}
				if !tt.whole && (err == nil || !strings.HasPrefix(simulator.LongText(9000), answer.Text) || answer.Text == "") {
					t.Errorf("got %d bytes, %v; want an error behind the beginning", len(answer.Text), err)
				}
			})
		})
	}
}
