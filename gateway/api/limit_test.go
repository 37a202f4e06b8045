package api_test

import (
	"context"
	"errors"
	"net/netip"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"github.com/geminid/geminid/gateway/api"
)

func client(n int) netip.Addr {
	return netip.AddrFrom4([4]byte{10, byte(n >> 16), byte(n >> 8), byte(n)})
}

// The window against the definition: a turn is given when fewer than limit were
// given in the span before.
func TestWindowIsExact(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		steps := rapid.SliceOfN(rapid.IntRange(0, 30), 1, 60).Draw(r, "pauses in seconds")
		limit := rapid.IntRange(1, 5).Draw(r, "limit")
		synctest.Test(t, func(t *testing.T) {
			const span = time.Minute
			w := api.NewWindow(span, 10)
			var given []time.Time
			for _, pause := range steps {
				time.Sleep(time.Duration(pause) * time.Second)
				now := time.Now()
				given = slices.DeleteFunc(given, func(at time.Time) bool { return !at.After(now.Add(-span)) })
				want := len(given) < limit
				ok, remaining, reset := w.Take(client(1), limit)
				if ok != want {
					t.Fatalf("given %v, want %v with %d in the span", ok, want, len(given))
				}
				if ok {
					given = append(given, now)
				}
				if remaining != limit-len(given) || reset != given[0].Add(span).Sub(now) {
					t.Fatalf("%d left, free in %v; want %d, %v", remaining, reset, limit-len(given), given[0].Add(span).Sub(now))
				}
			}
		})
	})
}

// Nobody sheds a limit by coming from many addresses.
func TestWindowForgetsTheFreeFirst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := api.NewWindow(time.Hour, 100)
		for range 2 {
			w.Take(client(0), 2)
		}
		for n := 1; n < 5000; n++ {
			w.Take(client(n), 2)
		}
		if ok, _, _ := w.Take(client(0), 2); ok {
			t.Error("a limited client was forgotten while free ones were not")
		}
		if clients, listed := w.Known(); clients != 100 || listed != 100 {
			t.Errorf("%d clients in %d places, want 100", clients, listed)
		}
	})
}

func TestWindowOfLimitedClientsStaysBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := api.NewWindow(time.Hour, 50)
		for n := range 500 {
			w.Take(client(n), 1)
			w.Take(client(n), 1)
		}
		if clients, listed := w.Known(); clients != 50 || listed != 50 {
			t.Errorf("%d clients in %d places, want 50", clients, listed)
		}
		time.Sleep(time.Hour)
		if ok, _, _ := w.Take(client(499), 1); !ok {
			t.Error("the limit outlived its hour")
		}
	})
}

var lanes = api.Limits{ModelGap: 5 * time.Second, Queue: 8, QueueWait: 40 * time.Second}

func TestQueueIsFIFO(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var q api.Queue
		var mu sync.Mutex
		var order []int
		var wg sync.WaitGroup
		for n := range 9 {
			wg.Go(func() {
				time.Sleep(time.Duration(n) * time.Millisecond)
				if _, err := q.Enter(t.Context(), "m", lanes); err != nil {
					t.Errorf("%d: %v", n, err)
				}
				mu.Lock()
				defer mu.Unlock()
				order = append(order, n)
			})
		}
		wg.Wait()
		if !slices.IsSorted(order) || len(order) != 9 {
			t.Errorf("order %v", order)
		}
	})
}

// One who leaves gives its turn to those behind.
func TestQueueClosesUp(t *testing.T) {
	for _, leaver := range []int{1, 2} { // the head, and one behind it
		synctest.Test(t, func(t *testing.T) {
			var q api.Queue
			began := time.Now()
			ctx, cancel := context.WithCancelCause(t.Context())
			served := make([]time.Duration, 4)
			var wg sync.WaitGroup
			for n := range 4 {
				wg.Go(func() {
					time.Sleep(time.Duration(n) * time.Millisecond)
					mine := t.Context()
					if n == leaver {
						mine = ctx
					}
					_, err := q.Enter(mine, "m", lanes)
					if n == leaver && err != errFileExpired {
						t.Errorf("the leaver got %v", err)
					}
					served[n] = time.Since(began)
				})
			}
			time.Sleep(time.Second)
			cancel(errFileExpired)
			wg.Wait()
			if served[leaver] != time.Second {
				t.Errorf("the leaver waited %v", served[leaver])
			}
			if served[3] != 10*time.Second {
				t.Errorf("the last was served at %v, want 10s: served %v", served[3], served)
			}
		})
	}
}

var errFileExpired = errors.New("gone")

func TestQueueRefusals(t *testing.T) {
	tests := []struct {
		name   string
		limits api.Limits
		inside int // served or waiting before
		retry  time.Duration
		ok     bool
	}{
		{"free", lanes, 0, 0, true},
		{"no gap", api.Limits{}, 5, 0, true},
		{"no queue", api.Limits{ModelGap: 5 * time.Second}, 1, 5 * time.Second, false},
		{"full", lanes, 9, 45 * time.Second, false},
		{"would take too long", api.Limits{ModelGap: 5 * time.Second, Queue: 8, QueueWait: 9 * time.Second}, 2, 10 * time.Second, false},
		{"just in time", api.Limits{ModelGap: 5 * time.Second, Queue: 8, QueueWait: 10 * time.Second}, 2, 0, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var q api.Queue
				var wg sync.WaitGroup
				for range tt.inside {
					wg.Go(func() { _, _ = q.Enter(t.Context(), "m", tt.limits) })
					synctest.Wait()
				}
				_, err := q.Enter(t.Context(), "m", tt.limits)
				retry, refused := api.Refused(err)
				if refused == tt.ok || retry != tt.retry {
					t.Errorf("refused %v, retry after %v: %v", refused, retry, err)
				}
				wg.Wait()
			})
		})
	}
}

// Whatever comes and goes, no two start closer than the gap and nobody is stuck.
func TestQueueUnderChurn(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		arrivals := rapid.SliceOfN(rapid.IntRange(0, 20), 1, 30).Draw(r, "arrivals in seconds")
		patience := rapid.SliceOfN(rapid.IntRange(0, 60), len(arrivals), len(arrivals)).Draw(r, "patience in seconds")
		synctest.Test(t, func(t *testing.T) {
			var q api.Queue
			var mu sync.Mutex
			var starts []time.Time
			var wg sync.WaitGroup
			for n := range arrivals {
				wg.Go(func() {
					time.Sleep(time.Duration(arrivals[n]) * time.Second)
					ctx, cancel := context.WithTimeout(t.Context(), time.Duration(patience[n])*time.Second+time.Millisecond)
					defer cancel()
					waited, err := q.Enter(ctx, "m", lanes)
					if waited > lanes.QueueWait {
						t.Errorf("waited %v", waited)
					}
					if err == nil {
						mu.Lock()
						defer mu.Unlock()
						starts = append(starts, time.Now())
					}
				})
			}
			wg.Wait()
			slices.SortFunc(starts, time.Time.Compare)
			for i := 1; i < len(starts); i++ {
				if gap := starts[i].Sub(starts[i-1]); gap < lanes.ModelGap {
					t.Errorf("two starts %v apart", gap)
				}
			}
		})
	})
}
