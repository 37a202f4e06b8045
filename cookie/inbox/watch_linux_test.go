package inbox_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/geminid/geminid/cookie/inbox"
	"github.com/geminid/geminid/cookie/internal/cookietest"
)

func init() { cookietest.Children["no inotify"] = noInotify }

// More happens than the kernel keeps for a reader that does not read. The
// overflow is the only sign of it, and it must lead to a look.
func TestWatchOverflow(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("/proc/sys/fs/inotify/max_queued_events")
	if err != nil {
		t.Skipf("NOT TESTED, overflow: %v", err)
	}
	limit, err := strconv.Atoi(strings.TrimSpace(string(text)))
	if err != nil || limit > 1<<18 {
		t.Skipf("NOT TESTED, overflow: the queue holds %d events (%v)", limit, err)
	}

	dir := t.TempDir()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	watching := make(chan struct{})
	release := make(chan struct{})
	overflow := make(chan struct{})
	done := make(chan error)
	go func() {
		first := true
		done <- inbox.Watch(ctx, inbox.WatchConfig{Dir: dir, Poke: func(w inbox.Wake) {
			if first {
				first = false
				close(watching)
				<-release
			}
			if w == inbox.WakeOverflow {
				close(overflow)
			}
		}})
	}()
	<-watching
	a, b := filepath.Join(dir, "a"), filepath.Join(dir, "b")
	for range limit { // two different ones each time, or the kernel merges them
		must(t, os.WriteFile(a, nil, 0o600))
		must(t, os.Rename(a, b))
	}
	close(release)
	select {
	case <-overflow:
	case <-time.After(patient):
		t.Error("the overflow woke nobody")
	}
	cancel()
	if err := <-done; err != nil {
		t.Error(err)
	}
}

func TestWatchWithoutInotify(t *testing.T) {
	t.Parallel()
	cmd := cookietest.PrepareChild(t, "no inotify", "INBOX="+t.TempDir())
	cmd.SysProcAttr = &syscall.SysProcAttr{
		Cloneflags:  syscall.CLONE_NEWUSER,
		UidMappings: []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getuid(), Size: 1}},
		GidMappings: []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getgid(), Size: 1}},
	}
	out, err := cmd.Output()
	if _, exited := errors.AsType[*exec.ExitError](err); bytes.Contains(out, []byte(noLimit)) || err != nil && !exited {
		t.Skipf("NOT TESTED, inotify unavailable: this machine gives no user namespace of its own (%s%v)", out, err)
	}
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
}

const (
	inotifyLimit = "/proc/sys/user/max_inotify_instances"
	noLimit      = "the limit of inotify instances can not be set"
)

// noInotify is a daemon on a machine that has no inotify instance left: it goes
// on without, says so once, and comes back when there is one.
func noInotify() error {
	if err := os.WriteFile(inotifyLimit, []byte("0"), 0); err != nil {
		fmt.Println(noLimit, err)
		return nil
	}
	var log bytes.Buffer
	pokes := make(chan inbox.Wake, 10)
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	done := make(chan error, 1)
	go func() {
		done <- inbox.Watch(ctx, inbox.WatchConfig{
			Dir: os.Getenv("INBOX"), Retry: 20 * time.Millisecond,
			Poke:   func(w inbox.Wake) { pokes <- w },
			Logger: slog.New(slog.NewTextHandler(&log, nil)),
		})
	}()
	time.Sleep(200 * time.Millisecond) // several retries, all of them silent
	select {
	case w := <-pokes:
		return fmt.Errorf("got wake %s without a watch", w)
	default:
	}
	if err := os.WriteFile(inotifyLimit, []byte("10"), 0); err != nil {
		return err
	}
	if w := <-pokes; w != inbox.WakeRewatch {
		return fmt.Errorf("got wake %s, want rewatch", w)
	}
	cancel()
	if err := <-done; err != nil {
		return err
	}
	if n := strings.Count(log.String(), "level=WARN"); n != 1 || !strings.Contains(log.String(), "max_user_instances") {
		return fmt.Errorf("%d warnings, want one that names the limit:\n%s", n, log.String())
	}
	return nil
}
