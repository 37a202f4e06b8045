package geminiweb_test

import (
	"context"
	"testing"

	"go.uber.org/goleak"

	"github.com/geminid/geminid/chat"
	"github.com/geminid/geminid/cookie"
	"github.com/geminid/geminid/upstream/geminiweb"
	"github.com/geminid/geminid/upstream/simulator"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// world is a client with one session of a simulated upstream.
type world struct {
	sim    *simulator.Simulator
	client *geminiweb.Client
	set    cookie.Set
}

func newWorld(t testing.TB, session simulator.SessionConfig, cfg geminiweb.Config) *world {
	t.Helper()
	return newWorldOn(t, simulator.New(simulator.Config{Seed: 1, PageBytes: 4 << 10}), session, cfg)
}

// newPlainWorld is a world whose ordinary answers are bare words, for tests that count
// the calls of an answer.
func newPlainWorld(t testing.TB, session simulator.SessionConfig, cfg geminiweb.Config) *world {
	t.Helper()
	return newWorldOn(t, simulator.New(simulator.Config{Seed: 1, PageBytes: 4 << 10, Plain: true}), session, cfg)
}

func newWorldOn(t testing.TB, sim *simulator.Simulator, session simulator.SessionConfig, cfg geminiweb.Config) *world {
	t.Helper()
	if session.Name == "" {
		session.Name = "owner"
	}
	if cfg.Transport == nil {
		cfg.Transport = sim
	}
	client, err := geminiweb.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := client.Close(context.Background()); err != nil {
			t.Error(err)
		}
	})
	return &world{sim, client, setOf(sim.AddSession(session))}
}

func setOf(c simulator.Credentials) cookie.Set {
	return cookie.NewSet(cookie.NewValue(c.PSID), cookie.NewValue(c.PSIDTS), map[string]cookie.Value{"NID": cookie.NewValue("531=x")})
}

// newRequest is a plain question whose answer is read as it is made.
func newRequest(model, text string) *chat.Request {
	return &chat.Request{Model: model, Stream: true, Turns: []chat.Turn{{Role: chat.User, Parts: []chat.Part{{Text: text}}}}}
}

func (w *world) ask(ctx context.Context, text string) (chat.Answer, error) {
	return chat.CollectAnswer(w.client.Stream(ctx, w.set, newRequest("gemini-2.5-flash", text)))
}

// calls counts the upstream calls since the last time.
func (w *world) calls() map[string]int {
	defer w.sim.ClearJournal()
	return w.sim.Calls()
}
