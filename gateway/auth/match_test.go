package auth_test

import (
	"net/http"
	"net/http/httptest"
	"slices"
	"testing"

	"github.com/geminid/geminid/gateway/auth"
)

func TestDigest(t *testing.T) {
	if !auth.DigestOf("key").MatchesKey("key") || auth.DigestOf("key").MatchesKey("other") {
		t.Error("a digest matches its own key only")
	}
	var zero auth.Digest
	if zero.MatchesKey("") || zero.MatchesKey("key") {
		t.Error("the zero digest matches a key")
	}
}

func TestMatchKeys(t *testing.T) {
	keys := auth.StaticKeys(
		auth.Key{Name: "one", Role: auth.RoleAPI, Digest: auth.DigestOf("api-1")},
		auth.Key{Name: "two", Role: auth.RoleAPI, Digest: auth.DigestOf("api-2")},
		auth.Key{Name: "boss", Role: auth.RoleAdmin, Digest: auth.DigestOf("admin")},
	)
	for _, c := range []struct {
		name      string
		presented []string
		want      auth.Match
	}{
		{"none", nil, auth.Match{}},
		{"api", []string{"api-2"}, auth.Match{Role: auth.RoleAPI, Key: auth.DigestOf("api-2")}},
		{"admin", []string{"admin"}, auth.Match{Role: auth.RoleAdmin, Key: auth.DigestOf("admin")}},
		{"wrong", []string{"wrong"}, auth.Match{Stray: true}},
		{"best role, first key", []string{"api-1", "admin"}, auth.Match{Role: auth.RoleAdmin, Key: auth.DigestOf("api-1")}},
		{"best role, other order", []string{"admin", "api-1"}, auth.Match{Role: auth.RoleAdmin, Key: auth.DigestOf("admin")}},
		{"with a stray", []string{"wrong", "api-1"}, auth.Match{Role: auth.RoleAPI, Key: auth.DigestOf("api-1"), Stray: true}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := keys.MatchKeys(c.presented); got != c.want {
				t.Errorf("got %+v, want %+v", got, c.want)
			}
		})
	}
	if !keys.HasRole(auth.RoleAdmin) || keys.HasRole(auth.RoleMetrics) {
		t.Error("HasRole: want admin and not metrics")
	}
	if keys.IsKeyless() || !auth.StaticKeys().IsKeyless() {
		t.Error("keyless is the server without any key, and only that")
	}
}

func TestPresentedKeys(t *testing.T) {
	r := httptest.NewRequest(http.MethodGet, "/v1/models?key=in-query&other=1", nil)
	r.Header.Set("Authorization", "bearer  token ")
	r.Header.Set("X-Goog-Api-Key", "goog")
	r.Header.Set("X-Api-Key", "x")
	if got, want := auth.PresentedKeys(r), []string{"token", "goog", "x", "in-query"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	r = httptest.NewRequest(http.MethodGet, "/v1/models?key=", nil)
	r.Header.Set("Authorization", "Basic dXNlcjpwYXNz")
	if got := auth.PresentedKeys(r); len(got) != 0 {
		t.Errorf("got %q, want none", got)
	}
}
