package api_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"fmt"
	"image"
	"image/color"
	_ "image/jpeg"
	"image/png"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/geminid/geminid/chat"
	"github.com/geminid/geminid/cookie"
	"github.com/geminid/geminid/gateway/api"
)

const painter = "gemini-2.5-flash-image"

// picture is the answer's picture at a path, decoded.
func picture(t *testing.T, body map[string]any, path ...any) (image.Config, string) {
	t.Helper()
	text, _ := at(body, path...).(string)
	data, err := base64.StdEncoding.DecodeString(text)
	if err != nil || len(data) == 0 {
		t.Fatalf("%v is no base64: %v in %.300v", path, err, body)
	}
	cfg, kind, err := image.DecodeConfig(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	return cfg, kind
}

func draw(extra string) call {
	return call{path: "/v1/images/generations", key: apiKey, body: `{"model":"` + painter + `","prompt":"a red fox"` + extra + `}`}
}

func gemini(verb, body string) call {
	return call{path: "/v1beta/models/" + painter + ":" + verb, key: apiKey, body: body}
}

func TestPicturesAreMade(t *testing.T) {
	tests := []struct {
		name  string
		call  call
		path  []any // of the first picture's bytes
		count int
		size  string
	}{
		{"one", draw(""), []any{"data", 0, "b64_json"}, 1, "1024x1024"},
		{"a size", draw(`,"size":"320x200"`), []any{"data", 0, "b64_json"}, 1, "320x200"},
		{"three at once", draw(`,"n":3,"size":"64x64"`), []any{"data", 0, "b64_json"}, 3, "64x64"},
		{"more than come at once", draw(`,"n":10,"size":"64x64"`), []any{"data", 0, "b64_json"}, 10, "64x64"},
		{"no model", call{path: "/v1/images/generations", key: apiKey, body: `{"prompt":"a fox 64x64"}`}, []any{"data", 0, "b64_json"}, 1, "64x64"},
		{"predict", gemini("predict", `{"instances":[{"prompt":"a fox 64x64"}],"parameters":{"sampleCount":2}}`), []any{"predictions", 0, "bytesBase64Encoded"}, 2, "64x64"},
		{"generateContent", gemini("generateContent", `{"contents":[{"parts":[{"text":"a fox 64x64"}]}]}`), []any{"candidates", 0, "content", "parts", 1, "inlineData", "data"}, 0, "64x64"},
		{"an aspect ratio", gemini("generateContent", `{"contents":[{"parts":[{"text":"a fox"}]}],"generationConfig":{"responseModalities":["IMAGE"],"imageConfig":{"aspectRatio":"4:1"}}}`), []any{"candidates", 0, "content", "parts", 1, "inlineData", "data"}, 0, "1024x256"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			inBubble(t, func(t *testing.T, h *house) {
				w := h.do(tt.call)
				if w.Code != http.StatusOK {
					t.Fatalf("status %d: %.500s", w.Code, w.Body)
				}
				body := fields(t, w.Body.Bytes())
				cfg, kind := picture(t, body, tt.path...)
				if size := fmt.Sprintf("%dx%d", cfg.Width, cfg.Height); kind != "png" || size != tt.size {
					t.Errorf("a %s of %s, want %s", kind, size, tt.size)
				}
				if made, _ := at(body, tt.path[0]).([]any); tt.count > 0 && len(made) != tt.count {
					t.Errorf("%d pictures, want %d", len(made), tt.count)
				}
			})
		})
	}
}

// TestPicturesAreStreamed checks that a picture is a chunk of its own.
func TestPicturesAreStreamed(t *testing.T) {
	inBubble(t, func(t *testing.T, h *house) {
		w := h.do(gemini("streamGenerateContent?alt=sse", `{"contents":[{"parts":[{"text":"a fox 600x400 [image 1 600x400 jpeg]"}]}]}`))
		for line := range strings.Lines(w.Body.String()) {
			data, ok := strings.CutPrefix(line, "data: ")
			if !ok || !strings.Contains(data, "inlineData") {
				continue
			}
			event := fields(t, []byte(data))
			part := at(event, "candidates", 0, "content", "parts", 0, "inlineData").(map[string]any)
			if _, kind := picture(t, part, "data"); kind != "jpeg" || part["mimeType"] != "image/jpeg" {
				t.Errorf("a %s called %v", kind, part["mimeType"])
			}
			return
		}
		t.Errorf("no picture in %.500s", w.Body)
	})
}

