package dialect_test

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/geminid/geminid/chat"
	"github.com/geminid/geminid/gateway/dialect"
	"github.com/geminid/geminid/gateway/dialect/dialecttest"
	"github.com/geminid/geminid/gateway/dialect/gemini"
	"github.com/geminid/geminid/gateway/dialect/openai"
	"github.com/geminid/geminid/gateway/dialect/registry"
)

const (
	gUser = `{"parts":[{"text":"a"}]}`
	oUser = `{"role":"user","content":"a"}`

	geminiLine = "/gemini/v1beta/models/m:generateContent"
	openaiLine = "/v1/chat/completions"
)

// decode hands body to a dialect's chat operation.
func decode(d dialect.Dialect, body io.Reader) (*dialect.Call, error) {
	target, param := openaiLine, ""
	if d.Name == "gemini" {
		target, param = geminiLine, "/m:generateContent"
	}
	return d.Decode(httptest.NewRequest(http.MethodPost, target, body), func(string) string { return param })
}

func repeat(piece string, n int) string { return strings.TrimSuffix(strings.Repeat(piece+",", n), ",") }

// TestLimits: one below the limit passes, one above is told in words.
func TestLimits(t *testing.T) {
	dot := base64.StdEncoding.EncodeToString([]byte("GIF89a"))
	gFile := `{"inlineData":{"mimeType":"image/gif","data":"` + dot + `"}}`
	oFile := `{"type":"image_url","image_url":{"url":"data:image/gif;base64,` + dot + `"}}`
	geminiBody := func(contents string) string { return `{"contents":[` + contents + `]}` }
	openaiBody := func(messages string) string { return `{"model":"m","messages":[` + messages + `]}` }
	file := func(size int) string { return base64.StdEncoding.EncodeToString(make([]byte, size)) }
	nest := func(n int) string {
		return `{"model":"m","messages":[` + oUser + `],"contents":[` + gUser + `],"x":` + strings.Repeat("[", n) + strings.Repeat("]", n) + `}`
	}
	// quote is a string in front of the brackets: quotes and backslashes in it must
	// neither hide brackets nor count as such.
	quote := func(text, nested string) string { return strings.Replace(nested, "{", `{"y":"`+text+`",`, 1) }
	tests := []struct {
		name string
		d    dialect.Dialect
		body func(over int) string
		want chat.Kind
	}{
		{"gemini turns", gemini.Dialect, func(over int) string { return geminiBody(repeat(gUser, 4096+over)) }, chat.BadRequest},
		{"openai messages", openai.Dialect, func(over int) string { return openaiBody(repeat(oUser, 4096+over)) }, chat.BadRequest},
		{"gemini parts", gemini.Dialect, func(over int) string { return geminiBody(`{"parts":[` + repeat(`{"text":"a"}`, 4096+over) + `]}`) }, chat.BadRequest},
		{"openai parts", openai.Dialect, func(over int) string {
			return openaiBody(`{"role":"user","content":[` + repeat(`{"type":"text","text":"a"}`, 4096+over) + `]}`)
		}, chat.BadRequest},
		{"gemini parts of all turns", gemini.Dialect, func(over int) string {
			return geminiBody(repeat(`{"parts":[`+repeat(`{"text":"a"}`, 4096)+`]}`, 4) + strings.Repeat(","+gUser, over))
		}, chat.BadRequest},
		{"openai parts of all turns", openai.Dialect, func(over int) string {
			said := `"content":[` + repeat(`{"type":"text","text":"a"}`, 4096) + `]}`
			return openaiBody(repeat(`{"role":"system",`+said, 2) + "," + repeat(`{"role":"user",`+said, 2) + strings.Repeat(","+oUser, over))
		}, chat.BadRequest},
		{"gemini files", gemini.Dialect, func(over int) string {
			return geminiBody(repeat(`{"parts":[`+gFile+`]}`, 63) + `,{"parts":[` + repeat(gFile, 1+over) + `]}`)
		}, chat.BadRequest},
		{"openai files", openai.Dialect, func(over int) string {
			return openaiBody(`{"role":"user","content":[` + repeat(oFile, 64+over) + `]}`)
		}, chat.BadRequest},
		{"files inside of a text", openai.Dialect, func(over int) string {
			return openaiBody(`{"role":"user","content":"` + strings.Repeat(`a data:image/gif;base64,`+base64.StdEncoding.EncodeToString(append([]byte("GIF89a"), make([]byte, 60)...))+` `, 64+over) + `"}`)
		}, chat.BadRequest},
		{"gemini file size", gemini.Dialect, func(over int) string {
			return geminiBody(`{"parts":[{"inlineData":{"mimeType":"a/b","data":"` + file(20<<20+over) + `"}}]}`)
		}, chat.TooLarge},
		{"openai file size", openai.Dialect, func(over int) string {
			return openaiBody(`{"role":"user","content":[{"type":"file","file":{"file_data":"data:a/b;base64,` + file(20<<20+over) + `"}}]}`)
		}, chat.TooLarge},
		{"gemini far too big a file", gemini.Dialect, func(over int) string {
			return geminiBody(`{"parts":[{"inlineData":{"mimeType":"a/b","data":"` + file(over*25<<20+1) + `"}}]}`)
		}, chat.TooLarge},
		{"gemini depth", gemini.Dialect, func(over int) string { return nest(63 + over) }, chat.BadRequest},
		{"openai depth", openai.Dialect, func(over int) string { return nest(63 + over) }, chat.BadRequest},
		{"depth behind an escaped quote", openai.Dialect, func(over int) string { return quote(`\"`, nest(63+over)) }, chat.BadRequest},
		{"depth behind an escaped backslash", openai.Dialect, func(over int) string { return quote(`\\`, nest(63+over)) }, chat.BadRequest},
		{"depth behind brackets in a string", openai.Dialect, func(over int) string { return quote(`\"[[[{{{`, nest(63+over)) }, chat.BadRequest},
		{"depth behind closing brackets in a string", openai.Dialect, func(over int) string { return quote(`\"]]]}}}`, nest(63+over)) }, chat.BadRequest},
		{"depth behind closed brackets", openai.Dialect, func(over int) string {
			return strings.Replace(nest(63+over), "{", `{"y":[[{}]],`, 1)
		}, chat.BadRequest},
		{"gemini fields", gemini.Dialect, func(over int) string { return strings.TrimSuffix(geminiBody(gUser), "}") + fields(1023+over) }, chat.BadRequest},
		{"openai fields", openai.Dialect, func(over int) string { return strings.TrimSuffix(openaiBody(oUser), "}") + fields(1022+over) }, chat.BadRequest},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if _, err := decode(test.d, strings.NewReader(test.body(0))); err != nil {
				t.Fatalf("at the limit: %v", err)
			}
			_, err := decode(test.d, strings.NewReader(test.body(1)))
			if kind := dialecttest.KindOf(err); kind != test.want {
				t.Fatalf("over the limit: kind %d, %v", kind, err)
			}
		})
	}
}

