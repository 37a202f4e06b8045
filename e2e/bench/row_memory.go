package main

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/geminid/geminid/e2e/bench/load"
	"github.com/geminid/geminid/e2e/bench/standin"
)

// footprint is what row 5 gathers about one subject.
type footprint struct {
	idle, peak          int64
	filesIdle, filesMax int
	done                int
	scrape              time.Duration
}

// memory is row 5: a process that has just become ready, then 1000 streams of
// five seconds that begin within two, so that all of them run at once.
func memory(ctx context.Context, l *lab) ([]line, error) {
	const clients = 1000
	subjects, err := l.fresh(ctx)
	if err != nil {
		return nil, err
	}
	var seen [columns]footprint
	for _, s := range subjects {
		defer s.halt()
		if seen[s.column], err = l.weigh(ctx, s, clients); err != nil {
			return nil, err
		}
	}
	perStream := func(c column) int64 { return (seen[c].peak - seen[c].idle) / clients }
	lines := []line{
		{"idle, MiB", "<= 20", each(subjects, func(c column) string { return mib(seen[c].idle) }), unjudged},
		{
			"1000 streams of 5 s: completed, peak MiB", "all, <= 1.5x rproxy",
			each(subjects, func(c column) string { return fmt.Sprintf("%d, %s", seen[c].done, mib(seen[c].peak)) }), unjudged,
		},
		{"KiB per stream", "<= 64", each(subjects, func(c column) string { return fmt.Sprint(perStream(c) >> 10) }), unjudged},
		{"file descriptors at most", "<= clients + 32", each(subjects, func(c column) string { return fmt.Sprint(seen[c].filesMax) }), unjudged},
		{
			"/metrics with 1000 streams, ms", "<= 10 quiet",
			each(subjects, func(c column) string { return ms(seen[c].scrape) }), unjudged,
		},
	}
	if !have(subjects) {
		return lines, nil
	}
	g := seen[geminid]
	times := ratio(g.peak, seen[rproxy].peak)
	lines[0].verdict = judge(g.idle <= 20<<20, "MiB")
	lines[1].verdict = judge(g.done == clients && times <= 1.5, "%.2fx rproxy", times)
	lines[2].verdict = judge(perStream(geminid) <= 64<<10, "peak less idle")
	lines[3].verdict = judge(g.filesMax <= clients+32, "highest seen")
	return lines, nil
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

// watch counts files while the streams run, and reads the metrics page once in
// the middle of them.
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
		if n == 18 && s.column == geminid {
			start := time.Now()
			if _, err := scrape(ctx, s); err == nil {
				f.scrape = time.Since(start)
			}
		}
	}
}
