package doctor_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/geminid/geminid/ops/doctor"
)

// TestExitsThatSayNothing: whatever the file holds, the next address can be noted.
func TestExitsThatSayNothing(t *testing.T) {
	for _, content := range []string{"", "null", "[]", `{"default":`, "{}"} {
		t.Run(content, func(t *testing.T) {
			dir := t.TempDir()
			if err := os.WriteFile(filepath.Join(dir, "exits.json"), []byte(content), 0o600); err != nil {
				t.Fatal(err)
			}
			exits, err := doctor.LoadExits(dir)
			if err != nil || exits == nil || len(exits) > 0 {
				t.Errorf("got %v and %v, want an empty map that can be written to", exits, err)
			}
		})
	}
}
