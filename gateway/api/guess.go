package api

import (
	"context"
	"net/netip"
	"strings"
	"sync"
	"time"

	"github.com/geminid/geminid/chat"
)

const (
	// guessesPerMinute is how many wrong keys one client may try in a minute. Then
	// no key that did not work for it before is looked up until the minute is over,
	// so that a guesser does not learn of a hit either.
	guessesPerMinute = 20
	// guessDelay makes each wrong key cost a moment.
	guessDelay = 100 * time.Millisecond
)

// lookUp calls look, which finds out whether the keys of a request are known, and
// whether a stray one is among them, unless the client has tried too many wrong
// ones: then it returns the refusal. Keys that worked for the client before are
// looked up always, so that nobody is shut out by a guesser at the same address.
// Without keys there is nothing to look up.
func (a *API) lookUp(x *exchange, keys []string, look func() (known, stray bool)) *chat.Error {
	if len(keys) == 0 {
		return nil
	}
	client := networkOf(x.client)
	worked := credentials{client, DigestOf(strings.Join(keys, "\x00"))}
	if a.familiar.has(worked) {
		if known, _ := look(); known {
			return nil
		}
		a.familiar.forget(worked) // revoked: from now on it counts as a guess
	}
	// One at a time: guesses that are made at once count as well.
	a.guessing.Lock()
	defer a.guessing.Unlock()
	turn := a.guesses.take(client, guessesPerMinute)
	if !turn.ok {
		a.count.AuthFailures.WithLabelValues("unknown").Inc()
		a.count.RateLimited.WithLabelValues("limiter_ip").Inc()
		return &chat.Error{
			Kind: chat.RateLimited, RetryAfter: turn.reset,
			Message: "too many wrong API keys from this address; wait and check the key",
		}
	}
	known, stray := look()
	if known {
		a.familiar.add(worked)
	}
	if stray {
		a.count.AuthFailures.WithLabelValues("unknown").Inc()
	} else {
		a.guesses.giveBack(client, turn.at)
	}
	return nil
}

// sleepUnlessGone waits, but not for a client that is gone.
func sleepUnlessGone(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}

// credentials are all keys of a request, as a digest, and whose they are.
type credentials struct {
	client netip.Addr
	keys   Digest
}

// familiar remembers what worked, maxClients of them at most: of more it forgets
// any. The zero value is ready and safe for concurrent use.
type familiar struct {
	mu    sync.Mutex
	known map[credentials]struct{}
}

func (f *familiar) has(c credentials) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	_, ok := f.known[c]
	return ok
}

func (f *familiar) add(c credentials) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.known == nil {
		f.known = make(map[credentials]struct{})
	}
	for other := range f.known {
		if len(f.known) < maxClients {
			break
		}
		delete(f.known, other)
	}
	f.known[c] = struct{}{}
}

func (f *familiar) forget(c credentials) {
	f.mu.Lock()
	defer f.mu.Unlock()
	delete(f.known, c)
}
