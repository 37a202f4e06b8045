package images_test

import (
	"encoding/base64"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/geminid/geminid/e2e/harness"
)

// TestAbuse sends what is no picture, too many of them, and forms that are none.
// Each is refused in the words of its API, and nothing of it touches the disk.
func TestAbuse(t *testing.T) {
	sim, home, temp := harness.Simulate(t), harness.NewHome(t), t.TempDir()
	home.Configure(t, "upstream_url: "+sim.URL)
	home.Drop(t, "cookies.txt", sim.Session(t, "owner").Netscape())
	w := world{harness.LaunchWith(t, home, []string{"TMPDIR=" + temp}), sim}
	w.AwaitState(t, "valid", patience)
	// The session serves a moment before its file is noted.
	harness.Eventually(t, patience, "the cookie file is noted", func() bool {
		_, err := os.Stat(filepath.Join(home.State(), "inbox.json"))
		return err == nil
	})
	before := tree(t, home.Dir, temp)

	part := func(name, file, data string) string {
		return "--xx\r\nContent-Disposition: form-data; name=\"" + name + "\"; filename=\"" + file + "\"\r\nContent-Type: image/png\r\n\r\n" + data + "\r\n"
	}
	picture, words := string(sketch(t, red)), "--xx\r\nContent-Disposition: form-data; name=\"prompt\"\r\n\r\nx\r\n"
	inline := func(mime, data string) string {
		return `{"contents":[{"parts":[{"text":"x"},{"inlineData":{"mimeType":"` + mime + `","data":"` + data + `"}}]}]}`
	}
	b64 := func(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) }
	big := strings.Repeat("x", 21<<20)
	bomb := "\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x01\x86\xa0\x00\x01\x86\xa0\x08\x02\x00\x00\x00\x09\xf4\xcb\x27"
	const form, jsonType, gemini = "multipart/form-data; boundary=xx", "application/json", "/gemini/v1beta/models/gemini-2.5-flash-image:generateContent"
	for _, tt := range []struct {
		name, path, kind, body string
		status                 int
	}{
		{"10,000 parts", "/v1/images/edits", form, words + strings.Repeat(part("x", "x", "y"), 10_000) + "--xx--", 400},
		{"65 pictures in a form", "/v1/images/edits", form, words + strings.Repeat(part("image[]", "a.png", picture), 65) + "--xx--", 400},
		{"no boundary", "/v1/images/edits", "multipart/form-data", words + "--xx--", 400},
		{"a huge header", "/v1/images/edits", form, "--xx\r\nX: " + strings.Repeat("y", 12<<20) + "\r\n\r\n", 400},
		{"a form in a form", "/v1/images/edits", form, words + "--xx\r\nContent-Disposition: form-data; name=\"image\"\r\nContent-Type: multipart/mixed; boundary=yy\r\n\r\n--yy\r\n\r\n" + picture + "\r\n--yy--\r\n--xx--", 400},
		{"a form that is cut", "/v1/images/edits", form, words + part("image", "a.png", picture), 400},
		{"21 MiB in a form", "/v1/images/edits", form, words + part("image", "a.png", picture+big) + "--xx--", 413},
		{"more than max_body", "/v1/images/edits", form, words + part("image", "a.png", picture+big+big) + "--xx--", 413},
		{"a mask", "/v1/images/edits", form, words + part("image", "a.png", picture) + part("mask", "m.png", picture) + "--xx--", 400},
		{"SVG in a form", "/v1/images/edits", form, words + part("image", "a.png", "<svg xmlns='http://www.w3.org/2000/svg'/>") + "--xx--", 400},
		{"an empty picture", "/v1/images/edits", form, words + part("image", "a.png", "") + "--xx--", 400},
		{"a bomb in a form", "/v1/images/edits", form, words + part("image", "a.png", bomb) + "--xx--", 400},
		{"n=0", "/v1/images/generations", jsonType, `{"prompt":"x","n":0}`, 400},
		{"n=11", "/v1/images/generations", jsonType, `{"prompt":"x","n":11}`, 400},
		{"an unknown size", "/v1/images/generations", jsonType, `{"prompt":"x","size":"huge"}`, 400},
		{"a stream", "/v1/images/generations", jsonType, `{"prompt":"x","stream":true}`, 400},
		{"bad base64", gemini, jsonType, inline("image/png", "!!!"), 400},
		{"an empty file", gemini, jsonType, inline("image/png", ""), 400},
		{"text as a picture", gemini, jsonType, inline("image/png", b64("hello")), 400},
		{"SVG", gemini, jsonType, inline("image/svg+xml", b64("<svg xmlns='http://www.w3.org/2000/svg'/>")), 400},
		{"a bomb", gemini, jsonType, inline("image/png", b64(bomb)), 400},
		{"21 MiB", gemini, jsonType, inline("image/png", b64(picture+big)), 413},
		{"65 pictures", gemini, jsonType, `{"contents":[{"parts":[` + strings.TrimSuffix(strings.Repeat(`{"inlineData":{"mimeType":"image/png","data":"`+b64(picture)+`"}},`, 65), ",") + `]}]}`, 400},
		{"a data URL of nothing", "/v1/chat/completions", jsonType, `{"model":"gemini-2.5-flash","messages":[{"role":"user","content":[{"type":"image_url","image_url":{"url":"data:image/png;base64,"}}]}]}`, 400},
	} {
		t.Run(tt.name, func(t *testing.T) {
			reply := w.Do(t, http.MethodPost, tt.path, tt.body, "Content-Type: "+tt.kind)
			var answer struct {
				Error struct{ Type, Status string }
			}
			reply.JSON(t, &answer)
			spoken := answer.Error.Type == "invalid_request_error"
			if tt.path == gemini {
				spoken = answer.Error.Status == "INVALID_ARGUMENT"
			}
			if reply.Status != tt.status || !spoken {
				t.Errorf("%d %s, want %d in the API's own words", reply.Status, reply.Body, tt.status)
			}
		})
	}
	if asked := w.sim.Journal(t, "generate"); len(asked) > 0 {
		t.Errorf("%d of them went to the upstream", len(asked))
	}
	// A name is only a name.
	reply := w.Do(t, http.MethodPost, "/v1/images/edits", words+part("image", "../../../../x.png", picture)+"--xx--", "Content-Type: "+form)
	if reply.Status != http.StatusOK {
		t.Errorf("a path as a name: %d %.300s", reply.Status, reply.Body)
	}
	if after := tree(t, home.Dir, temp); !slices.Equal(after, before) {
		t.Errorf("files before: %v\nafter: %v", before, after)
	}
}

