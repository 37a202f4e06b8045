package main

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/geminid/geminid/internal/provenance"
)

// TestForeignAnswers: what a proxy, a portal or another program answers is not taken
// for the server's answer, and no redirect is followed with the key.
func TestForeignAnswers(t *testing.T) {
	for _, tt := range []struct {
		name   string
		status int
		own    bool
		body   string
		code   int
		says   string
	}{
		{"a proxy's 404", 404, false, "", exitUnavailable, "a web server before geminid keeps this path inside"},
		{"another API's 404", 404, false, `{"error":{"message":"no such route"}}`, exitUnavailable, "a web server before geminid keeps this path inside"},
		{"a proxy's 401", 401, false, "<html>", exitUnavailable, "wants a name and a password of its own"},
		{"a proxy's 403", 403, false, "<html>", exitUnavailable, "something before geminid refuses the request"},
		{"a gateway", 502, false, "<html>", exitUnavailable, "geminid behind it does not answer"},
		{"a login page", 302, false, "", exitUnavailable, "the answer is a redirect to "},
		{"a portal", 200, false, "<html>", exitUnavailable, "the answer is not geminid's"},
		{"nothing", 200, false, "", exitUnavailable, "the answer is not geminid's"},
		{"cut off", 200, true, `{"accounts":[`, exitTemporary, "was cut off on its way"},
		{"the server's 403", 403, true, `{"error":{"message":"this needs the admin key"}}`, exitNoPerm, "this needs the admin key"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var paths []string
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				paths = append(paths, r.URL.Path)
				if tt.own {
					provenance.MarkOwn(w.Header())
				}
				w.Header().Set("Location", "/login")
				w.WriteHeader(tt.status)
				_, _ = w.Write([]byte(tt.body))
			}))
			defer server.Close()
			r, err := (&remoteFlags{Server: server.URL, Key: "gmd_key"}).openRemote()
			if err != nil {
				t.Fatal(err)
			}
			var out struct{ Accounts []string }
			_, _, err = r.callJSON(t.Context(), http.MethodGet, "/api/cookies", nil, &out)
			coded, ok := errors.AsType[*exitError](err)
			if !ok || coded.code != tt.code || !strings.Contains(err.Error(), tt.says) {
				t.Errorf("got %v, want exit code %d and %q", err, tt.code, tt.says)
			}
			if len(paths) != 1 {
				t.Errorf("it asked for %q", paths)
			}
		})
	}
}
