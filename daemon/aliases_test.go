package daemon_test

import (
	"net/http"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/geminid/geminid/upstream/simulator"
)

// TestShippedAliases: what Google's and Anthropic's programs ask for by default is
// answered by a session of any plan, and what is no chat is not.
func TestShippedAliases(t *testing.T) {
	for _, plan := range []simulator.Plan{simulator.Free, simulator.Advanced} {
		dir := t.TempDir()
		synctest.Test(t, func(t *testing.T) {
			h := newHouse(t, dir, simulator.SessionConfig{Plan: plan})
			h.config.Settings.Aliases = map[string]string{"claude-*sonnet*": "gemini-2.5-flash", "claude-lost": "none"}
			h.start()
			defer h.stop()
			for model, want := range map[string]int{
				"gemini-3.1-pro-preview": 200, "gemini-3.8-flash": 200, "gemini-3.5-flash-lite": 200, "gemini-3.1-pro-preview-customtools": 200, "gemini-2.5-flash-preview-09-2025": 200,
				"gemini-flash-latest": 200, "gemini-pro-latest": 200, "gemini-flash-lite-latest": 200, "gemini-2.0-flash-001": 200, "gemini-2.5-flash-lite-preview-06-17": 200,
				"claude-opus-5-5": 200, "claude-haiku-4-5-20251001": 200, "claude-sonnet-4-5": 200, "claude-lost": 404,
				"gemini-2.5-flash-preview-tts": 404, "gemini-2.5-pro-preview-tts": 404, "gemini-embedding-001": 404, "gemini-2.5-flash-native-audio-preview-09-2025": 404,
				"gemini-2.0-flash-live-001": 404, "gemini-2.5-flash-preview-native-audio-dialog": 404, "gpt-4o": 404, "claude": 404, "gemini": 404,
			} {
				status, answer := h.send(http.MethodPost, "/v1/messages", `{"model":"`+model+`","messages":[{"role":"user","content":"hello"}]}`)
				if status != want {
					t.Errorf("%s: %s answers %d, want %d: %s", plan, model, status, want, answer)
				}
			}
			if _, list := h.send(http.MethodGet, "/v1/models", ""); strings.Contains(list, "claude") || strings.Contains(list, "*") {
				t.Error("the list has names that are no models: ", list)
			}
		})
	}
}
