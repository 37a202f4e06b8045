package dialect_test

import (
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/geminid/geminid/chat"
	"github.com/geminid/geminid/gateway/dialect"
	"github.com/geminid/geminid/gateway/dialect/openai"
)

// TestFreshCall: ids differ, have the form clients expect, and are made now.
func TestFreshCall(t *testing.T) {
	ids := make(map[string]bool)
	r := func() *http.Request {
		return httptest.NewRequest(http.MethodPost, "/v1/chat/completions", strings.NewReader(`{"model":"m","messages":[{"role":"user","content":"a"}]}`))
	}
	form := regexp.MustCompile(`^chatcmpl-[A-Za-z0-9]{20,}$`)
	for range 10 {
		before := time.Now()
		call, err := openai.Dialect.Decode(r(), func(string) string { return "" })
		if err != nil {
			t.Fatal(err)
		}
		if !form.MatchString(call.ID) || ids[call.ID] || call.Created.Before(before) || time.Now().Before(call.Created) {
			t.Errorf("id %q, created %v", call.ID, call.Created)
		}
		ids[call.ID] = true
	}
}

func TestServedID(t *testing.T) {
	for name, want := range map[string]string{
		"": "asked", "3.6 Flash": "gemini-3.6-flash", "2.5 Pro": "gemini-2.5-pro", "3.1 Flash-Lite": "gemini-3.1-flash-lite", "3 Pro Image": "gemini-3-pro-image",
		"Flash": "asked", "3.6 快速": "asked", "3.6": "asked", "3.6 Flash ": "asked", "3.6  Flash": "asked",
	} {
		if got := dialect.ServedID(chat.Served{ID: "abc", Name: name}, "asked"); got != want {
			t.Errorf("%q: %q, want %q", name, got, want)
		}
	}
}

func TestServedName(t *testing.T) {
	for want, served := range map[string]chat.Served{
		"":          {},
		"abc":       {ID: "abc"},
		"3.6 Flash": {ID: "abc", Name: "3.6 Flash"},
	} {
		if got := dialect.ServedName(served); got != want {
			t.Errorf("%+v: %q, want %q", served, got, want)
		}
	}
}