// fields are n fields nobody knows, and the end of the object.
func fields(n int) string {
	var b strings.Builder
	for i := range n {
		b.WriteString(`,"x` + strings.Repeat("i", i) + `":1`)
	}
	return b.String() + "}"
}

// TestBodies: everything that can be wrong with a body before it is JSON.
func TestBodies(t *testing.T) {
	valid := `{"model":"m","input":"a","messages":[{"role":"user","content":"a"}],"contents":[{"parts":[{"text":"a"}]}]}`
	gone, leave := context.WithCancel(t.Context())
	leave()
	tests := []struct {
		name   string
		body   io.Reader
		change func(*http.Request) *http.Request
		want   chat.Kind // Internal for none
	}{
		{"valid", strings.NewReader(valid), nil, chat.Internal},
		{"byte order mark", strings.NewReader("\ufeff" + valid), nil, chat.Internal},
		{"identity", strings.NewReader(valid), coding("identity"), chat.Internal},
		{"no Content-Length", io.MultiReader(strings.NewReader(valid)), nil, chat.Internal},
		{"gzip", strings.NewReader(valid), coding("gzip"), chat.MediaType},
		{"brotli", strings.NewReader(valid), coding("br"), chat.MediaType},
		{"white space", strings.NewReader(" \n"), nil, chat.BadRequest},
		{"null", strings.NewReader("null"), nil, chat.BadRequest},
		{"string", strings.NewReader(`"a"`), nil, chat.BadRequest},
		{"trailing bytes", strings.NewReader(valid + "x"), nil, chat.BadRequest},
		{"UTF-16", strings.NewReader("\xff\xfe{\x00}\x00"), nil, chat.BadRequest},
		{"cut connection", io.MultiReader(strings.NewReader(valid[:20]), failing{io.ErrUnexpectedEOF}), nil, chat.BadRequest},
		{"client left", failing{io.ErrClosedPipe}, func(r *http.Request) *http.Request { return r.WithContext(gone) }, chat.Canceled},
		{"too long", http.MaxBytesReader(httptest.NewRecorder(), io.NopCloser(strings.NewReader(valid)), 10), nil, chat.TooLarge},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			text, failure := io.ReadAll(test.body)
			for _, d := range registry.All {
				r := httptest.NewRequest(http.MethodPost, questionPath(d), io.MultiReader(strings.NewReader(string(text)), failing{failure}))
				r.ContentLength = -1
				if test.change != nil {
					r = test.change(r)
				}
				_, err := d.Decode(r, func(string) string { return "/m:generateContent" })
				if test.want == chat.Internal {
					if err != nil {
						t.Errorf("%s: %v", d.Name, err)
					}
					continue
				}
				if kind := dialecttest.KindOf(err); kind != test.want {
					t.Errorf("%s: kind %d, want %d: %v", d.Name, kind, test.want, err)
				}
			}
		})
	}
}

