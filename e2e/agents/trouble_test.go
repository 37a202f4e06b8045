package agents_test

import (
	"strings"
	"testing"

	"github.com/geminid/geminid/e2e/harness"
)

// TestWithoutSession: a program that asks a server without a session says what the
// server says, and soon.
func TestWithoutSession(t *testing.T) {
	const (
		wantSaid = "the server has no Gemini session yet"
		maxTries = 6 // Codex asks so often whatever it is told
	)
	home := harness.NewHome(t)
	home.Configure(t, "upstream_url: "+harness.Simulate(t).URL, "log_level: info")
	key := home.AddKey(t, "agents")
	l := &lab{Daemon: harness.Launch(t, home), programs: install(t)}
	l.Key = key
	for _, p := range agents {
		if p.library {
			continue
		}
		t.Run(p.name, func(t *testing.T) {
			t.Parallel()
			k := l.newTask(t)
			argv, env := p.prepare(t, k)
			if err := k.try(t, env, argv...); err == nil {
				t.Error("it ends as if all were well")
			}
			if said := k.output.String(); !strings.Contains(said, wantSaid) || len(k.front.requests()) > maxTries {
				t.Errorf("want %q after %d requests at most; it printed:\n%s\nand asked:\n%s", wantSaid, maxTries, said, k.describeRequests())
			}
		})
	}
}
