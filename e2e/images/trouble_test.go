package images_test

import (
	"fmt"
	"image"
	_ "image/jpeg"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/geminid/geminid/e2e/harness"
)

// TestUnkindUpstream asks for pictures of an upstream that makes trouble in every
// way that is known of it.
func TestUnkindUpstream(t *testing.T) {
	w := newWorld(t)
	for _, tt := range []struct {
		prompt string
		status int
		says   string
	}{
		{"a fox [image 1 64x64 late]", 200, ""},
		{"a fox [image 1 64x64 once]", 200, ""},
		{"a fox [image 1 64x64 sparse]", 200, ""},
		{"a fox [image 1 64x64 readback]", 200, ""},
		{"a fox [image 1 64x64 expired]", 502, "picture"},
		{"a fox [image 1 64x64 html]", 502, "no picture"},
		{"a fox [image 0] [say I would rather not.]", 400, "without a picture"},
		{"a fox [video] [image 0]", 400, "without a picture"},
		{"a fox [error 1185]", 429, ""},
		{"a fox [status 13]", 502, ""},
		{"a fox [http 500]", 502, ""},
		{"a fox [empty]", 502, ""},
	} {
		t.Run(tt.prompt, func(t *testing.T) {
			reply := w.Do(t, http.MethodPost, "/v1/images/generations", fmt.Sprintf(`{"prompt":%q}`, tt.prompt))
			if reply.Status != tt.status || !strings.Contains(reply.Body, tt.says) {
				t.Fatalf("%d %.400s, want %d", reply.Status, reply.Body, tt.status)
			}
			var made struct {
				Data []struct {
					Bytes string `json:"b64_json"`
				}
			}
			if reply.JSON(t, &made); tt.status == http.StatusOK {
				decoded(t, unbase64(t, made.Data[0].Bytes), "64x64")
			}
		})
	}
	t.Run("an upload that is refused", func(t *testing.T) {
		w.sim.Fault(t, map[string]any{"kind": "status", "code": 403, "operations": []string{"upload"}})
		defer w.sim.Heal(t)
		reply := w.Do(t, http.MethodPost, "/gemini/v1beta/models/"+painter+":editImage",
			`{"prompt":"x","image":{"mimeType":"image/png","data":"iVBORw0KGgoAAAANSUhEUgAAAAoAAAAFCAAAAABZDyK0AAAAEklEQVR4nGJigANSmIAAAAD//wGBAAv1HXmeAAAAAElFTkSuQmCC"}}`)
		if reply.Status < 400 {
			t.Errorf("%d %.300s: the picture was left out silently", reply.Status, reply.Body)
		}
	})
}

// TestGchat makes, edits and asks about pictures from the terminal.
func TestGchat(t *testing.T) {
	w := newWorld(t)
	home := harness.NewHome(t).Dir
	run := func(args ...string) string {
		t.Helper()
		stdout, stderr, code := harness.Run(t, harness.Command{Name: "gchat", Args: args, Home: home, Env: []string{"GCHAT_SERVER=" + w.URL, "GCHAT_KEY=" + w.Key}})
		if code != 0 {
			t.Fatalf("gchat %q: code %d\n%s%s", args, code, stdout, stderr)
		}
		return stdout
	}
	open := func(name string) image.Image {
		t.Helper()
		data, err := os.ReadFile(filepath.Join(home, name))
		if err != nil {
			t.Fatal(err)
		}
		return decoded(t, data, "300x300")
	}
	if err := os.WriteFile(filepath.Join(home, "red.png"), sketch(t, red), 0o600); err != nil {
		t.Fatal(err)
	}
	run("image", "a fox", "--size", "300x300", "-o", "fox.png")
	open("fox.png")
	run("image", "frame", "both", "300x300", "-i", "red.png", "-i", "fox.png", "-o", "edited.png")
	shows(t, open("edited.png"), 33, 50, red)
	run("image", "a fox 300x300", "-n", "2")
	open("picture.png")
	open("picture-2.png")
	if said := run("-f", "red.png", "what is it"); !strings.Contains(said, "image/png, a picture") {
		t.Errorf("gchat -f: %s", said)
	}
}