// question is what the actor was asked last.
func recorded(asked *[]*chat.Request, perform func(n int, req *chat.Request) []chat.Event) script {
	return func(_ context.Context, _ cookie.Set, req *chat.Request, yield func(chat.Event, error) bool) {
		*asked = append(*asked, req)
		for _, event := range append(perform(len(*asked), req), chat.Event{Kind: chat.Finish, Reason: chat.Stop}) {
			if !yield(event, nil) {
				return
			}
		}
	}
}

func TestTooFewPictures(t *testing.T) {
	shown := chat.Event{Kind: chat.Media, Blob: &chat.Blob{MIME: "image/png", Data: pngBytes}}
	film := chat.Event{Kind: chat.Media, Blob: &chat.Blob{MIME: "video/mp4", Data: []byte("film")}}
	tests := []struct {
		name   string
		events [][]chat.Event // of each question
		code   int
		asked  int
		param  any
	}{
		{"all at once", [][]chat.Event{{shown, shown, shown}}, 200, 1, nil},
		{"too many", [][]chat.Event{{shown, shown, shown, shown}}, 200, 1, nil},
		{"one by one", [][]chat.Event{{shown}, {shown}, {shown}}, 200, 3, nil},
		{"never enough", [][]chat.Event{{shown}, {}}, 400, 2, "n"},
		{"none", [][]chat.Event{{{Kind: chat.Text, Text: "I'd rather not."}}}, 400, 1, "prompt"},
		{"a film", [][]chat.Event{{film}}, 400, 1, "prompt"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			g := newRig(t)
			var asked []*chat.Request
			g.actor.plays(recorded(&asked, func(n int, _ *chat.Request) []chat.Event { return tt.events[n-1] }))
			w := g.do(draw(`,"n":3`))
			body := fields(t, w.Body.Bytes())
			if w.Code != tt.code || len(asked) != tt.asked || at(body, "error", "param") != tt.param {
				t.Fatalf("status %d after %d questions: %.300s", w.Code, len(asked), w.Body)
			}
			if made, _ := body["data"].([]any); tt.code == 200 && len(made) != 3 {
				t.Errorf("%d pictures", len(made))
			}
			if strings.Contains(g.log.String(), "rather not") {
				t.Error("the answer stands in the log")
			}
		})
	}
}

func TestPictureModels(t *testing.T) {
	g := newRig(t)
	for body, want := range map[string]int{
		`{"model":"` + flash + `","prompt":"a"}`: http.StatusBadRequest,
		`{"model":"dall-e-3","prompt":"a"}`:      http.StatusNotFound,
	} {
		if w := g.do(call{path: "/v1/images/generations", key: apiKey, body: body}); w.Code != want || at(fields(t, w.Body.Bytes()), "error", "param") != "model" {
			t.Errorf("%s: status %d: %s", body, w.Code, w.Body)
		}
	}
	if w := g.do(call{path: "/v1beta/models/" + flash + ":editImage", key: apiKey, body: `{"prompt":"a","image":{"data":"iVBORw0KGgpyZXN0"}}`}); w.Code != http.StatusBadRequest || !strings.Contains(w.Body.String(), painter) {
		t.Errorf("editImage on a text model: status %d: %s", w.Code, w.Body)
	}
	if g.actor.calls() != 0 {
		t.Error("the upstream was asked")
	}
}

// TestEachTurnCounts checks that asking again for what is missing costs a turn.
func TestEachTurnCounts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newRig(t, with(func(s *api.Settings) { s.Limits = api.Limits{PerHour: 2} }))
		var asked []*chat.Request
		g.actor.plays(recorded(&asked, func(int, *chat.Request) []chat.Event {
			return []chat.Event{{Kind: chat.Media, Blob: &chat.Blob{MIME: "image/png", Data: pngBytes}}}
		}))
		if w := g.do(draw(`,"n":3`)); w.Code != http.StatusTooManyRequests || len(asked) != 2 {
			t.Errorf("status %d after %d questions", w.Code, len(asked))
		}
	})
}

