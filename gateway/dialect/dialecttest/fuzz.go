package dialecttest

import (
	"errors"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/rogpeppe/go-internal/txtar"

	"github.com/geminid/geminid/chat"
	"github.com/geminid/geminid/gateway/dialect"
)

// FuzzDecode fuzzes the decoder of a dialect, beginning with the scripts in
// testdata: no request makes it panic or blame the server, and a decoded one
// keeps the promises of chat.Request.
func FuzzDecode(f *testing.F, d dialect.Dialect) {
	scripts, err := filepath.Glob(filepath.Join("testdata", "*.txt"))
	if err != nil || len(scripts) == 0 {
		f.Fatal("no scripts to start from", err)
	}
	decoded := false
	for _, file := range scripts {
		text, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		r := ParseRequest(f, txtar.Parse(text).Files[0].Data)
		body, err := io.ReadAll(r.Body)
		if err != nil {
			f.Fatal(err)
		}
		call, err := decodePost(d, r.URL.Path, r.URL.RawQuery, string(body))
		decoded = decoded || err == nil && call.Chat != nil
		f.Add(r.URL.Path, r.URL.RawQuery, string(body))
	}
	if !decoded {
		f.Fatal("no script is a question that the dialect can decode")
	}
	f.Fuzz(func(t *testing.T, path, query, body string) {
		call, err := decodePost(d, path, query, body)
		if err != nil {
			var failure *chat.Error
			if !errors.As(err, &failure) || dialect.StatusCode(failure.Kind) >= 500 || failure.Message == "" {
				t.Fatalf("%T %+v", err, err)
			}
			status, body := d.EncodeError(failure, "id")
			if text := BodyText(t, body); !utf8.ValidString(text) || status < 400 {
				t.Fatal(status, text)
			}
			return
		}
		if call.Records = make(Records); call.Recall != nil && call.Recall() != nil {
			return
		}
		CheckCall(t, d, call)
	})
}

// decodePost decodes a POST. The part of the path behind "/models" is that of a
// wildcard, for dialects that mount one there.
func decodePost(d dialect.Dialect, path, query, body string) (*dialect.Call, error) {
	r := &http.Request{
		Method: http.MethodPost, Header: make(http.Header), URL: &url.URL{Path: path, RawQuery: query},
		Body: io.NopCloser(strings.NewReader(body)), ContentLength: int64(len(body)),
	}
	_, below, _ := strings.Cut(path, "/models")
	return d.Decode(r, func(string) string { return below })
}

// CheckCall checks that a decoded call keeps the promises of chat.Request, and
// that it can be answered.
func CheckCall(t *testing.T, d dialect.Dialect, call *dialect.Call) {
	req := call.Chat
	if req == nil || !chat.IsModelName(call.Model) && (call.Model != "" || call.Pictures == nil) || req.Model != call.Model || req.Stream != (call.Op == dialect.Stream) {
		t.Fatalf("%+v %+v", call, req)
	}
	files := 0
	for _, turn := range req.Turns {
		if (turn.Role == chat.ToolRole) != (turn.Result != nil) || len(turn.Calls) > 0 && turn.Role != chat.Agent || len(turn.Parts)+len(turn.Calls) == 0 {
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
	if call.Op != dialect.CountTokens && (len(req.Turns) == 0 || req.Turns[len(req.Turns)-1].Role == chat.Agent) {
		t.Fatal("the last turn is the model's")
	}
	if chat.EstimateTokens(req) < 1 || !utf8.ValidString(chat.FormatPrompt(req)) {
		t.Fatal("no prompt can be made of it")
	}
	BodyText(t, d.EncodeAnswer(call, chat.Answer{Text: "a"}))
	BodyText(t, d.EncodeTokens(call))
}