// questionPath is the path of a question in a dialect.
func questionPath(d dialect.Dialect) string {
	for _, m := range d.Mounts {
		if m.Op == dialect.Generate {
			return strings.Replace(m.Pattern, "*call", "m:generateContent", 1)
		}
	}
	return ""
}

func coding(name string) func(*http.Request) *http.Request {
	return func(r *http.Request) *http.Request {
		r.Header.Set("Content-Encoding", name)
		return r
	}
}

// failing is a reader that ends with err, or plainly when there is none.
type failing struct{ err error }

func (f failing) Read([]byte) (int, error) {
	if f.err != nil {
		return 0, f.err
	}
	return 0, io.EOF
}

// TestWordsBesideAFile: a Gemini part with both loses neither.
func TestWordsBesideAFile(t *testing.T) {
	call, err := decode(gemini.Dialect, strings.NewReader(`{"contents":[{"parts":[{"inlineData":{"mimeType":"application/pdf","data":"JVBERi0xLjQ"},"text":"What is it?"},{"text":"musing","thought":true,"inlineData":{"data":"JVBERi0xLjQ"}}]}]}`))
	if err != nil {
		t.Fatal(err)
	}
	parts := call.Chat.Turns[0].Parts
	if len(parts) != 3 || parts[0].Text != "What is it?" || parts[1].Blob == nil || parts[2].Blob == nil || parts[1].Blob.MIME != "application/pdf" {
		t.Errorf("got %d parts: %+v", len(parts), parts)
	}
}

// TestFileTypes: files go by their bytes where these tell, else by what was told.
func TestFileTypes(t *testing.T) {
	heic := "\x00\x00\x00\x18ftypheic\x00\x00\x00\x00"
	tests := []struct {
		name, told, bytes, want string // want is empty when refused
	}{
		{"right", "image/gif", "GIF89a", "image/gif"},
		{"mixed up", "image/png", "\xff\xd8\xff\xe0", "image/jpeg"},
		{"not told", "", "RIFF\x00\x00\x00\x00WEBPVP8 ", "image/webp"},
		{"told as bytes", "application/octet-stream", "\x89PNG\r\n\x1a\n", "image/png"},
		{"with a parameter", "IMAGE/GIF; q=1", "GIF89a", "image/gif"},
		{"heic", "image/heic", heic, "image/heic"},
		{"heic told as another picture", "image/jpeg", heic, "image/heic"},
		{"pdf", "application/pdf", "%PDF-1.4", "application/pdf"},
		{"pdf told as bytes", "application/octet-stream", "%PDF-1.4", "application/pdf"},
		{"pdf told as picture", "image/png", "%PDF-1.4", ""},
		{"picture told as pdf", "application/pdf", "\x89PNG\r\n\x1a\n", ""},
		{"text told as pdf", "application/pdf", "plain words", ""},
		{"film told as picture", "image/png", "\x00\x00\x00\x18ftypisom\x00\x00\x00\x00", ""},
		{"music told as bytes", "application/octet-stream", "\xff\xfb\x90\x00", "audio/mpeg"},
		{"text not told", "", "plain words", "text/plain"},
		{"nonsense told", "a\r\nb", "plain words", "text/plain"},
		{"svg", "image/svg+xml", "<svg/>", ""},
		{"no picture", "image/png", "plain words", ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			told, _ := json.Marshal(test.told)
			body := `{"contents":[{"parts":[{"inlineData":{"mimeType":` + string(told) + `,"data":"` + base64.RawURLEncoding.EncodeToString([]byte(test.bytes)) + `"}}]}]}`
			call, err := decode(gemini.Dialect, strings.NewReader(body))
			if test.want == "" {
				if dialecttest.KindOf(err) != chat.BadRequest {
					t.Fatalf("not refused: %v", err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			blob := call.Chat.Turns[0].Parts[0].Blob
			if blob.MIME != test.want || string(blob.Data) != test.bytes {
				t.Errorf("got %q %q, want %q %q", blob.MIME, blob.Data, test.want, test.bytes)
			}
		})
	}
}
