package auth

import (
	"net/http"
	"strings"
)

// PresentedKeys returns the keys that a request carries: as a bearer token, as
// x-goog-api-key, x-api-key or api-key, or as ?key=. Clients send theirs in different
// places, and some in two at once.
func PresentedKeys(r *http.Request) []string {
	var keys []string
	add := func(key string) {
		if key != "" {
			keys = append(keys, key)
		}
	}
	add(BearerKey(r))
	add(r.Header.Get("X-Goog-Api-Key"))
	add(r.Header.Get("X-Api-Key"))
	add(r.Header.Get("Api-Key"))
	if strings.Contains(r.URL.RawQuery, "key=") {
		add(r.URL.Query().Get("key"))
	}
	return keys
}

// BearerKey returns the bearer token of a request, empty if there is none.
func BearerKey(r *http.Request) string {
	scheme, key, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return ""
	}
	return strings.TrimSpace(key)
}
