package systemd_test

import (
	"os"
	"testing"
)

// TestMain runs the tests in the root of the repository, which file names in them
// are relative to.
func TestMain(m *testing.M) {
	if err := os.Chdir(".."); err != nil {
		panic(err)
	}
	os.Exit(m.Run())
}
