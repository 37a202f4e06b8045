package machine

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"runtime"
	"sync"
	"testing"

	"golang.org/x/sys/unix"
)

// Forward lets this machine reach an address inside, such as "127.0.0.1:8100",
// and returns where.
func (m *Machine) Forward(t testing.TB, inside string) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	join(t, listener, func(ctx context.Context) (conn net.Conn, err error) {
		failed := m.within(func() error {
			var dialer net.Dialer
			conn, err = dialer.DialContext(ctx, "tcp", inside)
			return err
		})
		return conn, failed
	})
	return listener.Addr().String()
}

// Lend lets the inside reach an address of this machine's, and returns where.
func (m *Machine) Lend(t testing.TB, here string) string {
	t.Helper()
	var listener net.Listener
	if err := m.within(func() (err error) {
		listener, err = net.Listen("tcp", "127.0.0.1:0")
		return err
	}); err != nil {
		t.Fatal(err)
	}
	join(t, listener, func(ctx context.Context) (net.Conn, error) {
		var dialer net.Dialer
		return dialer.DialContext(ctx, "tcp", here)
	})
	return listener.Addr().String()
}

// within runs f on a thread in the machine's network. A socket belongs for ever
// to the network it was made in; the thread is thrown away.
func (m *Machine) within(f func() error) error {
	done := make(chan error, 1)
	go func() {
		runtime.LockOSThread() // and never unlocked, so the thread ends with the goroutine
		done <- func() error {
			network, err := os.Open(fmt.Sprintf("/proc/%d/ns/net", m.leader))
			if err != nil {
				return err
			}
			defer network.Close()
			if err := unix.Setns(int(network.Fd()), unix.CLONE_NEWNET); err != nil {
				return fmt.Errorf("entering the machine's network: %w", err)
			}
			return f()
		}()
	}()
	return <-done
}

// join passes on what comes to the listener until the test ends.
func join(t testing.TB, listener net.Listener, dial func(context.Context) (net.Conn, error)) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	var all sync.WaitGroup
	t.Cleanup(func() {
		cancel()
		listener.Close()
		all.Wait()
	})
	all.Go(func() {
		for {
			near, err := listener.Accept()
			if errors.Is(err, net.ErrClosed) {
				return
			}
			if err != nil {
				continue
			}
			all.Go(func() { couple(ctx, near, dial) })
		}
	})
}

// couple passes bytes on in both directions; when one side breaks off, so does
// the other.
func couple(ctx context.Context, near net.Conn, dial func(context.Context) (net.Conn, error)) {
	defer near.Close()
	far, err := dial(ctx)
	if err != nil {
		return
	}
	defer far.Close()
	stop := context.AfterFunc(ctx, func() { near.Close(); far.Close() })
	defer stop()
	var back sync.WaitGroup
	back.Go(func() {
		_, _ = io.Copy(near, far) // ends when either side does
		near.Close()
	})
	_, _ = io.Copy(far, near)
	far.Close()
	back.Wait()
}
