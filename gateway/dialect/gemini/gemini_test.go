package gemini_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/geminid/geminid/chat"
	"github.com/geminid/geminid/gateway/dialect/dialecttest"
	"github.com/geminid/geminid/gateway/dialect/gemini"
)

// TestClaims: below /v1, which OpenAI has too, a verb or a key decides.
func TestClaims(t *testing.T) {
	key := http.Header{"X-Goog-Api-Key": {"k"}}
	for _, test := range []struct {
		line   string
		header http.Header
		want   bool
	}{
		{"GET /gemini", nil, true}, {"GET /geminis", nil, false}, {"GET /v1beta/models", nil, true}, {"POST /v1alpha/models/x:y", nil, true},
		{"POST /upload/v1beta/files", nil, true}, {"POST /upload/v1/files", nil, true}, {"POST /upload/files", key, false},
		{"GET /v1/models", nil, false}, {"GET /v1/models", key, true}, {"GET /v1/models?key=k", nil, true}, {"GET /v1/models?user=k", nil, false},
		{"GET /v1/models", http.Header{"X-Goog-Api-Client": {"c"}}, true}, {"GET /v1", key, false},
		{"POST /v1/models/m:generateContent", nil, true}, {"GET /v1/models/m:generateContent", nil, false}, {"POST /v1/models/m", nil, false},
		{"POST /v1/models/m", key, true}, {"GET /v1/files", key, true}, {"GET /v1/files", nil, false}, {"GET /v1/tunedModels/x", key, true},
		{"GET /v1/tunedModels/x", nil, false}, {"GET /v1/embeddings", key, false}, {"POST /v1/chat/completions", key, false}, {"GET /openai/v1/models", key, false},
	} {
		method, target, _ := strings.Cut(test.line, " ")
		r := httptest.NewRequest(method, target, nil)
		r.Header = test.header
		if got := gemini.Dialect.Claims(r); got != test.want {
			t.Errorf("%s %v: %t", test.line, test.header, got)
		}
	}
}

// TestTargets: the forms that models/M:verb may have.
func TestTargets(t *testing.T) {
	for target, want := range map[string]chat.Kind{ // Internal for none
		"/m:generateContent": chat.Internal, "/m%3AgenerateContent": chat.Internal, "/models/m:generateContent/": chat.Internal,
		"/m%ZZ:generateContent": chat.UnknownModel, "/:generateContent": chat.UnknownModel, "/m": chat.MethodNotAllowed,
		"/m:embedContent": chat.Unsupported, "/m:none": chat.UnknownPath, "/m:": chat.UnknownPath,
	} {
		r := httptest.NewRequest(http.MethodPost, "/v1beta/models", strings.NewReader(`{"contents":[`+gUser+`]}`))
		call, err := gemini.Dialect.Decode(r, func(string) string { return target })
		if want == chat.Internal {
			if err != nil || call.Model != "m" {
				t.Errorf("%s: %+v, %v", target, call, err)
			}
		} else if dialecttest.KindOf(err) != want {
			t.Errorf("%s: kind %d, %v", target, dialecttest.KindOf(err), err)
		}
	}
}

// TestEditInputs: an edit has a picture or a link to one, and at most 64.
func TestEditInputs(t *testing.T) {
	const png = `{"mimeType":"image/png","data":"iVBORw0KGgpyZXN0"}`
	images := func(n int) string { return strings.TrimSuffix(strings.Repeat(png+",", n), ",") }
	for body, ok := range map[string]bool{
		`{"contents":[{"parts":[{"inlineData":` + png + `},{"text":"a"}]}]}`:                                         true,
		`{"contents":[{"parts":[{"fileData":{"fileUri":"https://host/a.png"}},{"text":"a"}]}]}`:                      true,
		`{"contents":[{"parts":[{"inlineData":{"mimeType":"application/pdf","data":"JVBERi0xLjQ"}},{"text":"a"}]}]}`: false,
		`{"contents":[` + gUser + `]}`:                                     false,
		`{"prompt":"a","image":` + png + `,"images":[` + images(63) + `]}`: true,
		`{"prompt":"a","image":` + png + `,"images":[` + images(64) + `]}`: false,
	} {
		r := httptest.NewRequest(http.MethodPost, "/v1beta/models", strings.NewReader(body))
		_, err := gemini.Dialect.Decode(r, func(string) string { return "/m:editImage" })
		if (err == nil) != ok || err != nil && dialecttest.KindOf(err) != chat.BadRequest {
			t.Errorf("%.90s: %v", body, err)
		}
	}
}
