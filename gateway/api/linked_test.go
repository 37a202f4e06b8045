package api_test

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"mime/multipart"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/geminid/geminid/chat"
	"github.com/geminid/geminid/gateway/api"
	"github.com/geminid/geminid/gateway/files"
)

// large is a file of so many MiB that begins like a picture.
func large(mib int) []byte {
	return append([]byte("\x89PNG\r\n\x1a\n"), make([]byte, mib<<20-8)...)
}

// storing is a rig with a store of its own, and the folder of the store.
func storing(t *testing.T, options ...option) (*rig, *files.Store, string) {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "files")
	store, err := files.Open(files.Config{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	return newRig(t, append([]option{func(c *api.Config) { c.Files = store }}, options...)...), store, dir
}

// put keeps a file and returns its address.
func put(t *testing.T, store *files.Store, data []byte) string {
	t.Helper()
	name, err := store.SaveFile("image/png", data)
	if err != nil {
		t.Fatal(err)
	}
	return "https://ai.example/files/" + name
}

// each spells all addresses with a format and puts commas between them.
func each(format string, addresses []string) string {
	var parts []string
	for _, address := range addresses {
		parts = append(parts, fmt.Sprintf(format, address))
	}
	return strings.Join(parts, ",")
}

// namings are the ways in which clients name files by their addresses.
var namings = map[string]func(addresses []string) call{
	"image_url": func(a []string) call {
		return call{path: "/v1/chat/completions", body: `{"model":"` + flash + `","messages":[{"role":"user","content":[` + each(`{"type":"image_url","image_url":{"url":%q}}`, a) + `]}]}`}
	},
	"image_url, streamed": func(a []string) call {
		return call{path: "/v1/chat/completions", body: `{"model":"` + flash + `","stream":true,"messages":[{"role":"user","content":[` + each(`{"type":"image_url","image_url":%q}`, a) + `]}]}`}
	},
	"input_image": func(a []string) call {
		return call{path: "/v1/chat/completions", body: `{"model":"` + flash + `","messages":[{"role":"user","content":[` + each(`{"type":"input_image","image_url":%q}`, a) + `]}]}`}
	},
	"file": func(a []string) call {
		return call{path: "/v1/chat/completions", body: `{"model":"` + flash + `","messages":[{"role":"user","content":[` + each(`{"type":"file","file":{"filename":"a.png","file_data":%q}}`, a) + `]}]}`}
	},
	"input_file": func(a []string) call {
		return call{path: "/v1/chat/completions", body: `{"model":"` + flash + `","messages":[{"role":"user","content":[` + each(`{"type":"input_file","file_data":%q}`, a) + `]}]}`}
	},
	"a message each": func(a []string) call {
		return call{path: "/v1/chat/completions", body: `{"model":"` + flash + `","messages":[` + each(`{"role":"user","content":[{"type":"image_url","image_url":%q}]}`, a) + `]}`}
	},
	"edits": func(a []string) call {
		return call{path: "/v1/images/edits", header: map[string]string{"Content-Type": "application/json"}, body: `{"prompt":"x","images":[` + each(`{"image_url":%q}`, a) + `]}`}
	},
	"fileData": func(a []string) call {
		return gemini("generateContent", `{"contents":[{"parts":[`+each(`{"fileData":{"fileUri":%q}}`, a)+`]}]}`)
	},
	"fileData, streamed": func(a []string) call {
		return gemini("streamGenerateContent", `{"contents":[{"parts":[`+each(`{"fileData":{"fileUri":%q,"mimeType":"image/png"}}`, a)+`]}]}`)
	},
	"editImage": func(a []string) call {
		return gemini("editImage", `{"contents":[{"parts":[{"text":"x"},`+each(`{"fileData":{"fileUri":%q}}`, a)+`]}]}`)
	},
}

// allocated is how many bytes f allocates.
func allocated(f func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

// TestLinkedFileIsReadOnce names one kept picture as often as a question may,
// with the spellings that an address has.
func TestLinkedFileIsReadOnce(t *testing.T) {
	const mib, links = 8, 64
	for name, naming := range namings {
		t.Run(name, func(t *testing.T) {
			g, store, _ := storing(t)
			address := put(t, store, large(mib))
			var asked []*chat.Request
			g.actor.plays(recorded(&asked, answerPicture))
			var addresses []string
			for i := range links {
				host := fmt.Sprintf("https://host%d.example:%d/path%d", i, 1000+i, i)
				addresses = append(addresses, strings.Replace(address, "https://ai.example", host, 1)+fmt.Sprintf("#%d", i))
			}
			c := naming(addresses).with(func(c *call) { c.key = apiKey })
			taken := allocated(func() {
				if w := g.do(c); w.Code != http.StatusOK {
					t.Fatalf("status %d: %.300s", w.Code, w.Body)
				}
			})
			if taken > 2*mib<<20 {
				t.Errorf("%d MiB were allocated for a picture of %d", taken>>20, mib)
			}
			if n := len(chat.UniqueFiles(asked[0])); n != 1 {
				t.Errorf("%d files go up, want 1", n)
			}
			checkParts(t, asked[0], links, mib<<20)
		})
	}
}

// answerPicture is an answer that every operation takes.
func answerPicture(int, *chat.Request) []chat.Event {
	return []chat.Event{{Kind: chat.Text, Text: "ok"}, {Kind: chat.Media, Blob: &chat.Blob{MIME: "image/png", Data: pngBytes}}}
}

// checkParts checks that so many parts of a question show a file of size bytes.
func checkParts(t *testing.T, req *chat.Request, want, size int) {
	t.Helper()
	shown := 0
	for _, turn := range req.Turns {
		for _, part := range turn.Parts {
			if part.Blob == nil {
				continue
			}
			shown++
			if part.Blob.Link != nil || part.Blob.MIME != "image/png" || len(part.Blob.Data) != size {
				t.Errorf("part %d is a %s of %d bytes", shown, part.Blob.MIME, len(part.Blob.Data))
			}
		}
	}
	if shown != want {
		t.Errorf("%d files are shown, want %d", shown, want)
	}
}

// TestRecalledPictureIsReadOnce shows a picture in the latest answer and names it
// again in the question.
func TestRecalledPictureIsReadOnce(t *testing.T) {
	g, store, _ := storing(t)
	address := put(t, store, large(8))
	var asked []*chat.Request
	g.actor.plays(recorded(&asked, answerPicture))
	answer := strings.Repeat("![image]("+address+")\n\n", 8)
	taken := allocated(func() {
		w := g.do(call{path: "/v1/chat/completions", key: apiKey, body: fmt.Sprintf(
			`{"model":%q,"messages":[{"role":"user","content":"a"},{"role":"assistant","content":%q},{"role":"user","content":[{"type":"text","text":"b"},{"type":"image_url","image_url":%q}]}]}`,
			flash, answer, address)})
		if w.Code != http.StatusOK {
			t.Fatalf("status %d: %s", w.Code, w.Body)
		}
	})
	if n := len(chat.UniqueFiles(asked[0])); n != 1 || taken > 16<<20 {
		t.Errorf("%d files, %d MiB allocated", n, taken>>20)
	}
	checkParts(t, asked[0], 9, 8<<20)
}

// TestRecalledPicturesHaveTheBound checks that pictures of an earlier answer that
// are too much together stay links, and are no error.
func TestRecalledPicturesHaveTheBound(t *testing.T) {
	g, store, _ := storing(t)
	var answer string
	for range 8 {
		answer += "![image](" + put(t, store, large(8)) + ")\n\n"
	}
	var asked []*chat.Request
	g.actor.plays(recorded(&asked, answerPicture))
	w := g.do(call{path: "/v1/chat/completions", key: apiKey, body: fmt.Sprintf(
		`{"model":%q,"messages":[{"role":"user","content":"a"},{"role":"assistant","content":%q},{"role":"user","content":"b"}]}`, flash, answer)})
	if w.Code != http.StatusOK {
		t.Fatalf("status %d: %s", w.Code, w.Body)
	}
	checkParts(t, asked[0], 4, 8<<20)
	if n := strings.Count(chat.FormatPrompt(asked[0]), "/files/"); n != 4 {
		t.Errorf("%d links are left, want 4", n)
	}
}

// TestRemoteFileIsFetchedOnce does the same with an address elsewhere.
func TestRemoteFileIsFetchedOnce(t *testing.T) {
	for name, naming := range namings {
		t.Run(name, func(t *testing.T) {
			host := newPictureHost(t)
			g := newRig(t, host.allowed)
			var asked []*chat.Request
			g.actor.plays(recorded(&asked, answerPicture))
			var addresses []string
			for i := range 64 {
				addresses = append(addresses, host.url(fmt.Sprintf("/1#%d", i)))
			}
			c := naming(addresses).with(func(c *call) { c.key = apiKey })
			if w := g.do(c); w.Code != http.StatusOK {
				t.Fatalf("status %d: %.300s", w.Code, w.Body)
			}
			if n := len(chat.UniqueFiles(asked[0])); n != 1 || host.fetches.Load() != 1 {
				t.Errorf("%d files after %d fetches", n, host.fetches.Load())
			}
			checkParts(t, asked[0], 64, 1<<20)
		})
	}
}

// TestSumOfLinkedFiles names files that are too much together, in every way that
// there is, and as many as are allowed.
func TestSumOfLinkedFiles(t *testing.T) {
	for name, naming := range namings {
		for _, kept := range []bool{true, false} {
			if !kept && testing.Short() {
				continue
			}
			t.Run(fmt.Sprintf("%s, kept %v", name, kept), func(t *testing.T) {
				host := newPictureHost(t)
				g, store, _ := storing(t, host.allowed)
				g.actor.plays(recorded(new([]*chat.Request), answerPicture))
				var addresses []string
				for i := range 5 {
					address := host.url(fmt.Sprintf("/8?%d", i))
					if kept {
						address = put(t, store, large(8))
					}
					addresses = append(addresses, address)
				}
				ask := func(n int) (status int, body []byte) {
					w := g.do(naming(addresses[:n]).with(func(c *call) { c.key = apiKey }))
					return w.Code, w.Body.Bytes()
				}
				if status, body := ask(5); status != http.StatusRequestEntityTooLarge || !bytes.Contains(body, []byte("over 32 MiB")) {
					t.Errorf("40 MiB: status %d: %.300s", status, body)
				}
				if g.actor.calls() != 0 {
					t.Error("the upstream was asked")
				}
				if status, body := ask(4); status != http.StatusOK {
					t.Errorf("32 MiB: status %d: %.300s", status, body)
				}
			})
		}
	}
}

// TestSumOfSentFiles sends files that are too much together where the owner
// allows bodies of that size, and a link beside what a body of ordinary size
// holds.
func TestSumOfSentFiles(t *testing.T) {
	encoded := base64.StdEncoding.EncodeToString(large(12))
	data := "data:image/png;base64," + encoded
	three := []string{data, data, data}
	form := new(bytes.Buffer)
	parts := multipart.NewWriter(form)
	_ = parts.WriteField("prompt", "x")
	for range 3 {
		w, _ := parts.CreateFormFile("image[]", "a.png")
		_, _ = w.Write(large(12))
	}
	_ = parts.Close()
	tests := []struct {
		name, field string
		call        call
	}{
		{"image_url", "messages[0].content[2].image_url", namings["image_url"](three)},
		{"streamed", "messages[0].content[2].image_url", namings["image_url, streamed"](three)},
		{"input_image", "messages[0].content[2].image_url", namings["input_image"](three)},
		{"file", "messages[0].content[2].file.file_data", namings["file"](three)},
		{"input_file", "messages[0].content[2].file_data", namings["input_file"](three)},
		{"edits", "images[2].image_url", namings["edits"](three)},
		{"an edit as a form", "image", call{path: "/v1/images/edits", header: map[string]string{"Content-Type": parts.FormDataContentType()}, body: form.String()}},
		{"inlineData", "contents[0].parts[2].inlineData.data", gemini("generateContent", `{"contents":[{"parts":[`+each(`{"inlineData":{"mimeType":"image/png","data":%q}}`, []string{encoded, encoded, encoded})+`]}]}`)},
		{"editImage", "image[2].data", gemini("editImage", `{"prompt":"x","image":[`+each(`{"mimeType":"image/png","data":%q}`, []string{encoded, encoded, encoded})+`]}`)},
		{"a link beside", "messages[0].content[2].image_url", namings["image_url"]([]string{data, data, "LINK"})},
	}
	for i, tt := range tests {
		if i%3 != 0 && testing.Short() {
			continue
		}
		t.Run(tt.name, func(t *testing.T) {
			g, store, _ := storing(t, with(func(s *api.Settings) { s.Limits.MaxBody = 64 << 20 }))
			tt.call.key = apiKey
			tt.call.body = strings.Replace(tt.call.body, "LINK", put(t, store, large(12)), 1)
			w := g.do(tt.call)
			if w.Code != http.StatusRequestEntityTooLarge || !strings.Contains(w.Body.String(), tt.field) || !strings.Contains(w.Body.String(), "over 32 MiB") {
				t.Errorf("status %d: %.300s", w.Code, w.Body)
			}
			if g.actor.calls() != 0 {
				t.Error("the upstream was asked")
			}
		})
	}
}

// TestFilesAreReadAfterTheWait checks that a question that waits for its model
// holds no file, and that one that may not wait reads none.
func TestFilesAreReadAfterTheWait(t *testing.T) {
	gap := with(func(s *api.Settings) { s.Limits = api.Limits{ModelGap: time.Minute, Queue: 8, QueueWait: time.Hour} })
	for name, naming := range namings {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				g, store, dir := storing(t, gap)
				g.actor.plays(recorded(new([]*chat.Request), answerPicture))
				address := put(t, store, large(1))
				c := naming([]string{address}).with(func(c *call) { c.key = apiKey })
				if w := g.do(c); w.Code != http.StatusOK {
					t.Fatalf("status %d: %s", w.Code, w.Body)
				}
				time.AfterFunc(30*time.Second, func() {
					_ = os.WriteFile(filepath.Join(dir, filepath.Base(address)), nil, 0o600)
				})
				w := g.do(c)
				if !strings.Contains(w.Body.String(), "kept no longer") || g.actor.calls() != 1 {
					t.Errorf("the file was read before the wait: status %d: %.300s", w.Code, w.Body)
				}
			})
		})
	}
	t.Run("no room in the queue", func(t *testing.T) {
		host := newPictureHost(t)
		g := newRig(t, host.allowed, with(func(s *api.Settings) { s.Limits.ModelGap = time.Hour }))
		c := namings["image_url"]([]string{host.url("/1")}).with(func(c *call) { c.key = apiKey })
		for _, want := range []int{http.StatusOK, http.StatusTooManyRequests} {
			if w := g.do(c); w.Code != want || host.fetches.Load() != 1 {
				t.Errorf("status %d after %d fetches, want %d after 1", w.Code, host.fetches.Load(), want)
			}
		}
	})
}
