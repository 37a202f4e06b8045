package openai_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"hash/crc32"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/textproto"
	"strings"
	"testing"

	"github.com/geminid/geminid/chat"
	"github.com/geminid/geminid/gateway/dialect"
	"github.com/geminid/geminid/gateway/dialect/dialecttest"
	"github.com/geminid/geminid/gateway/dialect/openai"
)

// field is a part of a form; one with a name is a file.
type field struct{ key, file, mime, data string }

// sendForm sends a form to the edits route.
func sendForm(t *testing.T, s *dialecttest.Server, fields ...field) *httptest.ResponseRecorder {
	t.Helper()
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	for _, f := range fields {
		header := make(textproto.MIMEHeader)
		disposition := fmt.Sprintf(`form-data; name="%s"`, f.key)
		if f.file != "" {
			disposition += fmt.Sprintf(`; filename="%s"`, f.file)
		}
		header.Set("Content-Disposition", disposition)
		if f.mime != "" {
			header.Set("Content-Type", f.mime)
		}
		part, err := w.CreatePart(header)
		if err != nil {
			t.Fatal(err)
		}
		_, _ = part.Write([]byte(f.data))
	}
	_ = w.Close()
	return s.Send("/v1/images/edits", w.FormDataContentType(), body.String())
}

var (
	model  = field{key: "model", data: "gemini-2.5-flash-image"}
	prompt = field{key: "prompt", data: "make it blue"}
	photo  = field{key: "image", file: "a.png", mime: "image/png", data: string(dialecttest.TinyPNG)}
)

func TestEditForms(t *testing.T) {
	as := func(key string) field { f := photo; f.key = key; return f }
	tests := []struct {
		name   string
		fields []field
		want   string
	}{
		{"image first", []field{photo, prompt, model}, `["image/png" "a.png"] "make it blue"`},
		{"image last", []field{model, prompt, photo}, `["image/png" "a.png"] "make it blue"`},
		{"several", []field{as("image[]"), prompt, as("image[]"), as("image")}, `["image/png" "a.png"] ["image/png" "a.png"] ["image/png" "a.png"] "make it blue"`},
		{"numbered", []field{as("image[0]"), as("image[1]"), prompt}, `["image/png" "a.png"] ["image/png" "a.png"] "make it blue"`},
		{"a wrong type and a path", []field{{key: "image", file: `../../etc/x y.jpg`, mime: "application/octet-stream", data: string(dialecttest.TinyPNG)}, prompt}, `["image/png" "x y.jpg"] "make it blue"`},
		{"fields that nobody filled in", []field{photo, prompt, {key: "n"}, {key: "size"}, {key: "stream"}, {key: "mask", file: "blob"}}, `["image/png" "a.png"] "make it blue"`},
		{"in Python's words", []field{photo, prompt, {key: "n", data: " 1 "}, {key: "stream", data: "False"}}, `["image/png" "a.png"] "make it blue"`},
		{"number and size", []field{photo, prompt, {key: "n", data: "2"}, {key: "size", data: "1024x1024"}, {key: "quality", data: "high"}},
			`["image/png" "a.png"] "Create 2 different pictures, each as a file of its own:\n\nmake it blue\n\nSize: 1024x1024 pixels, format 1:1.\n\nQuality: as fine and detailed as can be."`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := dialecttest.NewServer()
			w := sendForm(t, s, tt.fields...)
			if w.Code != http.StatusOK || s.Last == nil || s.Last.Op != dialect.Edits {
				t.Fatalf("status %d: %s", w.Code, w.Body)
			}
			var got []string
			for _, part := range s.Last.Chat.Turns[0].Parts {
				if part.Blob != nil {
					if !bytes.Equal(part.Blob.Data, dialecttest.TinyPNG) {
						t.Errorf("the file is %q", part.Blob.Data)
					}
					got = append(got, fmt.Sprintf("%q", []string{part.Blob.MIME, part.Blob.Name}))
					continue
				}
				got = append(got, fmt.Sprintf("%q", part.Text))
			}
			if have := strings.Join(got, " "); have != tt.want {
				t.Errorf("got  %s\nwant %s", have, tt.want)
			}
			if got := readJSON(t, w)["data"].([]any)[0].(map[string]any)["b64_json"]; got != base64.StdEncoding.EncodeToString(dialecttest.TinyPNG) {
				t.Errorf("answer %v", got)
			}
		})
	}
}

