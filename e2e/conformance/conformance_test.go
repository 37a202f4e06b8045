// Package conformance_test drives the built geminid with the official client
// libraries and with requests as real applications write them, against the
// project's own simulator of the upstream.
package conformance_test

import (
	"os"
	"testing"

	"github.com/geminid/geminid/e2e/harness"
)

func TestMain(m *testing.M) { os.Exit(harness.Main(m)) }

// textModel is one of the ids that are always served.
const textModel = "gemini-2.5-flash"

// Prompts that make the simulator behave. Its keywords stand in brackets and are
// not echoed.
const (
	thinking  = "[think] why is the sea salt"
	endless   = "[long 40000] [bytes 40] [slow 50ms] a story without an end"
	outOfHand = "[error 1037] one answer too many"
	broken    = "[http 500] into the void"
)

// breaks are prompts whose answers break off after their first words.
var breaks = map[string]string{
	"cut":        "[long 4000] [bytes 200] [slow 10ms] [cut 5 unsaved] a story cut short",
	"reset":      "[long 4000] [bytes 200] [slow 10ms] [reset 5] a story torn off",
	"late error": "[long 4000] [bytes 200] [slow 10ms] [error 1013 late] a story refused halfway",
	"garbled":    "[long 4000] [bytes 200] [slow 10ms] [garble 6] [cut 7 unsaved] a story in pieces",
}

// always are the ids that every daemon lists.
var always = []string{
	"gemini-2.5-flash", "gemini-2.5-pro", "gemini-3-pro-preview",
	"gemini-2.5-flash-image", "gemini-3-pro-image-preview", "gemini-3.1-flash-image-preview", "gemini-3.1-flash-image",
}

// world is an upstream and a daemon with a key that talks to it.
type world struct {
	*harness.Daemon
	sim *harness.Simulator
}

func newWorld(t *testing.T, config ...string) world {
	t.Helper()
	sim := harness.Simulate(t)
	home := harness.NewHome(t)
	home.Configure(t, append(config, "upstream_url: "+sim.URL)...)
	home.Drop(t, "cookies.txt", sim.Session(t, "owner").Netscape())
	key, admin := home.AddKey(t, "tests"), home.AddKey(t, "boss", "--admin")
	d := harness.Serve(t, home)
	d.Key, d.Admin = key, admin
	return world{d, sim}
}
