package simulator_test

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"mime/multipart"
	"net/http"
	"net/textproto"
	"strings"
	"testing"
	"time"

	"github.com/geminid/geminid/upstream/simulator"
)

// uploadForm sends a file by the multipart form and returns its reference.
func (b *browser) uploadForm(name, kind string, data []byte) replyJSON {
	b.t.Helper()
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	part, _ := w.CreatePart(textproto.MIMEHeader{"Content-Disposition": {fmt.Sprintf(`form-data; name="file"; filename=%q`, name)}, "Content-Type": {kind}})
	part.Write(data)
	w.Close()
	r, _ := http.NewRequestWithContext(b.t.Context(), http.MethodPost, "https://content-push.googleapis.com/upload", &body)
	r.Header = http.Header{"Content-Type": {w.FormDataContentType()}, "Push-Id": {"feeds/mcudyrk2a4khkz"}, "X-Tenant-Id": {"bard-storage"}}
	return b.do(r)
}

func (b *browser) uploadStep(link, command string, offset int, data []byte, extra http.Header) replyJSON {
	b.t.Helper()
	r, _ := http.NewRequestWithContext(b.t.Context(), http.MethodPost, link, bytes.NewReader(data))
	r.Header = http.Header{"X-Goog-Upload-Command": {command}, "X-Goog-Upload-Offset": {fmt.Sprint(offset)}}
	for k, v := range extra {
		r.Header[http.CanonicalHeaderKey(k)] = v
	}
	return b.do(r)
}

func (b *browser) startUpload(name, kind string, n int) (link string, first replyJSON) {
	b.t.Helper()
	first = b.uploadStep("https://push.clients6.google.com/upload/", "start", 0, []byte("File name: "+name), http.Header{
		"X-Goog-Upload-Protocol": {"resumable"}, "X-Goog-Upload-Header-Content-Length": {fmt.Sprint(n)},
		"X-Goog-Upload-Header-Content-Type": {kind}, "Push-Id": {"feeds/x"}, "X-Tenant-Id": {"bard-storage"}})
	return first.header.Get("X-Goog-Upload-Url"), first
}

func solidPNG(w, h int, c color.Color) []byte {
	img := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			img.Set(x, y, c)
		}
	}
	var b bytes.Buffer
	png.Encode(&b, img)
	return b.Bytes()
}

// TestTypesOfUploads: formats that hold sound as well as films go under both
// names, and nothing else under the name of another kind.
func TestTypesOfUploads(t *testing.T) {
	t.Parallel()
	_, b := signedIn(t, simulator.Config{}, simulator.SessionConfig{})
	ogg, mp4 := "OggS\x00\x02", "\x00\x00\x00\x14ftypmp42\x00\x00\x00\x00isom"
	for _, tt := range []struct {
		kind, data string
		seen       bool
	}{
		{"audio/ogg", ogg, true}, {"video/ogg", ogg, true}, {"application/ogg", ogg, true}, {"image/png", ogg, false},
		{"audio/mp4", mp4, true}, {"audio/m4a", mp4, true}, {"video/mp4", mp4, true}, {"image/heic", mp4, false},
		{"audio/webm", "\x1a\x45\xdf\xa3", true}, {"audio/flac", "fLaC\x00\x00", true},
		{"application/octet-stream", "%PDF-1.4", false}, {"application/pdf", "plain words", false},
	} {
		ref := b.uploadForm("a.bin", tt.kind, []byte(tt.data)).body
		text := readJSON(t, b.generate(ask{prompt: "look", files: []any{[]any{[]any{ref}, "a.bin"}}}).body).text()
		if strings.Contains(text, "I can see a.bin: "+tt.kind) != tt.seen {
			t.Errorf("%s of %q: %s", tt.kind, tt.data, text)
		}
	}
}

func TestUploadedFilesAreSeen(t *testing.T) {
	clk := newClock()
	_, b := signedIn(t, simulator.Config{Now: clk.now}, simulator.SessionConfig{})
	text, pic := []byte("plain words"), solidPNG(9, 9, color.White)
	refs := []string{b.uploadForm("notes.txt", "text/plain", text).body, b.uploadForm("pic.png", "image/png", pic).body}
	if !strings.HasPrefix(refs[0], "/contrib_service/ttl_1d/") || refs[0] == refs[1] {
		t.Fatalf("references = %q", refs)
	}
	files := []any{[]any{[]any{refs[0]}, "notes.txt"}, []any{[]any{refs[1], 1, nil, "image/png"}, "pic.png", nil, nil, nil, nil, nil, nil, []any{0}}}
	a := readJSON(t, b.generate(ask{prompt: "look", files: files}).body)
	for _, want := range []string{
		fmt.Sprintf("notes.txt: text/plain, 11 bytes, sha256 %x", sha256.Sum256(text)),
		fmt.Sprintf("pic.png: image/png, a picture, %d bytes", len(pic)),
	} {
		if !strings.Contains(a.text(), want) {
			t.Errorf("answer %q lacks %q", a.text(), want)
		}
	}
	if a := readJSON(t, b.generate(ask{prompt: "", files: files}).body); !a.done {
		t.Error("files without words were refused")
	}
	clk.advance(24 * time.Hour)
	if a := readJSON(t, b.generate(ask{prompt: "look", files: files}).body); a.code != 1003 {
		t.Errorf("a day later: code %d, want 1003", a.code)
	}
	if a := readJSON(t, b.generate(ask{prompt: "look", files: []any{[]any{[]any{"/contrib_service/ttl_1d/made-up"}, "x"}}}).body); a.code != 1003 {
		t.Errorf("a reference made up: code %d, want 1003", a.code)
	}
}