// TestLongestField: a field of a form may be as long as its limit.
func TestLongestField(t *testing.T) {
	longest := field{key: "prompt", data: strings.Repeat("x", 1<<20)}
	if w := sendForm(t, dialecttest.NewServer(), longest, photo); w.Code != http.StatusOK {
		t.Errorf("status %d: %.200s", w.Code, w.Body)
	}
}

// TestWishes reads in the question what a client asked for in fields.
func TestWishes(t *testing.T) {
	for fields, want := range map[string]string{
		``:                              "a fox",
		`,"size":"auto"`:                "a fox",
		`,"size":"16:9"`:                "a fox\n\nFormat of the picture: 16:9.",
		`,"size":"640X480"`:             "a fox\n\nSize: 640x480 pixels, format 4:3.",
		`,"size":"square_hd"`:           "a fox\n\nFormat of the picture: square.",
		`,"image_size":"portrait_16_9"`: "a fox\n\nFormat of the picture: 9:16.",
		`,"image_size":"landscape_4_3"`: "a fox\n\nFormat of the picture: 4:3.",
		`,"image_config":{"aspect_ratio":"3:2","image_size":"4K"}`: "a fox\n\nFormat of the picture: 3:2.\n\nResolution: 4K, the longer side about 4000 pixels.",
		`,"image_config":{"aspect_ratio":"auto"}`:                  "a fox",
		`,"n":"2"`:                        "Create 2 different pictures, each as a file of its own:\n\na fox",
		`,"quality":"hd","style":"vivid"`: "a fox\n\nQuality: as fine and detailed as can be.\n\nStyle: vivid.",
	} {
		s := dialecttest.NewServer()
		if w := s.Send("/v1/images/generations", "application/json", `{"prompt":"a fox"`+fields+`}`); w.Code != http.StatusOK {
			t.Errorf("%s: status %d: %s", fields, w.Code, w.Body)
		} else if got := chat.FormatPrompt(s.Last.Chat); got != want {
			t.Errorf("%s: got %q, want %q", fields, got, want)
		}
	}
}

// TestIgnoredWishes names what a client asked for and does not get.
func TestIgnoredWishes(t *testing.T) {
	for fields, want := range map[string]string{
		``: "", `,"stream":false,"partial_images":0`: "", `,"stream":0,"background":"auto"`: "",
		`,"partial_images":2,"output_format":"webp"`: "partial_images output_format",
	} {
		s := dialecttest.NewServer()
		if w := s.Send("/v1/images/generations", "application/json", `{"prompt":"a fox"`+fields+`}`); w.Code != http.StatusOK {
			t.Errorf("%s: status %d: %s", fields, w.Code, w.Body)
		} else if got := strings.Join(s.Last.Chat.Ignored, " "); got != want {
			t.Errorf("%s: ignored %q, want %q", fields, got, want)
		}
	}
}

// bomb is a PNG header that promises a picture of so many pixels.
func bomb(width, height uint32) string {
	chunk := binary.BigEndian.AppendUint32([]byte("IHDR"), width)
	chunk = append(binary.BigEndian.AppendUint32(chunk, height), 8, 2, 0, 0, 0)
	out := binary.BigEndian.AppendUint32([]byte("\x89PNG\r\n\x1a\n"), 13)
	out = append(out, chunk...)
	return string(binary.BigEndian.AppendUint32(out, crc32.ChecksumIEEE(chunk)))
}

const vector = `<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><script/></svg>`

