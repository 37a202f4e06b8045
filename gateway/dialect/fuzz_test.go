package dialect_test

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/rogpeppe/go-internal/txtar"

	"github.com/geminid/geminid/chat"
	"github.com/geminid/geminid/gateway/dialect"
	"github.com/geminid/geminid/gateway/dialect/gemini"
	"github.com/geminid/geminid/gateway/dialect/openai"
)

func FuzzDecodeGemini(f *testing.F) {
	f.Add("/models/m:countTokens", "", `{"contents":[]}`)
	f.Add("/%ZZ:generateContent", "alt=sse", `{`)
	fuzzDecode(f, gemini.Dialect)
}

func FuzzDecodeOpenAI(f *testing.F) { fuzzDecode(f, openai.Dialect) }

var validName = regexp.MustCompile(`^[A-Za-z0-9._-]{1,128}$`)

// fuzzDecode: no body makes a dialect panic or blame the server, and what is
// understood keeps the promises of chat.Request.
func fuzzDecode(f *testing.F, d dialect.Dialect) {
	scripts, err := filepath.Glob(filepath.Join(d.Name, "testdata", "*.txt"))
	if err != nil || len(scripts) == 0 {
		f.Fatal("no scripts to start from", err)
	}
	for _, file := range scripts {
		text, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		r := parseRequest(f, txtar.Parse(text).Files[0].Data)
		_, target, found := strings.Cut(r.URL.Path, "/models")
		if !found {
			target = r.URL.Path
		}
		body, err := io.ReadAll(r.Body)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(target, r.URL.RawQuery, string(body))
	}
	f.Fuzz(func(t *testing.T, target, query, body string) {
		r := &http.Request{
			Method: http.MethodPost, Header: make(http.Header), URL: &url.URL{Path: "/x" + target, RawQuery: query},
			Body: io.NopCloser(strings.NewReader(body)), ContentLength: int64(len(body)),
		}
		call, err := d.Decode(r, func(string) string { return target })
		if err != nil {
			var failure *chat.Error
			if !errors.As(err, &failure) || dialect.StatusCode(failure.Kind) >= 500 || failure.Message == "" {
				t.Fatalf("%T %+v", err, err)
			}
			if text := bodyText(t, d.EncodeError(failure)); !utf8.ValidString(text) {
				t.Fatal(text)
			}
			return
		}
		checkCall(t, d, call)
	})
}

func checkCall(t *testing.T, d dialect.Dialect, call *dialect.Call) {
	req := call.Chat
	if req == nil || !validName.MatchString(call.Model) && (call.Model != "" || call.Pictures == nil) || req.Model != call.Model || req.Stream != (call.Op == dialect.Stream) {
		t.Fatalf("%+v %+v", call, req)
	}
	files := 0
	for _, turn := range req.Turns {
		if (turn.Role != chat.User && turn.Role != chat.Agent) || len(turn.Parts) == 0 {
			t.Fatalf("turn %+v", turn)
		}
		for _, part := range turn.Parts {
			if (part.Text == "") == (part.Blob == nil) || !utf8.ValidString(part.Text) {
				t.Fatalf("part %+v", part)
			}
			if part.Blob != nil {
				files++
				if link := part.Blob.Link; link != nil {
					if !strings.HasPrefix(strings.ToLower(link.URL), "http") || part.Blob.Field == "" || part.Blob.Data != nil {
						t.Fatalf("link %+v", link)
					}
					continue
				}
				if len(part.Blob.Data) == 0 || part.Blob.MIME == "" || strings.ContainsAny(part.Blob.MIME+part.Blob.Name, "\r\n\x00") {
					t.Fatalf("blob %q %q", part.Blob.MIME, part.Blob.Name)
				}
			}
		}
	}
	if files > 64 {
		t.Fatalf("%d files", files)
	}
	if call.Op != dialect.CountTokens && (len(req.Turns) == 0 || req.Turns[len(req.Turns)-1].Role != chat.User) {
		t.Fatal("the last turn is not the user's")
	}
	if chat.EstimateTokens(req) < 1 || !utf8.ValidString(chat.FormatPrompt(req)) {
		t.Fatal("no prompt can be made of it")
	}
	bodyText(t, d.EncodeAnswer(call, chat.Answer{Text: "a"}))
	bodyText(t, d.EncodeTokens(call))
}

// FuzzForm reads any bytes as the form of an edit.
func FuzzForm(f *testing.F) {
	const head = "--xx\r\nContent-Disposition: form-data; name="
	for _, seed := range []string{
		"", "--xx--", head + "\"prompt\"\r\n\r\na\r\n" + head + "\"image[]\"; filename=\"../x\"\r\nContent-Type: image/png\r\n\r\n\x89PNG\r\n\x1a\nrest\r\n--xx--",
		head + "mask\r\n\r\n\r\n--xx--", head + "\"n\"\r\nContent-Transfer-Encoding: base64\r\n\r\nMQ==\r\n--xx--", "--xx\n\n\n--xx",
		head + "\"image\"; filename=\"a\"\r\n\r\nRIFF\x00\x00\x00\x00WEBPVP8X\x00\x00\x00\x00\x00\x00\x00\x00\xff\xff\xff\xff\xff\xff\r\n--xx--",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, body string) {
		r := httptest.NewRequest(http.MethodPost, "/v1/images/edits", strings.NewReader(body))
		r.Header.Set("Content-Type", "multipart/form-data; boundary=xx")
		call, err := openai.Dialect.Decode(r, func(string) string { return "" })
		var failure *chat.Error
		switch {
		case err == nil:
			checkCall(t, openai.Dialect, call)
		case !errors.As(err, &failure) || dialect.StatusCode(failure.Kind) >= 500 || failure.Message == "":
			t.Fatalf("%T %+v", err, err)
		}
	})
}