// tree lists the files below some directories, but for those that change by
// themselves.
func tree(t *testing.T, dirs ...string) (out []string) {
	t.Helper()
	for _, dir := range dirs {
		err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
			if err == nil && !entry.IsDir() && !strings.HasPrefix(entry.Name(), ".") { // one that is being written
				out = append(out, path)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return out
}

// TestManyEdits makes 50 edits of 5 MB at once within 1 GiB, as forms and as
// JSON.
func TestManyEdits(t *testing.T) {
	input := noise(t, 5<<20, 1)
	wish := "frame it [image 1 noise=" + fmt.Sprint(5<<20) + "]"
	t.Run("forms", func(t *testing.T) {
		manyEdits(t, "/v1/images/edits", "multipart/form-data; boundary=xx",
			"--xx\r\nContent-Disposition: form-data; name=\"prompt\"\r\n\r\n"+wish+"\r\n"+
				"--xx\r\nContent-Disposition: form-data; name=\"image\"; filename=\"a.png\"\r\nContent-Type: image/png\r\n\r\n"+string(input)+"\r\n--xx--")
	})
	t.Run("JSON", func(t *testing.T) {
		manyEdits(t, "/gemini/v1beta/models/"+painter+":editImage", "application/json",
			`{"prompt":"`+wish+`","image":{"mimeType":"image/png","data":"`+base64.StdEncoding.EncodeToString(input)+`"}}`)
	})
}

func manyEdits(t *testing.T, path, kind, body string) {
	t.Helper()
	const (
		edits = 50
		bytes = 5 << 20
		limit = 1 << 30
	)
	sim, home := harness.SimulatePlain(t), harness.NewHome(t)
	home.Configure(t, "upstream_url: "+sim.URL)
	home.Drop(t, "cookies.txt", sim.Session(t, "owner").Netscape())
	w := harness.LaunchPlain(t, home)
	w.AwaitState(t, "valid", patience)
	failures := make(chan string, edits)
	for range edits {
		go func() {
			response := w.Open(t.Context(), t, http.MethodPost, path, body, "Content-Type: "+kind)
			defer response.Body.Close()
			n, err := io.Copy(io.Discard, response.Body)
			if response.StatusCode != http.StatusOK || err != nil || n < bytes*5/4 {
				failures <- fmt.Sprintf("%d after %d bytes, %v", response.StatusCode, n, err)
				return
			}
			failures <- ""
		}()
	}
	for range edits {
		if failure := <-failures; failure != "" {
			t.Error(failure)
		}
	}
	peak := peakMemory(t, w.Pid())
	t.Logf("%d edits of %d bytes at once: peak resident set %d MiB", edits, len(body), peak>>20)
	if peak > limit {
		t.Errorf("the peak is %d MiB, want at most %d", peak>>20, limit>>20)
	}
}

// peakMemory is the largest resident set that a process had.
func peakMemory(t *testing.T, pid int) int64 {
	t.Helper()
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(status)) {
		var kib int64
		if n, _ := fmt.Sscanf(line, "VmHWM: %d kB", &kib); n == 1 {
			return kib << 10
		}
	}
	t.Fatal("the kernel tells no peak")
	return 0
}
