//go:build !(linux && amd64)

package harness

import (
	"os/exec"
	"testing"
)

func (c *Clock) begin(t testing.TB, _ World) func(*exec.Cmd) error {
	NotTested(t, "the clock of one process can be set on Linux with amd64 only")
	return nil
}
