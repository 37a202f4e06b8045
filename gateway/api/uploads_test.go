package api_test

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/geminid/geminid/chat"
	"github.com/geminid/geminid/gateway/api"
	"github.com/geminid/geminid/gateway/uploads"
)

const uploadPath = "/upload/v1beta/files"

// uploading is a rig that takes uploads, and the folder where it keeps them.
func uploading(t *testing.T, options ...option) (*rig, string) {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "uploads")
	store, err := uploads.Open(uploads.Config{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	return newRig(t, append([]option{func(c *api.Config) { c.Uploads = store }}, options...)...), dir
}

// kept is a file as it is described.
type kept struct {
	Name, DisplayName, MIMEType, SizeBytes, URI, State, SHA256Hash, CreateTime, ExpirationTime string
}

// startUpload starts an upload and returns the path for its bytes.
func startUpload(t *testing.T, g *rig, key, body string, header map[string]string) string {
	t.Helper()
	all := map[string]string{"X-Goog-Upload-Protocol": "resumable", "X-Goog-Upload-Command": "start"}
	for name, value := range header {
		all[name] = value
	}
	w := g.do(call{method: http.MethodPost, path: uploadPath, key: key, body: body, header: all})
	address := w.Header().Get("X-Goog-Upload-Url")
	path, ok := strings.CutPrefix(address, "http://127.0.0.1:8100")
	if w.Code != http.StatusOK || !ok || w.Header().Get("X-Goog-Upload-Status") != "active" {
		t.Fatalf("status %d, address %q: %s", w.Code, address, w.Body)
	}
	return path
}

// sendBytes sends bytes to an upload, without a key.
func sendBytes(g *rig, path, command, offset, body string) *httptest.ResponseRecorder {
	return g.do(call{method: http.MethodPost, path: path, body: body, header: map[string]string{"X-Goog-Upload-Command": command, "X-Goog-Upload-Offset": offset}})
}

// describedFile reads the file of an answer.
func describedFile(t *testing.T, w *httptest.ResponseRecorder) kept {
	t.Helper()
	var body struct{ File kept }
	if err := json.Unmarshal(w.Body.Bytes(), &body); err != nil || w.Code != http.StatusOK || body.File.Name == "" {
		t.Fatalf("status %d: %s", w.Code, w.Body)
	}
	return body.File
}

// uploadWhole uploads a file in one piece.
func uploadWhole(t *testing.T, g *rig, key, mime, data string) kept {
	t.Helper()
	path := startUpload(t, g, key, "", map[string]string{"X-Goog-Upload-Header-Content-Type": mime, "X-Goog-Upload-Header-Content-Length": strconv.Itoa(len(data))})
	return describedFile(t, sendBytes(g, path, "upload, finalize", "0", data))
}

// TestUploadInPieces: a file comes in pieces, with a break, and is described in full.
func TestUploadInPieces(t *testing.T) {
	g, _ := uploading(t)
	// The body is written as Google's examples for curl do.
	path := startUpload(t, g, apiKey, `{'file': {'display_name': 'notes', 'name': 'files/my-notes'}}`, map[string]string{"X-Goog-Upload-Header-Content-Type": "text/plain"})
	for _, step := range []struct{ command, offset, body, status, received string }{
		{"upload", "0", "hello ", "active", ""},
		{"query", "", "", "active", "6"},
		{"upload", "3", "p ", "active", ""},
		{"query", "", "", "active", "5"},
		{"upload, finalize", "5", "world", "final", ""},
	} {
		w := sendBytes(g, path, step.command, step.offset, step.body)
		if w.Code != http.StatusOK || w.Header().Get("X-Goog-Upload-Status") != step.status || w.Header().Get("X-Goog-Upload-Size-Received") != step.received {
			t.Fatalf("%+v: status %d, %v, %s", step, w.Code, w.Header(), w.Body)
		}
	}
	w := g.do(call{path: "/v1beta/files/my-notes", key: apiKey})
	var f kept
	if err := json.Unmarshal(w.Body.Bytes(), &f); err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256([]byte("help world"))
	if f.Name != "files/my-notes" || f.DisplayName != "notes" || f.MIMEType != "text/plain" || f.SizeBytes != "10" || f.State != "ACTIVE" ||
		f.URI != "http://127.0.0.1:8100/gemini/v1beta/files/my-notes" || f.SHA256Hash != base64.StdEncoding.EncodeToString(sum[:]) {
		t.Errorf("%+v", f)
	}
	if w := g.do(call{method: http.MethodDelete, path: "/gemini/v1/files/my-notes", key: apiKey}); w.Code != http.StatusOK || strings.TrimSpace(w.Body.String()) != "{}" {
		t.Errorf("DELETE: %d %s", w.Code, w.Body)
	}
	if w := g.do(call{path: "/v1beta/files/my-notes", key: apiKey}); w.Code != http.StatusNotFound || !strings.Contains(w.Body.String(), `"status":"NOT_FOUND"`) {
		t.Errorf("after DELETE: %d %s", w.Code, w.Body)
	}
}

// TestUploadAtOnce: metadata and bytes in one body, and bytes alone.
func TestUploadAtOnce(t *testing.T) {
	g, _ := uploading(t)
	parts := "--b\r\nContent-Type: application/json\r\n\r\n{\"file\":{\"displayName\":\"d\"}}\r\n--b\r\nContent-Type: text/csv\r\n\r\na,b\r\n--b--\r\n"
	for _, header := range []map[string]string{
		{"Content-Type": "multipart/related; boundary=b", "X-Goog-Upload-Protocol": "multipart"},
		{"Content-Type": "multipart/related; boundary=b"},
	} {
		f := describedFile(t, g.do(call{method: http.MethodPost, path: uploadPath + "?uploadType=multipart", key: apiKey, body: parts, header: header}))
		if f.DisplayName != "d" || f.MIMEType != "text/csv" || f.SizeBytes != "3" {
			t.Errorf("%v: %+v", header, f)
		}
	}
	raw := map[string]string{"Content-Type": "text/plain", "X-Goog-Upload-Protocol": "raw", "X-Goog-Upload-File-Name": "../a\tb.txt"}
	if f := describedFile(t, g.do(call{method: http.MethodPost, path: uploadPath, key: apiKey, body: "hi", header: raw})); f.DisplayName != "ab.txt" || f.SizeBytes != "2" {
		t.Errorf("%+v", f)
	}
}

// TestUploadRefusals: each is in Google's format, and names what to do.
func TestUploadRefusals(t *testing.T) {
	g, dir := uploading(t)
	path := startUpload(t, g, apiKey, "{}", map[string]string{"X-Goog-Upload-Header-Content-Length": "4"})
	resumable := func(header map[string]string) map[string]string {
		header["X-Goog-Upload-Protocol"] = "resumable"
		return header
	}
	tests := []struct {
		name string
		call call
		want int
		says string
	}{
		{"no key", call{method: http.MethodPost, path: uploadPath, header: resumable(map[string]string{})}, 401, "no valid API key"},
		{"a wrong ID", call{method: http.MethodPost, path: uploadPath + "?upload_id=x", body: "x"}, 404, "there is no such file"},
		{"a list without a key", call{path: "/v1beta/files"}, 401, "no valid API key"},
		{"no protocol", call{method: http.MethodPost, path: uploadPath, key: apiKey, body: "x"}, 400, "resumable"},
		{"no command", call{method: http.MethodPost, path: path, body: "abcd"}, 400, "must be upload, finalize"},
		{"no number", call{method: http.MethodPost, path: path, body: "abcd", header: map[string]string{"X-Goog-Upload-Command": "upload", "X-Goog-Upload-Offset": "x"}}, 400, "X-Goog-Upload-Offset"},
		{"a gap", call{method: http.MethodPost, path: path, body: "abcd", header: map[string]string{"X-Goog-Upload-Command": "upload", "X-Goog-Upload-Offset": "2"}}, 400, "offset"},
		{"too few", call{method: http.MethodPost, path: path, body: "ab", header: map[string]string{"X-Goog-Upload-Command": "upload, finalize"}}, 400, "announced"},
		{"too large", call{method: http.MethodPost, path: uploadPath, key: apiKey, header: resumable(map[string]string{"X-Goog-Upload-Header-Content-Length": "99999999"})}, 413, "larger"},
		{"no JSON", call{method: http.MethodPost, path: uploadPath, key: apiKey, body: `{"file":`, header: resumable(map[string]string{})}, 400, "JSON"},
		{"a wrong type", call{method: http.MethodPost, path: uploadPath, key: apiKey, body: `{"file":{"name":1}}`, header: resumable(map[string]string{})}, 400, "file.name"},
		{"a bad name", call{method: http.MethodPost, path: uploadPath, key: apiKey, body: `{"file":{"name":"files/A"}}`, header: resumable(map[string]string{})}, 400, "the name of a file"},
		{"a broken body", call{method: http.MethodPost, path: uploadPath, key: apiKey, body: "--b\r\n\r\n{}", header: map[string]string{"Content-Type": "multipart/related; boundary=b"}}, 400, ""},
		{"a bad page", call{path: "/v1beta/files?pageSize=x", key: apiKey}, 400, "pageSize"},
		{"a bad token", call{path: "/v1beta/files?pageToken=x", key: apiKey}, 400, "pageToken"},
		{"a download", call{path: "/v1beta/files/x:download?alt=media", key: apiKey}, 404, "cannot be downloaded"},
		{"what is no file", call{method: http.MethodDelete, path: "/v1beta/files/..", key: apiKey}, 404, "there is no such file"},
		{"another version", call{path: "/v1/files", header: map[string]string{"X-Goog-Api-Key": apiKey}}, 404, "v1beta"},
	}
	for _, tt := range tests {
		w := g.do(tt.call)
		if w.Code != tt.want || !strings.Contains(w.Body.String(), tt.says) || !strings.Contains(w.Body.String(), `"status":"`) {
			t.Errorf("%s: status %d, want %d and %q: %s", tt.name, w.Code, tt.want, tt.says, w.Body)
		}
	}
	if w := sendBytes(g, path, "cancel", "", ""); w.Code != http.StatusOK || w.Header().Get("X-Goog-Upload-Status") != "cancelled" {
		t.Errorf("cancel: %d %v", w.Code, w.Header())
	}
	if found, err := os.ReadDir(dir); err != nil || len(found) != 0 {
		t.Errorf("%v is left, %v", found, err)
	}
	g = newRig(t)
	if w := g.do(call{method: http.MethodPost, path: uploadPath, key: apiKey, header: resumable(map[string]string{})}); w.Code != http.StatusNotFound || !strings.Contains(w.Body.String(), "inlineData") {
		t.Errorf("without a store: %d %s", w.Code, w.Body)
	}
}

// TestUploadsOfAKey: one key sees nothing of another's, and pages through its own.
func TestUploadsOfAKey(t *testing.T) {
	g, _ := uploading(t)
	want := make(map[string]bool)
	for range 5 {
		want[uploadWhole(t, g, apiKey, "text/plain", "mine").Name] = true
	}
	other := uploadWhole(t, g, adminKey, "text/plain", "another's")
	for token, pages := "", 0; pages < 9; pages++ {
		w := g.do(call{path: "/v1beta/files?pageSize=2&pageToken=" + token, key: apiKey})
		var page struct {
			Files         []kept
			NextPageToken string
		}
		if err := json.Unmarshal(w.Body.Bytes(), &page); err != nil || len(page.Files) > 2 {
			t.Fatalf("%v: %s", err, w.Body)
		}
		for _, f := range page.Files {
			if !want[f.Name] {
				t.Errorf("%s comes twice, or is not mine", f.Name)
			}
			delete(want, f.Name)
		}
		if token = page.NextPageToken; token == "" {
			break
		}
	}
	if len(want) > 0 {
		t.Errorf("%v did not come", want)
	}
	for _, method := range []string{http.MethodGet, http.MethodDelete} {
		if w := g.do(call{method: method, path: "/v1beta/" + other.Name, key: apiKey}); w.Code != http.StatusNotFound {
			t.Errorf("%s of another's: %d", method, w.Code)
		}
	}
	w := g.do(gemini("generateContent", `{"contents":[{"parts":[{"text":"x"},{"fileData":{"fileUri":"`+other.URI+`"}}]}]}`).with(func(c *call) { c.key = apiKey }))
	if w.Code != http.StatusBadRequest || !strings.Contains(w.Body.String(), "contents[0].parts[1].fileData.fileUri leads to a file that is not kept") {
		t.Errorf("a question about another's: %d %s", w.Code, w.Body)
	}
}

// TestUploadInQuestion: the bytes go up with the question, under their name, in every
// format.
func TestUploadInQuestion(t *testing.T) {
	g, _ := uploading(t)
	var asked []*chat.Request
	g.actor.plays(recorded(&asked, answerPicture))
	path := startUpload(t, g, apiKey, `{"file":{"displayName":"a.png"}}`, nil)
	data := string(large(1))
	f := describedFile(t, sendBytes(g, path, "upload, finalize", "0", data))
	if f.MIMEType != "image/png" {
		t.Errorf("its type is %s", f.MIMEType)
	}
	for name, naming := range namings {
		asked = nil
		if w := g.do(naming([]string{f.URI, strings.Replace(f.URI, "/gemini/", "/", 1)}).with(func(c *call) { c.key = apiKey })); w.Code != http.StatusOK {
			t.Fatalf("%s: status %d: %.300s", name, w.Code, w.Body)
		}
		if n := len(chat.UniqueFiles(asked[0])); n != 1 {
			t.Errorf("%s: %d files go up", name, n)
		}
		checkParts(t, asked[0], 2, 1<<20)
	}
	if log := g.log.String(); strings.Contains(log, "a.png") || strings.Contains(log, strings.TrimPrefix(f.Name, "files/")) || strings.Contains(log, "upload_id") {
		t.Errorf("the log holds names: %s", log)
	}
}

// TestUploadOnFullDisk: the client gets an error that says so.
func TestUploadOnFullDisk(t *testing.T) {
	g, dir := uploading(t)
	path := startUpload(t, g, apiKey, "{}", nil)
	if err := os.RemoveAll(dir); err != nil {
		t.Fatal(err)
	}
	if w := sendBytes(g, path, "upload, finalize", "0", "x"); w.Code != http.StatusServiceUnavailable || !strings.Contains(w.Body.String(), "disk") || strings.Contains(w.Body.String(), dir) {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}
