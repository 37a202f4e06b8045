package agents_test

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"syscall"
	"time"
)

// runBounded runs a command and whatever it starts in a process group of their own,
// which is ended when the time is up, and when the command has ended.
func runBounded(ctx context.Context, cmd *exec.Cmd) error {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.WaitDelay = 5 * time.Second // for children that hold its outputs
	if err := cmd.Start(); err != nil {
		return err
	}
	end := func() { _ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
	stop := context.AfterFunc(ctx, end)
	err := cmd.Wait()
	end()
	if !stop() {
		return fmt.Errorf("it did not end in time: %w", context.Cause(ctx))
	}
	if errors.Is(err, exec.ErrWaitDelay) {
		return nil // it ended well, and a child of it was ended by us
	}
	return err
}
