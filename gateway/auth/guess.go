package auth

import (
	"context"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/geminid/geminid/gateway/limit"
)

const (
	// guessesPerMinute is how many wrong keys one client may try in a minute.
	guessesPerMinute = 20
	// guessDelay makes each wrong key cost a moment.
	guessDelay = 100 * time.Millisecond
)

// GuessLimiter keeps clients from finding keys by trial. After 20 wrong keys within
// a minute, each key of a request counted, no key of the client is looked up until the
// minute is over, so that it does not learn of a hit either. Keys that worked for the client before are looked
// up always, so that a guesser at the same address locks no other program out.
//
// Make it with [NewGuessLimiter]. It is safe for concurrent use.
type GuessLimiter struct {
	tries *limit.Clients

	oneLookup sync.Mutex // held while keys are looked up that may be guesses

	mu    sync.Mutex
	known map[credentials]struct{} // those that worked, limit.MaxClients at most
}

// credentials are all keys of a request, as a digest, and the client's network.
type credentials struct {
	network netip.Prefix
	keys    Digest
}

// NewGuessLimiter returns a limiter that knows of no client.
func NewGuessLimiter() *GuessLimiter {
	return &GuessLimiter{tries: limit.NewClients(time.Minute), known: make(map[credentials]struct{})}
}

// TooManyGuessesError is the error of a client that tried too many wrong keys.
type TooManyGuessesError struct {
	// RetryAfter is the time until the client may try another key.
	RetryAfter time.Duration
}

// Error implements error.
func (*TooManyGuessesError) Error() string {
	return "too many wrong API keys from this address; wait and check the key"
}

// LookUp returns the result of match, which compares the presented keys with those
// that are kept, or a [*TooManyGuessesError] without calling it. Without keys there
// is nothing to look up, and the Match is zero.
func (g *GuessLimiter) LookUp(client netip.Addr, keys []string, match func() Match) (Match, error) {
	if len(keys) == 0 {
		return Match{}, nil
	}
	worked := credentials{limit.NetworkOf(client), DigestOf(strings.Join(keys, "\x00"))}
	if g.isKnown(worked) {
		if m := match(); m.Role != "" {
			return m, nil
		}
		g.forgetKnown(worked) // revoked: from now on it counts as a guess
	}
	// One at a time, so that guesses made at once count as well.
	g.oneLookup.Lock()
	defer g.oneLookup.Unlock()
	uses, err := g.takeGuesses(client, countDistinct(keys))
	if err != nil {
		return Match{}, err
	}
	m := match()
	if m.Role != "" {
		g.addKnown(worked)
		uses[0].Return() // one of the keys was right
	}
	if !m.Stray {
		returnAll(uses)
	}
	return m, nil
}

// takeGuesses counts so many guesses by client: all of them, or none and it returns an
// error.
func (g *GuessLimiter) takeGuesses(client netip.Addr, n int) ([]limit.Use, error) {
	uses := make([]limit.Use, 0, n)
	for range n {
		use := g.tries.TakeUse(limit.Client{Addr: client}, guessesPerMinute)
		if !use.OK {
			returnAll(uses)
			return nil, &TooManyGuessesError{RetryAfter: use.Reset}
		}
		uses = append(uses, use)
	}
	return uses, nil
}

func returnAll(uses []limit.Use) {
	for i := range uses {
		uses[i].Return()
	}
}

func countDistinct(keys []string) int {
	return len(slices.Compact(slices.Sorted(slices.Values(keys))))
}

// DelayGuess waits for the moment that a wrong key costs, or until ctx ends.
func DelayGuess(ctx context.Context) {
	timer := time.NewTimer(guessDelay)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}

func (g *GuessLimiter) isKnown(c credentials) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	_, ok := g.known[c]
	return ok
}

// addKnown remembers c. If there are too many it forgets any other.
func (g *GuessLimiter) addKnown(c credentials) {
	g.mu.Lock()
	defer g.mu.Unlock()
	for other := range g.known {
		if len(g.known) < limit.MaxClients {
			break
		}
		delete(g.known, other)
	}
	g.known[c] = struct{}{}
}

func (g *GuessLimiter) forgetKnown(c credentials) {
	g.mu.Lock()
	defer g.mu.Unlock()
	delete(g.known, c)
}
