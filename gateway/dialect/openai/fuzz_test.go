package openai_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/geminid/geminid/chat"
	"github.com/geminid/geminid/gateway/dialect"
	"github.com/geminid/geminid/gateway/dialect/dialecttest"
	"github.com/geminid/geminid/gateway/dialect/openai"
)

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
			dialecttest.CheckCall(t, openai.Dialect, call)
		case !errors.As(err, &failure) || dialect.StatusCode(failure.Kind) >= 500 || failure.Message == "":
			t.Fatalf("%T %+v", err, err)
		}
	})
}
