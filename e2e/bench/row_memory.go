package main

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/geminid/geminid/e2e/bench/load"
	"github.com/geminid/geminid/e2e/bench/standin"
)

// footprint is what a round of row 5 gathers about one subject.
type footprint struct {
	idle, peak int64
	filesMax   int
	done       int
	scrapes    load.Durations
}

const crowded = 1000

func (f footprint) perStream() int64 { return (f.peak - f.idle) / crowded }

// memory is row 5: a process that has just become ready, then 1000 streams of
// five seconds that begin within two, so that all of them run at once. Each
// round begins with new processes.
func memory(ctx context.Context, l *lab) ([]line, error) {
	var rounds [][columns]footprint
	var have bool
	for range 3 {
		seen, both, err := l.weighAll(ctx)
		if err != nil {
			return nil, err
		}
		have = both
		rounds = append(rounds, seen)
	}
	return memoryLines(rounds, have), nil
}

// weighAll is one round; both says that geminid was part of it.
func (l *lab) weighAll(ctx context.Context) (seen [columns]footprint, both bool, err error) {
	subjects, err := l.fresh(ctx)
	if err != nil {
		return seen, false, err
	}
	for _, s := range subjects {
		defer s.halt()
	}
	for _, s := range subjects {
		if seen[s.column], err = l.weigh(ctx, s, crowded); err != nil {
			return seen, false, err
		}
	}
	return seen, have(subjects), nil
}

func memoryLines(rounds [][columns]footprint, both bool) []line {
	of := func(c column, figure func(footprint) int64) int64 {
		return over(rounds, func(r [columns]footprint) int64 { return figure(r[c]) })
	}
	idle := func(f footprint) int64 { return f.idle }
	peak := func(f footprint) int64 { return f.peak }
	files := func(f footprint) int64 { return int64(f.filesMax) }
	done := func(c column) int {
		least := crowded
		for _, r := range rounds {
			least = min(least, r[c].done)
		}
		return least
	}
	scrape := over(rounds, func(r [columns]footprint) time.Duration { return r[geminid].scrapes.Quantile(.5) })
	show := func(cell func(column) string) cells {
		c := cells{rproxy: cell(rproxy)}
		if both {
			c[geminid] = cell(geminid)
		}
		return c
	}
	lines := []line{
		{"idle, MiB", "<= 20", show(func(c column) string { return mib(of(c, idle)) }), unjudged},
		{
			"1000 streams of 5 s: completed, peak MiB", "all, <= 1.5x rproxy",
			show(func(c column) string { return fmt.Sprintf("%d, %s", done(c), mib(of(c, peak))) }), unjudged,
		},
		{"KiB per stream", "<= 64", show(func(c column) string { return fmt.Sprint(of(c, footprint.perStream) >> 10) }), unjudged},
		{"file descriptors at most", "<= clients + 32", show(func(c column) string { return fmt.Sprint(of(c, files)) }), unjudged},
	}
	if !both {
		return lines
	}
	times := over(rounds, func(r [columns]footprint) float64 { return ratio(r[geminid].peak, r[rproxy].peak) })
	lines[0].verdict = judge(of(geminid, idle) <= 20<<20, "median of %d processes", len(rounds))
	lines[1].verdict = judge(done(geminid) == crowded && times <= 1.5, "%.2fx rproxy", times)
	lines[2].verdict = judge(of(geminid, footprint.perStream) <= 64<<10, "peak less idle")
	lines[3].verdict = judge(of(geminid, files) <= crowded+32, "highest seen")
	return append(lines, line{
		"/metrics with 1000 streams, ms", "<= 10", cells{geminid: ms(scrape)},
		judge(scrape <= 10*time.Millisecond, "median"),
	})
}

func (l *lab) weigh(ctx context.Context, s subject, clients int) (footprint, error) {
	var f footprint
	var err error
	if f.idle, _, err = s.Memory(); err != nil {
		return f, err
	}
	if err := l.warm(ctx, s, 4); err != nil {
		return f, err
	}
	if err := s.ResetPeak(); err != nil {
		return f, err
	}
	question := load.Question{Stream: true, Recipe: standin.Recipe{
		Frames: 25, Size: 256, First: 200 * time.Millisecond, Gap: 200 * time.Millisecond,
	}}
	var watching sync.WaitGroup
	watched, stop := context.WithCancel(ctx)
	watching.Go(func() { f.watch(watched, s) })
	result := load.Crowd{Clients: clients, Each: 1, Spread: 2 * time.Second}.Run(ctx, l.asker(s, question))
	stop()
	watching.Wait()
	f.done = len(result.Answers)
	if len(result.Errors) > 0 && f.done == 0 {
		return f, result.Errors[0]
	}
	_, f.peak, err = s.Memory()
	return f, err
}

// watch counts files while the streams run, and reads the metrics page a few
// times in the middle of them.
func (f *footprint) watch(ctx context.Context, s subject) {
	tick := time.NewTicker(200 * time.Millisecond)
	defer tick.Stop()
	for n := 0; ; n++ {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		if files, err := s.Files(); err == nil {
			f.filesMax = max(f.filesMax, files)
		}
		if 14 <= n && n < 21 && s.column == geminid {
			start := time.Now()
			if _, err := scrape(ctx, s); err == nil {
				f.scrapes = append(f.scrapes, time.Since(start))
			}
		}
	}
}
