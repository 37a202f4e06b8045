package limit_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/geminid/geminid/gateway/limit"
)

func TestGateLetsInAsManyAsTheLimit(t *testing.T) {
	g := limit.NewGate()
	steps := []struct {
		leave bool
		limit int
		want  error
	}{
		{limit: 0, want: limit.ErrGateFull},
		{limit: 2}, {limit: 2},
		{limit: 2, want: limit.ErrGateFull},
		{limit: 3}, // the limit may change while requests are inside
		{leave: true},
		{limit: 2, want: limit.ErrGateFull},
		{leave: true},
		{limit: 2},
		{limit: 2, want: limit.ErrGateFull},
	}
	for i, step := range steps {
		if step.leave {
			g.Leave()
			continue
		}
		if err := g.Enter(step.limit); !errors.Is(err, step.want) {
			t.Errorf("step %d: Enter(%d): %v, want %v", i, step.limit, err, step.want)
		}
	}
}

func TestGateDrains(t *testing.T) {
	t.Run("empty", func(t *testing.T) {
		g := limit.NewGate()
		for range 2 { // draining twice is no error
			if err := g.Drain(t.Context()); err != nil {
				t.Error(err)
			}
		}
		if err := g.Enter(1); !errors.Is(err, limit.ErrGateClosed) {
			t.Errorf("Enter after Drain: %v", err)
		}
		if err := context.Cause(g.Closing()); !errors.Is(err, limit.ErrGateClosed) {
			t.Errorf("cause of Closing: %v", err)
		}
		if err := g.Cut().Err(); err != nil {
			t.Errorf("Cut has ended without need: %v", err)
		}
	})
	t.Run("after the last has left", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			g := limit.NewGate()
			began, drained := time.Now(), time.Time{}
			for n := range 3 {
				if err := g.Enter(3); err != nil {
					t.Fatal(err)
				}
				go func() {
					time.Sleep(time.Duration(n+1) * time.Second)
					if n == 2 && !drained.IsZero() {
						t.Error("drained before the last left")
					}
					g.Leave()
				}()
			}
			if err := g.Drain(t.Context()); err != nil {
				t.Error(err)
			}
			drained = time.Now()
			if took := drained.Sub(began); took != 3*time.Second {
				t.Errorf("drained after %v, want 3s", took)
			}
			if err := g.Cut().Err(); err != nil {
				t.Errorf("Cut has ended without need: %v", err)
			}
		})
	})
}

func TestGateCutsAtTheDeadline(t *testing.T) {
	for _, c := range []struct {
		name  string
		obeys bool          // the requests leave when they are cut
		takes time.Duration // until Drain returns
	}{
		{"requests that end", true, 5 * time.Second},
		{"requests that do not", false, 7 * time.Second},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				g := limit.NewGate()
				for range 2 {
					if err := g.Enter(2); err != nil {
						t.Fatal(err)
					}
				}
				go func() {
					<-g.Cut().Done()
					if !errors.Is(context.Cause(g.Cut()), limit.ErrGateClosed) {
						t.Errorf("cause of Cut: %v", context.Cause(g.Cut()))
					}
					if c.obeys {
						g.Leave()
						g.Leave()
					}
				}()
				ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
				defer cancel()
				began := time.Now()
				err := g.Drain(ctx)
				if !errors.Is(err, context.DeadlineExceeded) || !strings.Contains(err.Error(), "cut 2 requests") {
					t.Errorf("error %v", err)
				}
				if took := time.Since(began); took != c.takes {
					t.Errorf("took %v, want %v", took, c.takes)
				}
				if !c.obeys {
					g.Leave()
					g.Leave()
				}
			})
		})
	}
}
