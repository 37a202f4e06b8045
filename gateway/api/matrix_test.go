package api_test

import (
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/geminid/geminid/gateway/api"
	"github.com/geminid/geminid/gateway/auth"
	"github.com/geminid/geminid/gateway/dialect/registry"
)

// access says who may use a route.
type access uint8

const (
	everybody access = iota
	scrapers         // programs on this machine and the admin key as a bearer token
	clients          // any key
	admins           // the admin key
)

// guardedRoute is a route of the router's tables with a request that would succeed.
type guardedRoute struct {
	method, path string
	access       access
}

// guardedRoutes are all routes of the router. A new one counts as one for admins
// unless it belongs to a dialect or is named here.
func guardedRoutes() (routes []guardedRoute) {
	fill := strings.NewReplacer(":account", "main", ":file", "none.png", "*call", flash+":generateContent", ":model", flash)
	named := map[string]access{
		"/": everybody, "/health": everybody, "/readyz": everybody, "/livez": everybody, "/files/:file": everybody,
		"/metrics": scrapers, "/api/cookies/status": clients,
		"/gemini/upload/v1beta/files": clients, "/gemini/v1beta/files": clients, "/gemini/v1beta/files/:file": clients,
	}
	for _, own := range api.OwnRoutes() {
		who, ok := named[own[1]]
		if !ok {
			who = admins
		}
		routes = append(routes, guardedRoute{own[0], fill.Replace(own[1]), who})
		if own[0] == http.MethodGet {
			routes = append(routes, guardedRoute{http.MethodHead, fill.Replace(own[1]), who})
		}
	}
	seen := make(map[guardedRoute]bool)
	for _, d := range registry.All {
		for _, m := range d.Mounts {
			for _, method := range []string{m.Method, http.MethodHead} {
				route := guardedRoute{method, fill.Replace(m.Pattern), clients}
				if method == m.Method || m.Method == http.MethodGet {
					if !seen[route] {
						seen[route] = true
						routes = append(routes, route)
					}
				}
			}
		}
	}
	return routes
}

// keyPlaces are where a client may put a key. valid says whether it is looked for there.
var keyPlaces = []struct {
	name  string
	valid bool
	put   func(r *http.Request, key string)
}{
	{"bearer", true, func(r *http.Request, key string) { r.Header.Set("Authorization", "Bearer "+key) }},
	{"x-goog-api-key", true, func(r *http.Request, key string) { r.Header.Set("X-Goog-Api-Key", key) }},
	{"x-api-key", true, func(r *http.Request, key string) { r.Header.Set("X-Api-Key", key) }},
	{"query", true, func(r *http.Request, key string) { r.URL.RawQuery = url.Values{"key": {key}}.Encode() }},
	{"basic", false, func(r *http.Request, key string) {
		r.Header.Set("Authorization", "Basic "+base64.StdEncoding.EncodeToString([]byte(key+":"+key)))
	}},
	{"raw", false, func(r *http.Request, key string) { r.Header.Set("Authorization", key) }},
	{"cookie", false, func(r *http.Request, key string) { r.Header.Set("Cookie", "key="+key+"; token="+key) }},
	{"api-key", true, func(r *http.Request, key string) { r.Header.Set("Api-Key", key) }},
	{"another header", false, func(r *http.Request, key string) { r.Header.Set("X-Key", key) }},
	{"another parameter", false, func(r *http.Request, key string) { r.URL.RawQuery = url.Values{"api_key": {key}}.Encode() }},
}

// origins are where requests come from.
var origins = []struct {
	name     string
	loopback bool // the listener
	near     bool // a program on this machine that reaches the server directly
	from     func(r *http.Request, n int)
}{
	{"this machine", true, true, func(r *http.Request, n int) { r.RemoteAddr = netip.AddrPortFrom(addrOf(127, n), 4000).String() }},
	{"a proxy", true, false, func(r *http.Request, n int) {
		r.Host = "ai.example"
		r.Header.Set("X-Forwarded-For", addrOf(203, n).String())
	}},
	{"the internet", false, false, func(r *http.Request, n int) {
		r.Host, r.RemoteAddr = "ai.example", netip.AddrPortFrom(addrOf(203, n), 4000).String()
	}},
}

// addrOf returns another address for each n, so that no limit on guesses gets in the way.
func addrOf(network byte, n int) netip.Addr {
	return netip.AddrFrom4([4]byte{network, byte(n >> 14), byte(n >> 7 & 0x7f), byte(n&0x7f) + 1})
}

// anyQuestion is a question in the words of every route that takes one.
const anyQuestion = `{"model":"` + flash + `","messages":[{"role":"user","content":"hi"}],"contents":[{"parts":[{"text":"hi"}]}],"input":"hi","prompt":"hi"}`

