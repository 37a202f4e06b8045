// Package conformance_test drives the built geminid with the official client
// libraries and with requests as real applications write them, against the
// project's own simulator of the upstream.
package conformance_test

import (
	"net/http"
	"os"
	"strings"
	"testing"

	"github.com/geminid/geminid/e2e/harness"
)

func TestMain(m *testing.M) { os.Exit(harness.Main(m)) }

// TestConformance lets every kind of client talk to one daemon.
func TestConformance(t *testing.T) {
	w := newWorld(t)
	for _, c := range []struct {
		name string
		test func(*testing.T, world)
	}{
		{"OpenAI", testOpenAI},
		{"Responses", testResponses},
		{"Gemini", testGemini},
		{"Anthropic", testAnthropic},
		{"Node", testNode},
		{"scripts", testScripts},
		{"presets", testPresets},
		{"economy", testEconomy},
		// From here on the upstream fails, and the session is not what it was.
		{"OpenAI errors", testOpenAIErrors},
		{"Gemini errors", testGeminiErrors},
		{"Anthropic errors", testAnthropicErrors},
		{"OpenAI stream breaks", testOpenAIStreamBreaks},
		{"Anthropic stream breaks", testAnthropicStreamBreaks},
		{"Gemini stream breaks", testGeminiStreamBreaks},
		{"metrics", testMetrics},
	} {
		t.Run(c.name, func(t *testing.T) { c.test(t, w) })
	}
}

// testEconomy looks at what the upstream saw of all that.
func testEconomy(t *testing.T, w world) {
	pages := len(w.sim.Journal(t, "page"))
	if pages != 1 {
		t.Errorf("the page of the session was loaded %d times, want once", pages)
	}
	for _, call := range w.sim.Journal(t, "") {
		if len(call.Violations) > 0 {
			t.Errorf("a %s call breaks cookie rules: %v", call.Operation, call.Violations)
		}
		if call.Operation == "generate" && call.PromptBytes > 0 && !call.Temporary {
			t.Errorf("a chat was left in the account's history: %+v", call)
		}
	}
}

// testMetrics looks for secrets and for labels that clients could fill at will.
func testMetrics(t *testing.T, w world) {
	reply := w.Do(t, http.MethodGet, "/metrics", "")
	if reply.Status != http.StatusOK {
		t.Fatalf("/metrics answers %d", reply.Status)
	}
	if leaks := harness.Leaks(reply.Body); leaks != nil {
		t.Errorf("the metrics hold secrets: %v", leaks)
	}
	for _, want := range []string{"geminid_http_requests_total{", `outcome="canceled"`, `geminid_cookie_state{account="default",state="healthy"}`} {
		if !strings.Contains(reply.Body, want) {
			t.Errorf("the metrics lack %s", want)
		}
	}
	for _, foreign := range []string{"gpt-4o", "gemini-0-none", "127.0.0.1", "/v1/nothing"} {
		if strings.Contains(reply.Body, foreign) {
			t.Errorf("the metrics hold %q, which a client chose", foreign)
		}
	}
	if series := strings.Count(reply.Body, "\n"); series > 5000 {
		t.Errorf("the metrics have %d lines", series)
	}
}

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
