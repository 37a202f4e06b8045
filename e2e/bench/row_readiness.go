package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/geminid/geminid/e2e/bench/load"
)

// readiness is row 6: from exec to the first 200 of the readiness check and to
// the end of the first answer. geminid is also started a second time in the same
// home, as it is after a restart, with its session in the state file.
func readiness(ctx context.Context, l *lab) ([]line, error) {
	const starts = 5
	served := []column{rproxy}
	if l.binary != "" {
		served = append(served, geminid)
	}
	var ready, first, again, againFirst [columns]load.Durations
	for i := range starts {
		for _, c := range served {
			home := filepath.Join(l.dir, fmt.Sprintf("ready-%s-%d", c, i))
			if err := os.Mkdir(home, 0o700); err != nil {
				return nil, fmt.Errorf("making a home for %s: %w", c, err)
			}
			if c == geminid {
				if err := l.furnish(home); err != nil {
					return nil, err
				}
			}
			for _, into := range [][2]*load.Durations{{&ready[c], &first[c]}, {&again[c], &againFirst[c]}} {
				up, answered, err := l.race(ctx, c, home)
				if err != nil {
					return nil, err
				}
				*into[0], *into[1] = append(*into[0], up), append(*into[1], answered)
			}
		}
	}
	show := func(a, b *[columns]load.Durations) cells {
		var out cells
		for _, c := range served {
			out[c] = pair(a[c].Quantile(.5), b[c].Quantile(.5))
		}
		return out
	}
	verdict := unjudged
	if l.binary != "" {
		up, answered := again[geminid].Quantile(.5), againFirst[geminid].Quantile(.5)
		verdict = judge(up <= 50*time.Millisecond && answered <= 100*time.Millisecond, "median of %d restarts", starts)
	}
	return []line{
		{"exec to ready / first answer, new home, ms", "", show(&ready, &first), unjudged},
		{"exec to ready / first answer, restart, ms", "<= 50 / 100", show(&again, &againFirst), verdict},
	}, nil
}

func (l *lab) race(ctx context.Context, c column, home string) (ready, answered time.Duration, err error) {
	s, err := l.run(ctx, c, home)
	if err != nil {
		return 0, 0, err
	}
	defer s.halt()
	if _, err := s.Ask(ctx, short); err != nil {
		return 0, 0, err
	}
	return s.ReadyAfter, time.Since(s.Started), nil
}
