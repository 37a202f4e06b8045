package auth_test

import (
	"errors"
	"fmt"
	"net/netip"
	"testing"
	"testing/synctest"
	"time"

	"github.com/geminid/geminid/gateway/auth"
	"github.com/geminid/geminid/gateway/limit"
)

var (
	wrongKey = auth.Match{Stray: true}
	rightKey = auth.Match{Role: auth.RoleAPI}
)

// lookUp looks up one key and returns the match, whether keys were compared, and
// the error.
func lookUp(g *auth.GuessLimiter, client netip.Addr, key string, m auth.Match) (auth.Match, bool, error) {
	compared := false
	got, err := g.LookUp(client, []string{key}, func() auth.Match { compared = true; return m })
	return got, compared, err
}

func TestGuessesAreLimited(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g, client := auth.NewGuessLimiter(), netip.MustParseAddr("192.0.2.1")
		for n := range 20 {
			if m, compared, err := lookUp(g, client, fmt.Sprint(n), wrongKey); m != wrongKey || !compared || err != nil {
				t.Fatalf("guess %d: %+v, compared %v, %v", n, m, compared, err)
			}
		}
		time.Sleep(10 * time.Second)
		m, compared, err := lookUp(g, client, "right", rightKey)
		var many *auth.TooManyGuessesError
		if m != (auth.Match{}) || compared || !errors.As(err, &many) || many.RetryAfter != 50*time.Second {
			t.Errorf("guess 21: %+v, compared %v, %v", m, compared, err)
		}
		if _, _, err := lookUp(g, netip.MustParseAddr("192.0.2.2"), "right", rightKey); err != nil {
			t.Errorf("another address: %v", err)
		}
		time.Sleep(50 * time.Second)
		if m, _, err := lookUp(g, client, "right", rightKey); m != rightKey || err != nil {
			t.Errorf("after a minute: %+v, %v", m, err)
		}
	})
}

func TestNoKeyIsNoGuess(t *testing.T) {
	g := auth.NewGuessLimiter()
	for range 30 {
		m, err := g.LookUp(netip.MustParseAddr("192.0.2.1"), nil, func() auth.Match { t.Error("compared without keys"); return rightKey })
		if m != (auth.Match{}) || err != nil {
			t.Fatalf("%+v, %v", m, err)
		}
	}
}

// TestKnownKeyPassesTheLimit: a key that worked before works beside a guesser, and
// counts as a guess from the moment on in which it is revoked.
func TestKnownKeyPassesTheLimit(t *testing.T) {
	g, client := auth.NewGuessLimiter(), netip.MustParseAddr("192.0.2.1")
	for range 30 { // right keys are no guesses
		if _, _, err := lookUp(g, client, "right", rightKey); err != nil {
			t.Fatal(err)
		}
	}
	for n := range 20 {
		_, _, _ = lookUp(g, client, fmt.Sprint(n), wrongKey)
	}
	if m, compared, err := lookUp(g, client, "right", rightKey); m != rightKey || !compared || err != nil {
		t.Errorf("known key: %+v, compared %v, %v", m, compared, err)
	}
	if m, _, err := lookUp(g, client, "right", wrongKey); m.Role != "" || err == nil {
		t.Errorf("revoked key: %+v, %v", m, err)
	}
	if _, compared, err := lookUp(g, client, "right", rightKey); compared || err == nil {
		t.Errorf("revoked key is still known: compared %v, %v", compared, err)
	}
}

// TestStrayKeyCounts: a request with a right and a wrong key is a guess too.
func TestStrayKeyCounts(t *testing.T) {
	g, client := auth.NewGuessLimiter(), netip.MustParseAddr("192.0.2.1")
	for n := range 19 {
		_, _ = g.LookUp(client, []string{"right", fmt.Sprint(n)}, func() auth.Match { return auth.Match{Role: auth.RoleAPI, Stray: true} })
	}
	if _, compared, err := lookUp(g, client, "one more", wrongKey); !compared || err != nil {
		t.Errorf("the last guess: compared %v, %v", compared, err)
	}
	if _, compared, err := lookUp(g, client, "other", wrongKey); compared || err == nil {
		t.Errorf("compared %v, %v", compared, err)
	}
}

// TestEachKeyCounts: keys that a request carries in several places are as many
// guesses, and a request with more of them than are left reaches no key.
func TestEachKeyCounts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g, client := auth.NewGuessLimiter(), netip.MustParseAddr("192.0.2.1")
		compared := 0
		ask := func(m auth.Match, keys ...string) error {
			_, err := g.LookUp(client, keys, func() auth.Match { compared += len(keys); return m })
			return err
		}
		for n := range 100 {
			_ = ask(wrongKey, fmt.Sprint("a", n), fmt.Sprint("b", n), fmt.Sprint("c", n))
		}
		if compared != 18 {
			t.Errorf("%d keys were compared, want 18, because three more are too many", compared)
		}
		for n := range 100 {
			_ = ask(wrongKey, fmt.Sprint("d", n))
		}
		if compared != 20 {
			t.Errorf("%d keys were compared, want 20", compared)
		}
		time.Sleep(time.Minute)
		for range 30 { // the same key in two places is one, and right
			if err := ask(rightKey, "right", "right"); err != nil {
				t.Fatal(err)
			}
		}
		compared = 0
		for n := range 100 {
			_ = ask(auth.Match{Role: auth.RoleAPI, Stray: true}, "right", fmt.Sprint("e", n), fmt.Sprint("f", n))
		}
		if compared != 3*9 {
			t.Errorf("%d keys were compared, want 27: two of each three are guesses", compared)
		}
	})
}

func TestKnownKeysAreBounded(t *testing.T) {
	g := auth.NewGuessLimiter()
	addr := netip.MustParseAddr("10.0.0.0")
	for range limit.MaxClients + 100 {
		addr = addr.Next()
		if _, _, err := lookUp(g, addr, "right", rightKey); err != nil {
			t.Fatal(err)
		}
	}
	if got := g.CountKnown(); got != limit.MaxClients {
		t.Errorf("%d known, want %d", got, limit.MaxClients)
	}
}
