package api_test

import (
	"os"
	"strings"
	"testing"

	"github.com/geminid/geminid/gateway/api"
)

// Trouble with the file is logged when it comes, not with every request.
func TestKeyTroubleIsToldOnce(t *testing.T) {
	keys, path, err := openKeys(t, line("a", "api", apiKey))
	if err != nil {
		t.Fatal(err)
	}
	g := newRig(t, func(c *api.Config) { c.Keys = keys })
	for _, step := range []struct {
		content string
		lines   int
	}{{"broken", 1}, {"broken", 1}, {line("a", "api", apiKey), 1}, {"broken", 2}, {"broken: in another way\nx", 2}} {
		if err := os.WriteFile(path, []byte(step.content), 0o600); err != nil {
			t.Fatal(err)
		}
		for range 3 {
			_ = keys.ReloadFile()
			if w := g.do(call{path: "/v1/models", key: apiKey}); w.Code != 200 {
				t.Fatalf("status %d", w.Code)
			}
		}
		if got := strings.Count(g.log.String(), "the key file can not be used"); got != step.lines {
			t.Errorf("%q: told %d times, want %d", step.content, got, step.lines)
		}
	}
}
