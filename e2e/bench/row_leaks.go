package main

import (
	"context"
	"fmt"
	"time"

	"github.com/geminid/geminid/e2e/bench/load"
)

// level is what a process holds on to.
type level struct {
	goroutines, files int
	resident          int64
}

// leaks is row 9, measured from outside.
func leaks(ctx context.Context, l *lab) ([]line, error) {
	subjects, err := l.fresh(ctx)
	if err != nil {
		return nil, err
	}
	var before, after [columns]level
	for _, s := range subjects {
		defer s.halt()
		if before[s.column], after[s.column], err = l.wear(ctx, s); err != nil {
			return nil, err
		}
	}
	verdict := unjudged
	if have(subjects) {
		b, a := before[geminid], after[geminid]
		ok := a.goroutines-b.goroutines <= 2 && a.files-b.files <= 2 && a.resident-b.resident <= 30<<20
		verdict = judge(ok, "goroutines %+d, files %+d, %+.1f MiB", a.goroutines-b.goroutines, a.files-b.files, float64(a.resident-b.resident)/(1<<20))
	}
	return []line{{
		"after 2000 answers, 50 leavers and 5 s: goroutines, files, MiB", "goroutines and files within 2, +30 MiB",
		each(subjects, func(c column) string {
			return fmt.Sprintf("%s -> %s", before[c], after[c])
		}), verdict,
	}}, nil
}

func (l level) String() string {
	return fmt.Sprintf("%d, %d, %s", l.goroutines, l.files, mib(l.resident))
}

func (l *lab) wear(ctx context.Context, s subject) (before, after level, err error) {
	if err := l.warm(ctx, s, 50); err != nil {
		return before, after, err
	}
	if before, err = l.settle(ctx, s, 2*time.Second); err != nil {
		return before, after, err
	}
	if _, err := l.charge(ctx, s, load.Crowd{Clients: 16, Each: 125}, short); err != nil {
		return before, after, err
	}
	for range 50 {
		_, call, err := l.ask(ctx, s, endless)
		if err != nil {
			return before, after, err
		}
		awaitEnd(ctx, call, time.Now())
	}
	after, err = l.settle(ctx, s, 5*time.Second)
	return before, after, err
}

// settle closes the client's connections, waits and reads the level.
func (l *lab) settle(ctx context.Context, s subject, wait time.Duration) (level, error) {
	s.Client.CloseIdleConnections()
	select {
	case <-ctx.Done():
		return level{}, ctx.Err()
	case <-time.After(wait):
	}
	var now level
	var err error
	if s.column == geminid {
		if now.goroutines, err = goroutines(ctx, s); err != nil {
			return now, err
		}
		s.Client.CloseIdleConnections()
		time.Sleep(50 * time.Millisecond)
	}
	if now.files, err = s.Files(); err != nil {
		return now, err
	}
	now.resident, _, err = s.Memory()
	return now, err
}