func TestBadForms(t *testing.T) {
	with := func(mime, data string) []field {
		return []field{prompt, {key: "image", file: "a.png", mime: mime, data: data}}
	}
	many := []field{prompt}
	for range 65 {
		many = append(many, photo)
	}
	parts := []field{prompt, photo}
	for range 10_000 {
		parts = append(parts, field{key: "x", data: "y"})
	}
	tests := []struct {
		name   string
		fields []field
		code   int
		param  string
		says   string
	}{
		{"no picture", []field{prompt}, 400, "image", "missing"},
		{"no prompt", []field{photo}, 400, "prompt", "must say"},
		{"a mask", []field{prompt, photo, {key: "mask", file: "m.png", mime: "image/png", data: string(dialecttest.TinyPNG)}}, 400, "mask", "not offered"},
		{"nothing in it", with("image/png", ""), 400, "image", "no data"},
		{"a drawing in XML", with("image/svg+xml", vector), 400, "image", "not a PNG"},
		{"a drawing in XML that says it is text", with("text/plain", vector), 400, "image", "not a PNG"},
		{"a page", with("image/png", "<html>"), 400, "image", "not a PNG"},
		{"a bomb", with("image/png", bomb(50_000, 50_000)), 400, "image", "100 million"},
		{"21 MiB", with("image/png", string(dialecttest.TinyPNG)+strings.Repeat("x", 21<<20)), 413, "image", "20 MiB"},
		{"65 pictures", many, 400, "image", "64"},
		{"10,000 parts", parts, 400, "", "parts"},
		{"a nameless part", []field{prompt, photo, {data: "x"}}, 400, "", "no name"},
		{"a long field", []field{{key: "prompt", data: strings.Repeat("x", 2<<20)}, photo}, 413, "prompt", "1 MiB"},
		{"n=0", []field{prompt, photo, {key: "n", data: "0"}}, 400, "n", "1 to 10"},
		{"n=11", []field{prompt, photo, {key: "n", data: "11"}}, 400, "n", "1 to 10"},
		{"n=many", []field{prompt, photo, {key: "n", data: "many"}}, 400, "n", "number"},
		{"stream", []field{prompt, photo, {key: "stream", data: "true"}}, 400, "stream", "must be false"},
		{"stream in Python's words", []field{prompt, photo, {key: "stream", data: "True"}}, 400, "stream", "must be false"},
		{"stream as a number", []field{prompt, photo, {key: "stream", data: "1"}}, 400, "stream", "must be false"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := dialecttest.NewServer()
			w := sendForm(t, s, tt.fields...)
			complains(t, w, tt.code, tt.param, tt.says)
			if s.Last != nil {
				t.Error("it was decoded")
			}
		})
	}
}

// complains checks an error in the OpenAI form.
func complains(t *testing.T, w *httptest.ResponseRecorder, code int, param, says string) {
	t.Helper()
	var body struct {
		Error struct {
			Message string
			Param   *string
		}
	}
	if err := json.Unmarshal(w.Body.Bytes(), &body); err != nil {
		t.Fatalf("%v: %s", err, w.Body)
	}
	got := ""
	if body.Error.Param != nil {
		got = *body.Error.Param
	}
	if w.Code != code || got != param || !strings.Contains(body.Error.Message, says) {
		t.Errorf("status %d, param %q: %s\nwant %d, %q, %q", w.Code, got, body.Error.Message, code, param, says)
	}
}

func TestBrokenForms(t *testing.T) {
	const kind = "multipart/form-data; boundary=xx"
	part := "--xx\r\nContent-Disposition: form-data; name=\"image\"; filename=\"a\"\r\n"
	for _, tt := range []struct{ name, kind, body string }{
		{"no boundary", "multipart/form-data", "--xx--"},
		{"no form", "text/plain", "hello"},
		{"a form by another name", "text/plain; boundary=xx", "--xx\r\nContent-Disposition: form-data; name=\"prompt\"\r\n\r\na\r\n" + part + "\r\n\x89PNG\r\n\x1a\nrest\r\n--xx--"},
		{"empty", kind, ""},
		{"another boundary", kind, "--yy\r\n\r\nx\r\n--yy--"},
		{"cut", kind, part + "\r\nhalf"},
		{"a header without end", kind, part + strings.Repeat("X: y\r\n", 20_000)},
		{"a huge header", kind, part + "X: " + strings.Repeat("y", 11<<20) + "\r\n\r\nz\r\n--xx--"},
		{"nested", kind, part + "Content-Type: multipart/mixed; boundary=zz\r\n\r\n--zz\r\n\r\nx\r\n--zz--\r\n--xx--"},
		{"base64", kind, part + "Content-Transfer-Encoding: base64\r\n\r\niVBORw0KGgpyZXN0\r\n--xx--"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := dialecttest.NewServer()
			if w := s.Send("/v1/images/edits", tt.kind, tt.body); w.Code != http.StatusBadRequest || s.Last != nil {
				t.Errorf("status %d: %s", w.Code, w.Body)
			}
		})
	}
}

// TestBrokenFormSays: a form that breaks off is named as such, and a client that
// left is no error of its form.
func TestBrokenFormSays(t *testing.T) {
	gone, leave := context.WithCancel(t.Context())
	leave()
	for _, tt := range []struct {
		ctx  context.Context
		want chat.Kind
		says string
	}{{t.Context(), chat.BadRequest, "the form is broken"}, {gone, chat.Canceled, "the client left"}} {
		r := httptest.NewRequest(http.MethodPost, "/v1/images/edits", strings.NewReader("--xx\r\nContent-Disposition: form-data; name=\"prompt\"\r\n\r\nhalf"))
		r.Header.Set("Content-Type", "multipart/form-data; boundary=xx")
		_, err := openai.Dialect.Decode(r.WithContext(tt.ctx), func(string) string { return "" })
		if dialecttest.KindOf(err) != tt.want || !strings.HasPrefix(err.Error(), tt.says) {
			t.Errorf("got %v, want %q", err, tt.says)
		}
	}
}

