package budget_test

import (
	"errors"
	"math/rand/v2"
	"strconv"
	"sync"
	"testing"

	"github.com/geminid/geminid/gateway/budget"
)

// fill reserves one byte after another until the budget refuses.
func fill(t *testing.T, s *budget.Share) (bytes int, err error) {
	t.Helper()
	for bytes = 0; bytes < 10_000; bytes++ {
		if err = s.ReserveBytes(1); err != nil {
			return bytes, err
		}
	}
	t.Fatal("there is no bound")
	return 0, nil
}

func TestBudget(t *testing.T) {
	b := budget.New(4000)
	first := b.OpenShare("a")
	if n, err := fill(t, first); n != 3000 || !errors.Is(err, budget.ErrTooLarge) {
		t.Errorf("one request alone gets %d, then %v", n, err)
	}
	second := b.OpenShare("a")
	if n, err := fill(t, second); n != 0 || !errors.Is(err, budget.ErrFull) {
		t.Errorf("the client's second request gets %d more, then %v", n, err)
	}
	third := b.OpenShare("b")
	if n, err := fill(t, third); n != 750 || !errors.Is(err, budget.ErrFull) {
		t.Errorf("another client gets %d of the 1000 that are left, then %v", n, err)
	}
	first.ReleaseBytes(2000)
	first.ReleaseBytes(5000)
	if held := b.HeldBytes(); held != 750 {
		t.Errorf("%d bytes are held after the first gave all back", held)
	}
	first.Close()
	first.Close()
	second.Close()
	if err := first.ReserveBytes(1); err == nil {
		t.Error("a closed share reserves")
	}
	if third.Close(); b.HeldBytes() != 0 {
		t.Errorf("%d bytes are held by nobody", b.HeldBytes())
	}
	b.SetSize(40)
	again := b.OpenShare("a")
	defer again.Close()
	if n, _ := fill(t, again); n != 30 || b.MaxPerClient() != 30 {
		t.Errorf("of 40 bytes one request gets %d", n)
	}
}

// TestBudgetIsKept reserves at random from many goroutines and finds neither too
// much held at any time nor anything in the end.
func TestBudgetIsKept(t *testing.T) {
	b := budget.New(1000)
	var wg sync.WaitGroup
	for i := range 16 {
		wg.Go(func() {
			for range 200 {
				s := b.OpenShare(strconv.Itoa(i % 5))
				for range 10 {
					if s.ReserveBytes(rand.Int64N(100)) == nil && rand.IntN(3) == 0 {
						s.ReleaseBytes(rand.Int64N(50))
					}
					if held := b.HeldBytes(); held < 0 || held > 1000 {
						t.Errorf("%d bytes are held", held)
					}
				}
				s.Close()
			}
		})
	}
	wg.Wait()
	if held := b.HeldBytes(); held != 0 {
		t.Errorf("%d bytes are held in the end", held)
	}
}