func TestLinksToPictures(t *testing.T) {
	g, _, _ := gallery(t)
	w := g.do(draw(`,"response_format":"url"`))
	address, _ := at(fields(t, w.Body.Bytes()), "data", 0, "url").(string)
	path, ok := strings.CutPrefix(address, "http://127.0.0.1:8100")
	if !ok {
		t.Fatalf("the address is %q", address)
	}
	if got := g.do(call{path: path}); got.Code != http.StatusOK || got.Body.String() != string(pngBytes) || got.Header().Get("Content-Type") != "image/png" {
		t.Errorf("status %d, %d bytes", got.Code, got.Body.Len())
	}
	if w := g.do(draw("")); strings.Contains(w.Body.String(), "/files/") {
		t.Error("a link that nobody asked for")
	}
}

// TestFollowUps checks that the picture behind a link of an earlier answer is
// part of the conversation again, and that of no older one.
func TestFollowUps(t *testing.T) {
	g, _, now := gallery(t)
	show := func() string {
		found := link.FindStringSubmatch(g.do(generate("openai", false)).Body.String())
		return found[0]
	}
	first, second := show(), show()
	var asked []*chat.Request
	g.actor.plays(recorded(&asked, func(int, *chat.Request) []chat.Event { return []chat.Event{{Kind: chat.Text, Text: "ok"}} }))
	question := call{path: "/v1/chat/completions", key: apiKey, body: fmt.Sprintf(
		`{"model":%q,"messages":[{"role":"user","content":"a"},{"role":"assistant","content":%q},{"role":"user","content":"b"},{"role":"assistant","content":%q},{"role":"user","content":"make it blue"}]}`,
		painter, first, "Here.\n\n"+second+"\nDone.")}
	if w := g.do(question); w.Code != http.StatusOK {
		t.Fatalf("status %d: %s", w.Code, w.Body)
	}
	turns := asked[0].Turns
	if len(turns[1].Parts) != 1 || turns[1].Parts[0].Blob != nil {
		t.Errorf("the older turn: %+v", turns[1])
	}
	if p := turns[3].Parts; len(p) != 3 || strings.TrimSpace(p[0].Text) != "Here." || p[1].Blob == nil || string(p[1].Blob.Data) != string(pngBytes) || p[1].Blob.MIME != "image/png" || strings.TrimSpace(p[2].Text) != "Done." {
		t.Errorf("the latest turn: %+v", turns[3])
	}
	// The same address as an image part, and what is left when it is too old.
	part := call{path: "/v1/chat/completions", key: apiKey, body: fmt.Sprintf(`{"model":%q,"messages":[{"role":"user","content":[{"type":"text","text":"what is it"},{"type":"image_url","image_url":{"url":"http://127.0.0.1:8100%s"}}]}]}`,
		flash, link.FindStringSubmatch(first)[2])}
	if w := g.do(part); w.Code != http.StatusOK || string(chat.UniqueFiles(asked[1])[0].Data) != string(pngBytes) {
		t.Errorf("as a part: status %d: %s", w.Code, w.Body)
	}
	*now = now.Add(2 * 60 * 60 * 1e9)
	if w := g.do(question); w.Code != http.StatusOK || len(chat.UniqueFiles(asked[2])) != 0 || !strings.Contains(asked[2].Turns[3].Parts[0].Text, "/files/") {
		t.Errorf("too old: status %d, %+v", w.Code, asked[2].Turns)
	}
	if w := g.do(part); w.Code != http.StatusBadRequest {
		t.Errorf("too old as a part: status %d", w.Code)
	}
}