// TestEveryRouteWithEveryKey asks every route with every key in every place, from
// everywhere, whatever became of the key file: nobody gets in who was not let in.
func TestEveryRouteWithEveryKey(t *testing.T) {
	const former = "sk-former"
	writeKeys := func(content string) func(*testing.T, string, *auth.Keys) {
		return func(t *testing.T, path string, keys *auth.Keys) {
			rewrite(t, path, content)
			_ = keys.ReloadFile()
		}
	}
	replace := func(instead func(path string) error) func(*testing.T, string, *auth.Keys) {
		return func(t *testing.T, path string, keys *auth.Keys) {
			if err := errors.Join(os.Remove(path), instead(path)); err != nil {
				t.Fatal(err)
			}
			_ = keys.ReloadFile()
		}
	}
	both := map[string]auth.Role{apiKey: auth.RoleAPI, adminKey: auth.RoleAdmin}
	for _, state := range []struct {
		name    string
		keyless bool
		spoil   func(t *testing.T, path string, keys *auth.Keys) // nil: no key was ever made
		valid   map[string]auth.Role
	}{
		{"none ever", true, nil, nil},
		{"two keys", false, func(*testing.T, string, *auth.Keys) {}, both},
		{"the last one revoked", false, func(t *testing.T, _ string, keys *auth.Keys) {
			if err := errors.Join(keys.RevokeKey("client"), keys.RevokeKey("boss")); err != nil {
				t.Fatal(err)
			}
		}, nil},
		{"an empty file", false, writeKeys(""), nil},
		{"only an admin key", false, writeKeys(line("boss", "admin", adminKey)), map[string]auth.Role{adminKey: auth.RoleAdmin}},
		{"a missing file", false, replace(func(string) error { return nil }), both},
		{"an unreadable file", false, replace(func(path string) error { return os.Symlink("/proc/self/mem", path) }), both},
	} {
		t.Run(state.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { // wrong keys cost a moment
				path := filepath.Join(t.TempDir(), "keys")
				keys, err := openMarked(path)
				if err == nil && state.spoil != nil {
					_, err = keys.AdoptKey("client", apiKey, false)
					if _, adopted := keys.AdoptKey("boss", adminKey, true); err == nil {
						err = adopted
					}
					if _, adopted := keys.AdoptKey("former", former, false); err == nil {
						err = errors.Join(adopted, keys.RevokeKey("former"))
					}
				}
				if err != nil {
					t.Fatal(err)
				}
				tried, passed := tryEveryRequest(t, keys, func() {
					if state.spoil != nil {
						state.spoil(t, path, keys)
					}
				}, state.keyless, state.valid, "", "sk-wrong", former, apiKey, adminKey)
				t.Logf("%d requests, %d answered", tried, passed)
				if passed == 0 {
					t.Error("no request at all was answered")
				}
			})
		})
	}
}

// tryEveryRequest asks with each of the keys. Only a request that the keys let in may
// succeed, and no other reason than the key may refuse it.
func tryEveryRequest(t *testing.T, keys *auth.Keys, spoil func(), keyless bool, valid map[string]auth.Role, try ...string) (tried, passed int) {
	rigs := make(map[bool]*rig) // by whether it listens on loopback
	for _, loopback := range []bool{true, false} {
		rigs[loopback] = newRig(t, func(c *api.Config) { c.Keys = keys }, with(func(s *api.Settings) {
			s.Loopback, s.AllowedHosts = loopback, []string{"ai.example"}
		}))
	}
	spoil()
	for _, origin := range origins {
		for _, route := range guardedRoutes() {
			for _, key := range try {
				for _, place := range keyPlaces {
					if key == "" && place.name != "bearer" {
						continue // no key is in no place
					}
					tried++
					g := rigs[origin.loopback]
					body := ""
					if route.method == http.MethodPost || route.method == http.MethodPut {
						body = anyQuestion
					}
					r := g.request(call{method: route.method, path: route.path, body: body})
					if key != "" {
						place.put(r, key)
					}
					origin.from(r, tried)
					role := auth.Role("")
					if place.valid {
						role = valid[key]
					}
					near := origin.near && origin.loopback
					allowed := map[access]bool{
						everybody: true,
						scrapers:  near || role == auth.RoleAdmin && place.name == "bearer",
						clients:   role != "" || keyless && near,
						admins:    role == auth.RoleAdmin,
					}[route.access]
					w, _ := g.serve(g.api.Handler(), r)
					what := fmt.Sprintf("%s %s with %q as %s from %s: status %d", route.method, route.path, key, place.name, origin.name, w.Code)
					switch success := w.Code < 300; {
					case success && !allowed:
						t.Error(what)
					case success:
						passed++
					case allowed && (w.Code == http.StatusUnauthorized || w.Code == http.StatusMisdirectedRequest):
						t.Errorf("%s: %s", what, w.Body)
					}
				}
			}
		}
	}
	return tried, passed
}
