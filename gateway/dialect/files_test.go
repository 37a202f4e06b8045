package dialect_test

import (
	"encoding/base64"
	"encoding/json"
	"strings"
	"testing"

	"github.com/geminid/geminid/chat"
	"github.com/geminid/geminid/gateway/dialect"
	"github.com/geminid/geminid/gateway/dialect/dialecttest"
)

// TestDecodeURL: the addresses that a file may have.
func TestDecodeURL(t *testing.T) {
	long := "https://host/" + strings.Repeat("a", 8<<10-len("https://host/"))
	for url, want := range map[string]string{
		"data:text/plain;base64,YQ==": "text/plain a", "DATA:text/plain;BASE64,YQ": "text/plain a", "data:;base64,YQ": "text/plain a",
		"data:text/plain;base64,YQ=\r\n": "text/plain a", "data:a/b;base64,-_-_": "a/b \xfb\xff\xbf", "data:a/b;base64,+/+/": "a/b \xfb\xff\xbf",
		"data:text/plain,a": "!of the form", "data:": "!of the form", "data:text/plain;base64": "!of the form", "data:a/b;base64,": "!holds no data", "data:a/b;base64,==": "!holds no data",
		"data:a/b;base64,%%": "!not valid base64", "http://host/a": "link", "HTTPS://host/a": "link", long: "link", long + "a": "!https address",
		"ftp://host": "!https address", "": "!https address", "http:/": "!https address",
	} {
		blob, err := dialect.DecodeURL(readField(t, `"`+strings.ReplaceAll(url, "\r\n", `\r\n`)+`"`))
		switch says, refused := strings.CutPrefix(want, "!"); {
		case refused:
			if dialecttest.KindOf(err) != chat.BadRequest || !strings.Contains(err.Error(), says) {
				t.Errorf("%.40s: %v", url, err)
			}
		case err != nil:
			t.Errorf("%.40s: %v", url, err)
		case want == "link":
			if blob.Link == nil || blob.Link.URL != url || blob.Field != "f" {
				t.Errorf("%.40s: %+v", url, blob)
			}
		case blob.MIME+" "+string(blob.Data) != want || blob.Link != nil || blob.Field != "f":
			t.Errorf("%.40s: %+v", url, blob)
		}
	}
	if _, err := dialect.DecodeURL(readField(t, "5")); dialecttest.KindOf(err) != chat.BadRequest {
		t.Errorf("a number: %v", err)
	}
}

// TestLineBreaks: base64 with line breaks may be as large a file as any.
func TestLineBreaks(t *testing.T) {
	line := base64.StdEncoding.EncodeToString([]byte(strings.Repeat("a", 57))) + `\r\n`
	o := readObject(t, `{"file":{"mime_type":"text/plain","data":"`+strings.Repeat(line, dialect.MaxFileBytes/57)+`"}}`, dialect.ExactNames)
	if files, err := dialect.ReadFileFields(o); err != nil || len(files) != 1 || len(files[0].Blob.Data) != dialect.MaxFileBytes/57*57 {
		t.Errorf("%v", err)
	}
}

func TestCleanFileName(t *testing.T) {
	for name, want := range map[string]string{
		"": "", ".": "", "..": "", "/": "", "a/..": "", "a.png": "a.png", `C:\x\y.txt`: "y.txt", "../../etc/passwd": "passwd", "a\r\n\x00b": "ab",
		strings.Repeat("世", 128): strings.Repeat("世", 128), "x" + strings.Repeat("世", 128): strings.Repeat("世", 128),
	} {
		if got := dialect.CleanFileName(name); got != want {
			t.Errorf("%q: %q, want %q", name, got, want)
		}
	}
}

func TestParseModelName(t *testing.T) {
	for name, want := range map[string]string{
		"m": "m", "models/m": "m", "models/models/m": "m", "gemini-2.5_x": "gemini-2.5_x", strings.Repeat("m", 128): strings.Repeat("m", 128),
		"": "!", "models/": "!", strings.Repeat("m", 129): "!", "a/b": "a/b", "models/a/b:c": "a/b:c", "a//b": "!", "a b": "a b", " a": "!", "ü": "!",
	} {
		got, err := dialect.ParseModelName(name)
		if want == "!" {
			if dialecttest.KindOf(err) != chat.UnknownModel {
				t.Errorf("%q: %q, %v", name, got, err)
			}
		} else if got != want || err != nil {
			t.Errorf("%q: %q, %v", name, got, err)
		}
	}
}

func TestIsUnder(t *testing.T) {
	for path, want := range map[string]bool{"/v1": true, "/v1/": true, "/v1/x": true, "/v1beta": false, "/v": false, "/x/v1": false} {
		if got := dialect.IsUnder(path, "/v1"); got != want {
			t.Errorf("%s: %t", path, got)
		}
	}
}

// TestFilledBody: contents take the places of unfilled fields, and empty ones do not.
func TestFilledBody(t *testing.T) {
	type item struct {
		Text string          `json:"text"`
		Data string          `json:"data"`
		Raw  json.RawMessage `json:"raw"`
	}
	items := []item{{"", dialect.Unfilled(), json.RawMessage(`{"data":""}`)}, {"b", dialect.Unfilled(), json.RawMessage(`1`)}}
	body := dialect.NewFilledBody(items,
		dialect.Content{{Text: "<\"\u2028"}, {File: []byte("abc")}, {Text: "!"}}, dialect.Content{{File: nil}})
	want := `[{"text":"","data":"<\"\u2028` + base64.StdEncoding.EncodeToString([]byte("abc")) + `!","raw":{"data":""}},{"text":"b","data":"","raw":1}]`
	if got := dialecttest.BodyText(t, body); got != want {
		t.Errorf("got %s\nwant %s", got, want)
	}
	for range 2 { // it can be written again
		dialecttest.BodyText(t, body)
	}
	defer func() {
		if recover() == nil {
			t.Error("a content without a place is lost")
		}
	}()
	dialect.NewFilledBody(items, dialect.Content{})
}