func TestWrongMIMETypeHidesTheContent(t *testing.T) {
	_, b := signedIn(t, simulator.Config{}, simulator.SessionConfig{})
	ref := b.uploadForm("pic.png", "text/plain", solidPNG(9, 9, color.White)).body
	a := readJSON(t, b.generate(ask{prompt: "look", files: []any{[]any{[]any{ref}, "pic.png"}}}).body)
	if !strings.Contains(a.text(), "I don't seem to have access to that content") {
		t.Errorf("answer = %q", a.text())
	}
}

func TestUploadRefusals(t *testing.T) {
	s, b := signedIn(t, simulator.Config{}, simulator.SessionConfig{})
	send := func(header http.Header, body string) int {
		r, _ := http.NewRequest(http.MethodPost, "https://content-push.googleapis.com/upload", strings.NewReader(body))
		r.Header = header
		return b.do(r).status
	}
	good := http.Header{"Push-Id": {"feeds/x"}, "X-Tenant-Id": {"bard-storage"}, "Content-Type": {"multipart/form-data; boundary=B"}}
	without := func(name string) http.Header { h := good.Clone(); h.Del(name); return h }
	for name, got := range map[string]int{
		"no Push-ID":  send(without("Push-Id"), ""),
		"no tenant":   send(without("X-Tenant-Id"), ""),
		"no boundary": send(without("Content-Type"), ""),
		"no part":     send(good, "--B--\r\n"),
		"other part":  send(good, "--B\r\nContent-Disposition: form-data; name=\"x\"\r\n\r\n1\r\n--B--\r\n"),
	} {
		if got != 400 {
			t.Errorf("%s: %d, want 400", name, got)
		}
	}
	s.SetFault(simulator.Fault{Kind: simulator.Status, Code: 500, Operations: []simulator.Operation{simulator.OpUpload}})
	if got := b.uploadForm("a", "text/plain", nil); got.status != 500 {
		t.Errorf("fault: %d", got.status)
	}
}

func TestResumableUpload(t *testing.T) {
	_, b := signedIn(t, simulator.Config{}, simulator.SessionConfig{})
	data := bytes.Repeat([]byte("0123456789abcdef"), 40<<10) // 640 KiB
	link, first := b.startUpload("big.txt", "text/plain", len(data))
	if first.header.Get("X-Goog-Upload-Status") != "active" || first.header.Get("X-Goog-Upload-Chunk-Granularity") != "262144" || !strings.HasPrefix(link, "https://push.clients6.google.com/upload/?upload_id=") {
		t.Fatalf("start: %v", first.header)
	}
	if got := b.uploadStep(link, "upload", 0, data[:1000], nil); got.status != 400 {
		t.Errorf("a chunk that is no multiple of the granularity: %d", got.status)
	}
	if got := b.uploadStep(link, "upload", 0, data[:262144], nil); got.status != 200 || got.header.Get("X-Goog-Upload-Status") != "active" {
		t.Errorf("first chunk: %d", got.status)
	}
	if got := b.uploadStep(link, "query", 0, nil, nil); got.header.Get("X-Goog-Upload-Size-Received") != "262144" {
		t.Errorf("query: %v", got.header)
	}
	if got := b.uploadStep(link, "upload, finalize", 5, data[262144:], nil); got.status != 400 {
		t.Errorf("wrong offset: %d", got.status)
	}
	last := b.uploadStep(link, "upload, finalize", 262144, data[262144:], nil)
	if last.header.Get("X-Goog-Upload-Status") != "final" {
		t.Fatalf("finalize: %d %v", last.status, last.header)
	}
	a := readJSON(t, b.generate(ask{prompt: "look", files: []any{[]any{[]any{last.body}, "big.txt"}}}).body)
	if want := fmt.Sprintf("%d bytes, sha256 %x", len(data), sha256.Sum256(data)); !strings.Contains(a.text(), want) {
		t.Errorf("answer %q lacks %q", a.text(), want)
	}
	if got := b.uploadStep(link, "query", 0, nil, nil); got.status != 404 {
		t.Errorf("a finished upload: %d, want 404", got.status)
	}
	link, _ = b.startUpload("x", "", 10)
	if got := b.uploadStep(link, "upload, finalize", 0, []byte("short"), nil); got.status != 400 {
		t.Errorf("too few bytes: %d", got.status)
	}
	if got := b.uploadStep(link, "cancel", 0, nil, nil); got.header.Get("X-Goog-Upload-Status") != "cancelled" {
		t.Errorf("cancel: %v", got.header)
	}
	if _, first := b.startUpload("x", "", -1); first.status != 400 {
		t.Errorf("negative length: %d", first.status)
	}
}
