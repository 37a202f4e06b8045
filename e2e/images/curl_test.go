package images_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/geminid/geminid/e2e/harness"
)

// curl runs curl with the key and decodes its answer.
func (w world) curl(t *testing.T, path string, args ...string) map[string]any {
	t.Helper()
	program := harness.Tool(t, "curl", "curl")
	command := exec.CommandContext(t.Context(), program, append([]string{"-sS", "--fail-with-body", "-H", "Authorization: Bearer " + w.Key, w.URL + path}, args...)...)
	var stdout, stderr bytes.Buffer
	command.Stdout, command.Stderr = &stdout, &stderr
	if err := command.Run(); err != nil {
		t.Fatalf("curl %s: %v\n%s%s", path, err, stderr.String(), stdout.String())
	}
	var body map[string]any
	if err := json.Unmarshal(stdout.Bytes(), &body); err != nil {
		t.Fatalf("curl %s: %v", path, err)
	}
	return body
}

// at walks down to a string.
func at(v any, path ...any) string {
	for _, step := range path {
		switch s := step.(type) {
		case string:
			m, _ := v.(map[string]any)
			v = m[s]
		case int:
			l, _ := v.([]any)
			if s >= len(l) {
				return ""
			}
			v = l[s]
		}
	}
	text, _ := v.(string)
	return text
}

func testCurl(t *testing.T, w world) {
	file := filepath.Join(t.TempDir(), "red.png")
	if err := os.WriteFile(file, sketch(t, red), 0o600); err != nil {
		t.Fatal(err)
	}
	inline := base64.StdEncoding.EncodeToString(sketch(t, red))
	asJSON := []string{"-H", "Content-Type: application/json", "-d"}
	t.Run("make", func(t *testing.T) {
		body := w.curl(t, "/v1/images/generations", append(asJSON, `{"model":"`+painter+`","prompt":"a fox","n":2,"size":"96x64"}`)...)
		if made, _ := body["data"].([]any); len(made) != 2 {
			t.Fatalf("%d pictures", len(made))
		}
		decoded(t, unbase64(t, at(body, "data", 1, "b64_json")), "96x64")
	})
	t.Run("predict", func(t *testing.T) {
		body := w.curl(t, "/gemini/v1beta/models/"+painter+":predict", append(asJSON, `{"instances":[{"prompt":"a fox 128x128"}],"parameters":{"sampleCount":2}}`)...)
		if made, _ := body["predictions"].([]any); len(made) != 2 || at(body, "predictions", 0, "mimeType") != "image/png" {
			t.Fatalf("%d pictures", len(made))
		}
		decoded(t, unbase64(t, at(body, "predictions", 1, "bytesBase64Encoded")), "128x128")
	})
	t.Run("edit", func(t *testing.T) {
		body := w.curl(t, "/v1/images/edits", "-F", "prompt=frame it 300x300", "-F", "image[]=@"+file, "-F", "model="+painter)
		shows(t, decoded(t, unbase64(t, at(body, "data", 0, "b64_json")), "300x300"), 50, 50, red)
	})
	for _, prefix := range []string{"/gemini/v1beta", "/gemini/v1", "/gemini/v1alpha", "/v1beta", "/v1alpha", "/v1"} {
		t.Run("editImage under "+prefix, func(t *testing.T) {
			body := w.curl(t, prefix+"/models/"+painter+":editImage", append(asJSON, `{"prompt":"frame it 300x300","image":{"mimeType":"image/png","data":"`+inline+`"}}`)...)
			var data []byte
			for i := range 3 {
				if text := at(body, "candidates", 0, "content", "parts", i, "inlineData", "data"); text != "" {
					data = unbase64(t, text)
				}
			}
			shows(t, decoded(t, data, "300x300"), 50, 50, red)
		})
	}
	t.Run("look", func(t *testing.T) {
		body := w.curl(t, "/v1/chat/completions", append(asJSON, `{"model":"gemini-2.5-flash","messages":[{"role":"user","content":[{"type":"text","text":"what is it"},{"type":"image_url","image_url":{"url":"data:image/png;base64,`+inline+`"}}]}]}`)...)
		if text := at(body, "choices", 0, "message", "content"); !strings.Contains(text, "image/png, a picture") {
			t.Errorf("the model sees nothing: %s", text)
		}
	})
}