func TestBadPictures(t *testing.T) {
	const head = `{"model":"gemini-2.5-flash-image","prompt":"a fox",`
	for _, tt := range []struct{ body, param, says string }{
		{head + `"n":0}`, "n", "1 to 10"},
		{head + `"n":11}`, "n", "1 to 10"},
		{head + `"n":1.5}`, "n", "whole"},
		{head + `"n":"x"}`, "n", "number"},
		{head + `"size":"big"}`, "size", "1024x1024"},
		{head + `"size":"0x0"}`, "size", "1024x1024"},
		{head + `"size":"1x4096"}`, "size", "1024x1024"},
		{head + `"size":"99999x99999"}`, "size", "1024x1024"},
		{head + `"size":"1:99"}`, "size", "ratio"},
		{head + `"size":"a:b"}`, "size", "ratio"},
		{head + `"size":1024}`, "size", "string"},
		{head + `"quality":"superb"}`, "quality", "standard"},
		{head + `"style":"wild"}`, "style", "vivid"},
		{head + `"stream":true}`, "stream", "must be false"},
		{head + `"stream":1}`, "stream", "must be false"},
		{head + `"stream":"yes"}`, "stream", "must be false"},
		{head + `"n":[]}`, "n", "number"},
		{head + `"response_format":"png"}`, "response_format", "b64_json or url"},
		{`{"model":"gemini-2.5-flash-image"}`, "prompt", "must say"},
		{`{"model":"gemini-2.5-flash-image","prompt":" "}`, "prompt", "must say"},
		{`{"model":"gemini-2.5-flash-image","prompt":["a"]}`, "prompt", "string"},
		{`{"model":"../x","prompt":"a"}`, "model", "no model"},
	} {
		s := dialecttest.NewServer()
		w := s.Send("/v1/images/generations", "application/json", tt.body)
		code := http.StatusBadRequest
		if tt.param == "model" {
			code = http.StatusNotFound
		}
		complains(t, w, code, tt.param, tt.says)
	}
	w := dialecttest.NewServer().Send("/v1/images/edits", "application/json", `{"prompt":"a","images":[{"image_url":"data:application/pdf;base64,JVBERi0xLjQ="}]}`)
	complains(t, w, http.StatusBadRequest, "images[0].image_url", "no picture")
}

// TestSizesInHeaders reads the forms of a header that tell a picture's size.
func TestSizesInHeaders(t *testing.T) {
	webp := func(form string, tail ...byte) string {
		return "RIFF\x00\x00\x00\x00WEBP" + form + "\x00\x00\x00\x00" + string(tail) + strings.Repeat("\x00", 16)
	}
	for _, tt := range []struct {
		name, data string
		ok         bool
	}{
		{"a small PNG", bomb(100, 100), true},
		{"a large PNG", bomb(100_000, 100_000), false},
		{"a PNG whose sides overflow", bomb(1<<32-1, 1<<32-1), false},
		{"a PNG with a wrong checksum", bomb(100_000, 100_000)[:29] + "1234", false},
		{"a large GIF", "GIF89a\xff\xff\xff\xff\x00\x00\x00", false},
		{"a small GIF", "GIF89a\x0a\x00\x0a\x00\x00\x00\x00", true},
		{"a small WebP", webp("VP8X", 0, 0, 0, 0, 99, 0, 0, 99, 0, 0), true},
		{"a large WebP", webp("VP8X", 0, 0, 0, 0, 255, 255, 0, 255, 255, 0), false},
		{"a large lossless WebP", webp("VP8L", 0x2f, 255, 255, 255, 15), false},
		{"a large lossy WebP", webp("VP8 ", 0, 0, 0, 0x9d, 1, 0x2a, 255, 63, 255, 63), false},
	} {
		w := sendForm(t, dialecttest.NewServer(), prompt, field{key: "image", file: "x", mime: "image/*", data: tt.data})
		if (w.Code == http.StatusOK) != tt.ok {
			t.Errorf("%s: status %d %s", tt.name, w.Code, w.Body)
		}
	}
}

// readJSON decodes an answer.
func readJSON(t *testing.T, w *httptest.ResponseRecorder) (v map[string]any) {
	t.Helper()
	if err := json.Unmarshal(w.Body.Bytes(), &v); err != nil {
		t.Fatalf("%v: %s", err, w.Body)
	}
	return v
}