// TestRemoteIsOff checks that no dialect fetches an address unless it may.
func TestRemoteIsOff(t *testing.T) {
	g := newRig(t)
	for _, c := range []call{
		{path: "/v1/chat/completions", key: apiKey, body: `{"model":"` + flash + `","messages":[{"role":"user","content":[{"type":"image_url","image_url":{"url":"https://example.org/a.png"}}]}]}`},
		{path: "/v1/images/edits", key: apiKey, body: `{"prompt":"b","images":[{"image_url":"https://example.org/a.png"}]}`, header: map[string]string{"Content-Type": "application/json"}},
		gemini("generateContent", `{"contents":[{"parts":[{"text":"a"},{"fileData":{"fileUri":"https://example.org/a.png","mimeType":"image/png"}}]}]}`),
		gemini("editImage", `{"contents":[{"parts":[{"text":"a"},{"fileData":{"fileUri":"https://example.org/a.png"}}]}]}`),
	} {
		if w := g.do(c); w.Code != http.StatusBadRequest || !strings.Contains(w.Body.String(), "fetch_remote") {
			t.Errorf("%s: status %d: %s", c.path, w.Code, w.Body)
		}
	}
	if g.actor.calls() != 0 {
		t.Error("the upstream was asked")
	}
}

// TestRemoteIsGuarded checks that an address inside is refused in the dialect's
// own words, also where fetching is on.
func TestRemoteIsGuarded(t *testing.T) {
	g := newRig(t, with(func(s *api.Settings) { s.FetchRemote = true }))
	for _, address := range []string{"https://127.0.0.1/a.png", "http://localhost/a.png", "https://2130706433/", "https://localhost:8100/a.png", "https://user@example.org/"} {
		w := g.do(call{path: "/v1/chat/completions", key: apiKey, body: fmt.Sprintf(`{"model":%q,"messages":[{"role":"user","content":[{"type":"image_url","image_url":{"url":%q}}]}]}`, flash, address)})
		if w.Code != http.StatusBadRequest || at(fields(t, w.Body.Bytes()), "error", "param") != "messages[0].content[0].image_url.url" {
			t.Errorf("%s: status %d: %s", address, w.Code, w.Body)
		}
	}
}

// TestEditsThroughTheHouse checks that the upstream sees the picture that was
// sent: the pretend one shows it in the middle of its own.
func TestEditsThroughTheHouse(t *testing.T) {
	for name, edit := range map[string]func(input string) call{
		"editImage": func(input string) call {
			return gemini("editImage", `{"prompt":"frame it 300x300","image":{"mimeType":"image/png","data":"`+input+`"}}`)
		},
		"contents": func(input string) call {
			return gemini("editImage", `{"contents":[{"role":"user","parts":[{"text":"a fox"}]},{"role":"model","parts":[{"inlineData":{"mimeType":"image/png","data":"`+input+`"}}]},{"role":"user","parts":[{"text":"frame it 300x300"}]}]}`)
		},
		"edits": func(input string) call {
			return call{path: "/openai/v1/images/edits", key: apiKey, header: map[string]string{"Content-Type": "application/json"},
				body: `{"model":"` + painter + `","prompt":"frame it 300x300","images":[{"image_url":"data:image/png;base64,` + input + `"}]}`}
		},
	} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, func(t *testing.T, h *house) {
				w := h.do(edit(base64.StdEncoding.EncodeToString(redPNG(t))))
				if w.Code != http.StatusOK {
					t.Fatalf("status %d: %s", w.Code, w.Body)
				}
				body := fields(t, w.Body.Bytes())
				text, _ := at(body, "data", 0, "b64_json").(string)
				if text == "" {
					text, _ = at(body, "candidates", 0, "content", "parts", 1, "inlineData", "data").(string)
				}
				data, err := base64.StdEncoding.DecodeString(text)
				if err != nil {
					t.Fatal(err)
				}
				img, _, err := image.Decode(bytes.NewReader(data))
				if err != nil {
					t.Fatal(err)
				}
				if r, g, b, _ := img.At(150, 150).RGBA(); r>>8 < 250 || g>>8 > 5 || b>>8 > 5 {
					t.Errorf("the middle is %d %d %d, want the input's red", r>>8, g>>8, b>>8)
				}
			})
		})
	}
}

// redPNG is a small red square.
func redPNG(t *testing.T) []byte {
	t.Helper()
	img := image.NewPaletted(image.Rect(0, 0, 40, 40), color.Palette{color.RGBA{R: 255, A: 255}})
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}
