// Package agents_test lets real agent programs and libraries work with the built
// geminid: unmodified, of the versions that programs/package.json names, each on a task
// that takes several calls of tools. The model is the simulator's, which calls the tools
// that the question names and answers with what the last one said. Nothing leaves the
// machine but the installation of the programs.
package agents_test

import (
	"os"
	"testing"

	"github.com/geminid/geminid/e2e/harness"
)

func TestMain(m *testing.M) { os.Exit(harness.Main(m)) }

// lab is what all tasks share.
type lab struct {
	*harness.Daemon
	programs programs
	upstream *tap // between geminid and the simulator
}

func newLab(t *testing.T) *lab {
	t.Helper()
	installed := install(t)
	sim := harness.Simulate(t)
	upstream := newTap(t, sim.URL)
	home := harness.NewHome(t)
	home.Configure(t, "upstream_url: "+upstream.URL, "log_level: info")
	home.Drop(t, "cookies.txt", sim.Session(t, "owner").Netscape())
	key := home.AddKey(t, "agents")
	l := &lab{harness.Serve(t, home), installed, upstream}
	l.Key = key
	return l
}

// TestAgents has each program and each library do the task, as many at a time as there
// are processors.
func TestAgents(t *testing.T) {
	l := newLab(t)
	t.Run("programs", func(t *testing.T) { testPrograms(t, l) })
	t.Run("SDKs", func(t *testing.T) { testSDKs(t, l) })
}

func testPrograms(t *testing.T, l *lab) {
	for _, p := range agents {
		t.Run(p.name, func(t *testing.T) {
			t.Parallel()
			k := l.newTask(t)
			argv, env := p.prepare(t, k)
			k.run(t, env, argv...)
			k.check(t)
			if p.library {
				k.checkReport(t)
			} else {
				k.checkToolSize(t)
			}
		})
	}
}
