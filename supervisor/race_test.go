package supervisor_test

import (
	"context"
	"runtime"
	"strconv"
	"sync"
	"testing"

	"github.com/geminid/geminid/cookie"
	"github.com/geminid/geminid/supervisor"
)

// TestAllAtOnce drives one account from every side at once. It asserts little:
// the race detector and the lock order are what it exercises.
func TestAllAtOnce(t *testing.T) {
	h := open(t, &upstream{}, &memory{})
	failing := []cookie.Evidence{cookie.Transient, cookie.Drift, cookie.SignedOut, cookie.Blocked}
	work := []func(i int){
		func(i int) {
			_ = h.Do(t.Context(), func(context.Context, supervisor.Lease) (bool, error) {
				return false, witness{failing[i%len(failing)]}
			})
		},
		func(int) {
			_ = h.Do(t.Context(), func(context.Context, supervisor.Lease) (bool, error) { return true, nil })
		},
		func(i int) { h.offer("b.txt", set("B", strconv.Itoa(i))) },
		func(int) { _ = h.Remove(t.Context(), "default"); _, _ = h.Rollback(t.Context(), "b") },
		func(int) { _ = h.Pause("default"); _ = h.Resume("default") },
		func(int) { _, _ = h.Probe(t.Context(), "default"); _, _ = h.Probe(t.Context(), "b") },
		func(int) { h.Tick(t.Context()); _, _ = h.Rotate(t.Context(), "default") },
		func(int) { h.Accounts(); h.Overall(); h.Events(); h.RemovedAccounts() },
		func(int) { h.FileGone("b.txt"); _, _ = h.History("default") },
	}
	done := make(chan struct{})
	var all sync.WaitGroup
	for _, do := range work {
		all.Go(func() {
			for i := 0; ; i++ {
				select {
				case <-done:
					return
				default:
					do(i)
					runtime.Gosched()
				}
			}
		})
	}
	for i := range 40 {
		h.offer("cookies.txt", set("A", strconv.Itoa(i)))
	}
	close(done)
	all.Wait()
	h.Flush(t.Context())
}
