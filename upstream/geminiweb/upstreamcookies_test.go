package geminiweb_test

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/geminid/geminid/cookie"
	"github.com/geminid/geminid/upstream/geminiweb"
	"github.com/geminid/geminid/upstream/simulator"
)

// newCookieWorld returns a world in which change may alter every answer of the
// upstream, or replace it. It is called with the Cookie header of the request.
func newCookieWorld(t *testing.T, change func(cookies string, resp *http.Response)) *world {
	t.Helper()
	var sim http.RoundTripper
	w := newWorld(t, simulator.SessionConfig{}, geminiweb.Config{Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
		resp, err := sim.RoundTrip(r)
		if err == nil {
			change(r.Header.Get("Cookie"), resp)
		}
		return resp, err
	})})
	sim = w.sim
	return w
}

// An upstream that sets new cookies with every answer fills no header beyond
// what any server takes.
func TestCookiesOfTheUpstreamAreBounded(t *testing.T) {
	t.Parallel()
	for name, size := range map[string]int{"many small ones": 4, "large ones": 3000, "too large ones": 5000} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				n, longest := 0, 0
				w := newCookieWorld(t, func(cookies string, resp *http.Response) {
					longest = max(longest, len(cookies))
					for range 100 {
						n++
						resp.Header.Add("Set-Cookie", fmt.Sprintf("new%d=%s; Domain=.google.com; Path=/", n, strings.Repeat("x", size)))
					}
				})
				set := w.set
				for range 6 {
					found := w.client.Probe(t.Context(), set)
					if found.Evidence != cookie.SignedIn {
						t.Fatalf("got %s, %s", found.Evidence, found.Detail)
					}
					if !found.Set.IsZero() {
						set = found.Set
					}
				}
				news := 0
				for _, n := range set.Extra() {
					if strings.HasPrefix(n.Name, "new") {
						news++
					}
				}
				if all := len(set.Extra()); all > 200 || size > 4096 && news > 0 || size <= 4096 && news == 0 {
					t.Errorf("%d cookies are kept, %d of them new", all, news)
				}
				if longest > 20<<10 {
					t.Errorf("a Cookie header of %d bytes", longest)
				}
			})
		})
	}
}

// A value that cannot be a session cookie does not replace the one that works.
func TestImplausibleRotationIsNotTaken(t *testing.T) {
	t.Parallel()
	for name, value := range map[string]string{
		"a page": strings.Repeat("x", 200_000), "a word": "deleted", "one byte too long": strings.Repeat("x", 4097),
		"blanks": "sidts-CjEB jiylAb cdefghijkl", "a comma": "sidts-CjEB,jiylAbcdefghijkl",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				w := newCookieWorld(t, func(_ string, resp *http.Response) {
					resp.Header.Set("Set-Cookie", cookie.NamePSIDTS+`="`+value+`"; Domain=.google.com; Path=/; Max-Age=31536000`)
				})
				found := w.client.Rotate(t.Context(), w.set)
				if found.Evidence != cookie.NoNewTS || found.Set.PSIDTS() != w.set.PSIDTS() {
					t.Errorf("got %s, %s and a value of %d bytes", found.Evidence, found.Detail, len(found.Set.PSIDTS().Reveal()))
				}
			})
		})
	}
}

// A cookie is sent until it expires, by the time that the upstream named.
func TestCookiesExpire(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var sent string
		first := true
		w := newCookieWorld(t, func(cookies string, resp *http.Response) {
			sent = cookies
			resp.Header.Set("Date", time.Now().UTC().Format(http.TimeFormat))
			if first {
				first = false
				resp.Header.Add("Set-Cookie", "short=1; Domain=.google.com; Max-Age=60")
				resp.Header.Add("Set-Cookie", "dated=1; Domain=.google.com; Expires="+time.Now().Add(time.Minute).UTC().Format(http.TimeFormat))
				resp.Header.Add("Set-Cookie", "long=1; Domain=.google.com; Max-Age=31536000")
				resp.Header.Add("Set-Cookie", "open=1; Domain=.google.com")
			}
		})
		set := w.client.Probe(t.Context(), w.set).Set
		w.client.Probe(t.Context(), set)
		for _, name := range []string{"short", "dated", "long", "open", "NID"} {
			if !strings.Contains(sent, name+"=") {
				t.Errorf("%s is missing at once: %s", name, sent)
			}
		}
		time.Sleep(2 * time.Minute)
		w.client.Probe(t.Context(), set)
		for name, want := range map[string]bool{"short": false, "dated": false, "long": true, "open": true, "NID": true} {
			if got := strings.Contains(sent, name+"="); got != want {
				t.Errorf("%s after its minute: sent %v, want %v", name, got, want)
			}
		}
	})
}

// A session whose other cookies make a server refuse the whole request goes on
// with its two own, and loses the others.
func TestRefusedCookies(t *testing.T) {
	t.Parallel()
	for _, status := range []int{http.StatusRequestHeaderFieldsTooLarge, http.StatusRequestEntityTooLarge, http.StatusBadRequest} {
		t.Run(fmt.Sprint(status), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				refused := 0
				w := newCookieWorld(t, func(cookies string, resp *http.Response) {
					if len(cookies) > 16<<10 {
						refused++
						_ = resp.Body.Close()
						resp.StatusCode, resp.Header, resp.Body = status, http.Header{}, io.NopCloser(strings.NewReader("too large"))
					}
				})
				extra := map[string]cookie.Value{}
				for i := range 100 {
					extra[fmt.Sprintf("n%d", i)] = cookie.NewValue(strings.Repeat("v", 300))
				}
				full := cookie.NewSet(w.set.PSID(), w.set.PSIDTS(), extra)
				w.set = full
				if answer, err := w.ask(t.Context(), "[say hi]"); err != nil || answer.Text == "" {
					t.Errorf("asked: %q, %v", answer.Text, err)
				}
				found := w.client.Probe(t.Context(), full)
				if found.Evidence != cookie.SignedIn || found.Set.IsZero() || len(found.Set.Extra()) != 0 {
					t.Errorf("probed: %s, %s, %d other cookies", found.Evidence, found.Detail, len(found.Set.Extra()))
				}
				if refused != 1 {
					t.Errorf("refused %d times, want once", refused)
				}
			})
		})
	}
}

// A refusal that the cookies did not cause costs one more call and changes
// nothing.
func TestOtherRefusalsKeepTheCookies(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		calls := 0
		w := newCookieWorld(t, func(_ string, resp *http.Response) {
			calls++
			resp.StatusCode = http.StatusRequestHeaderFieldsTooLarge
		})
		found := w.client.Probe(t.Context(), w.set)
		if found.Evidence != cookie.Transient || !found.Set.IsZero() && len(found.Set.Extra()) == 0 || calls != 2 {
			t.Errorf("got %s with %d calls and %d other cookies", found.Evidence, calls, len(found.Set.Extra()))
		}
	})
}
