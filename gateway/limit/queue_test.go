package limit_test

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"github.com/geminid/geminid/gateway/limit"
)

// lanes are the limits of a polite server.
var lanes = limit.QueueLimits{Gap: 5 * time.Second, Waiting: 8, Patience: 40 * time.Second}

func TestQueueIsFIFO(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var q limit.Queue
		var mu sync.Mutex
		var order []int
		var wg sync.WaitGroup
		for n := range 9 {
			wg.Go(func() {
				time.Sleep(time.Duration(n) * time.Millisecond)
				if _, err := q.Enter(t.Context(), "m", lanes, ignore); err != nil {
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
			var q limit.Queue
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
					_, err := q.Enter(mine, "m", lanes, ignore)
					if n == leaver && err != errLeft {
						t.Errorf("the leaver got %v", err)
					}
					served[n] = time.Since(began)
				})
			}
			time.Sleep(time.Second)
			cancel(errLeft)
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

var errLeft = errors.New("gone")

func TestQueueRefusals(t *testing.T) {
	tests := []struct {
		name   string
		limits limit.QueueLimits
		inside int // served or waiting before
		retry  time.Duration
		ok     bool
	}{
		{"free", lanes, 0, 0, true},
		{"no gap", limit.QueueLimits{}, 5, 0, true},
		{"no queue", limit.QueueLimits{Gap: 5 * time.Second}, 1, 5 * time.Second, false},
		{"the last place", limit.QueueLimits{Gap: 5 * time.Second, Waiting: 2, Patience: time.Hour}, 2, 0, true},
		{"full", limit.QueueLimits{Gap: 5 * time.Second, Waiting: 2, Patience: time.Hour}, 3, 15 * time.Second, false},
		{"full and long", lanes, 9, 45 * time.Second, false},
		{"would take too long", limit.QueueLimits{Gap: 5 * time.Second, Waiting: 8, Patience: 9 * time.Second}, 2, 10 * time.Second, false},
		{"just in time", limit.QueueLimits{Gap: 5 * time.Second, Waiting: 8, Patience: 10 * time.Second}, 2, 0, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var q limit.Queue
				var wg sync.WaitGroup
				for range tt.inside {
					wg.Go(func() { _, _ = q.Enter(t.Context(), "m", tt.limits, ignore) })
					synctest.Wait()
				}
				_, err := q.Enter(t.Context(), "m", tt.limits, ignore)
				full, refused := errors.AsType[*limit.QueueFullError](err)
				if refused == tt.ok || refused && full.RetryAfter != tt.retry {
					t.Errorf("refused %v: %+v, want a retry after %v", refused, full, tt.retry)
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
			var q limit.Queue
			var mu sync.Mutex
			var starts []time.Time
			var wg sync.WaitGroup
			for n := range arrivals {
				wg.Go(func() {
					time.Sleep(time.Duration(arrivals[n]) * time.Second)
					ctx, cancel := context.WithTimeout(t.Context(), time.Duration(patience[n])*time.Second+time.Millisecond)
					defer cancel()
					waited, err := q.Enter(ctx, "m", lanes, ignore)
					if waited > lanes.Patience {
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
				if gap := starts[i].Sub(starts[i-1]); gap < lanes.Gap {
					t.Errorf("two starts %v apart", gap)
				}
			}
		})
	})
}

func ignore(int) {}
