package limit_test

import (
	"net/netip"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"github.com/geminid/geminid/gateway/limit"
)

func client(n int) netip.Addr {
	return netip.AddrFrom4([4]byte{10, byte(n >> 16), byte(n >> 8), byte(n)})
}

// The window against the definition: a turn is given when fewer than limit were
// given in the span before.
func TestWindowIsExact(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		steps := rapid.SliceOfN(rapid.IntRange(0, 30), 1, 60).Draw(r, "pauses in seconds")
		most := rapid.IntRange(1, 5).Draw(r, "limit")
		synctest.Test(t, func(t *testing.T) {
			const span = time.Minute
			w := limit.NewWindow[netip.Addr](span, 10)
			var given []time.Time
			for _, pause := range steps {
				time.Sleep(time.Duration(pause) * time.Second)
				now := time.Now()
				given = slices.DeleteFunc(given, func(at time.Time) bool { return !at.After(now.Add(-span)) })
				want := len(given) < most
				a := w.TakeUse(client(1), most)
				ok, remaining, reset := a.OK, a.Remaining, a.Reset
				if ok != want {
					t.Fatalf("given %v, want %v with %d in the span", ok, want, len(given))
				}
				if ok {
					given = append(given, now)
				}
				if remaining != most-len(given) || reset != given[0].Add(span).Sub(now) {
					t.Fatalf("%d left, free in %v; want %d, %v", remaining, reset, most-len(given), given[0].Add(span).Sub(now))
				}
			}
		})
	})
}

// Nobody sheds a limit by coming from many addresses.
func TestWindowForgetsTheFreeFirst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := limit.NewWindow[netip.Addr](time.Hour, 100)
		for range 2 {
			w.TakeUse(client(0), 2)
		}
		for n := 1; n < 5000; n++ {
			w.TakeUse(client(n), 2)
		}
		if w.TakeUse(client(0), 2).OK {
			t.Error("a limited client was forgotten while free ones were not")
		}
		if clients, listed := w.Sizes(); clients != 100 || listed != 100 {
			t.Errorf("%d clients in %d places, want 100", clients, listed)
		}
	})
}

func TestWindowOfLimitedClientsStaysBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := limit.NewWindow[netip.Addr](time.Hour, 50)
		for n := range 500 {
			w.TakeUse(client(n), 1)
			w.TakeUse(client(n), 1)
		}
		if clients, listed := w.Sizes(); clients != 50 || listed != 50 {
			t.Errorf("%d clients in %d places, want 50", clients, listed)
		}
		time.Sleep(time.Hour)
		if !w.TakeUse(client(499), 1).OK {
			t.Error("the limit outlived its hour")
		}
	})
}
