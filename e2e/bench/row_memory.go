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
	// idle is the memory of a process that was asked nothing yet, warm after a few
	// questions, with the code mapped that they run through.
	idle, warm, peak int64
	filesMax         int
	done             int
	cpu              time.Duration
	late             load.Durations // frames on their way
	scrapes          load.Durations
}

const crowded = 1000

func (f footprint) perStream() int64 { return (f.peak - f.warm) / crowded }

// memory is row 5: a process that has just become ready, then 1000 streams of
// five seconds that begin within two, so that all of them run at once. Each
// round begins with new processes. The metrics are read in the last round alone, as
// that holds up frames.
func memory(ctx context.Context, l *lab) ([]line, error) {
	var rounds [][columns]footprint
	var have bool
	const turns = 3
	for turn := range turns {
		seen, both, err := l.weighAll(ctx, turn == turns-1)
		if err != nil {
			return nil, err
		}
		have = both
		rounds = append(rounds, seen)
	}
	return memoryLines(rounds, have), nil
}

// weighAll is one round; both says that geminid was part of it.
func (l *lab) weighAll(ctx context.Context, scraped bool) (seen [columns]footprint, both bool, err error) {
	subjects, err := l.fresh(ctx)
	if err != nil {
		return seen, false, err
	}
	for _, s := range subjects {
		defer s.halt()
	}
	for _, s := range subjects {
		if seen[s.column], err = l.weigh(ctx, s, scraped && s.column == geminid, ""); err != nil {
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
	late := func(c column, q float64) time.Duration {
		return over(rounds, func(r [columns]footprint) time.Duration { return r[c].late.Quantile(q) })
	}
	cpu := func(c column) time.Duration {
		return over(rounds, func(r [columns]footprint) time.Duration { return r[c].cpu / crowded })
	}
	scrape := rounds[len(rounds)-1][geminid].scrapes.Quantile(.5)
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
		{"a frame of 1000 streams on its way p50 / p99, ms", "p99 <= 2x rproxy", show(func(c column) string {
			return pair(late(c, .5), late(c, .99))
		}), unjudged},
		{"CPU of one of 1000 streams, us", "<= 1.2x rproxy", show(func(c column) string { return us(cpu(c)) }), unjudged},
		{"file descriptors at most", "<= clients + 32", show(func(c column) string { return fmt.Sprint(of(c, files)) }), unjudged},
	}
	if !both {
		return lines
	}
	times := over(rounds, func(r [columns]footprint) float64 { return ratio(r[geminid].peak, r[rproxy].peak) })
	lines[0].verdict = judge(of(geminid, idle) <= 20<<20, "median of %d processes", len(rounds))
	lines[1].verdict = judge(done(geminid) == crowded && times <= 1.5, "%.2fx rproxy", times)
	lines[2].verdict = judge(of(geminid, footprint.perStream) <= 64<<10, "peak less the process at work")
	times = over(rounds, func(r [columns]footprint) float64 {
		return ratio(r[geminid].late.Quantile(.99), r[rproxy].late.Quantile(.99))
	})
	lines[3].verdict = judge(0 < times && times <= 2, "%.2fx rproxy", times)
	times = over(rounds, func(r [columns]footprint) float64 { return ratio(r[geminid].cpu, r[rproxy].cpu) })
	lines[4].verdict = judge(times <= 1.2, "%.2fx rproxy", times)
	lines[5].verdict = judge(of(geminid, files) <= crowded+32, "highest seen")
	return append(lines, line{
		"/metrics with 1000 streams, ms", "<= 10", cells{geminid: ms(scrape)},
		judge(scrape <= 10*time.Millisecond, "median"),
	})
}

// weigh weighs a process under clients that offer tools, none if that is empty.
func (l *lab) weigh(ctx context.Context, s subject, scraped bool, tools string) (footprint, error) {
	var f footprint
	var err error
	if f.idle, _, err = s.Memory(); err != nil {
		return f, err
	}
	if err := l.warm(ctx, s, 4); err != nil {
		return f, err
	}
	if f.warm, _, err = s.Memory(); err != nil {
		return f, err
	}
	if err := s.ResetPeak(); err != nil {
		return f, err
	}
	before, err := s.CPU()
	if err != nil {
		return f, err
	}
	question := load.Question{Stream: true, Tools: tools, Recipe: standin.Recipe{
		Frames: 25, Size: 256, First: 200 * time.Millisecond, Gap: 200 * time.Millisecond,
	}}
	var watching sync.WaitGroup
	watched, stop := context.WithCancel(ctx)
	watching.Go(func() { f.watch(watched, s, scraped) })
	calls := make(chan arrival, crowded)
	result := load.Crowd{Clients: crowded, Each: 1, Spread: 2 * time.Second}.Run(ctx, func(ctx context.Context) (load.Answer, error) {
		answer, call, err := l.ask(ctx, s, question)
		if err == nil {
			calls <- arrival{answer, call}
		}
		return answer, err
	})
	stop()
	watching.Wait()
	after, err := s.CPU()
	if err != nil {
		return f, err
	}
	f.cpu = after - before
	close(calls)
	for a := range calls {
		f.late = append(f.late, a.late()...)
	}
	f.done = len(result.Answers)
	if len(result.Errors) > 0 && f.done == 0 {
		return f, result.Errors[0]
	}
	_, f.peak, err = s.Memory()
	return f, err
}

// arrival is an answer with what the upstream sent of it.
type arrival struct {
	answer load.Answer
	call   *standin.Call
}

// late returns how long each frame was on its way. To decode what came would cost the
// client more than the subjects spend, so it is nothing for an answer that did not come
// in as many events as there are frames.
func (a arrival) late() (d load.Durations) {
	<-a.call.Done
	if len(a.answer.Events) != len(a.call.Sent) {
		return nil
	}
	for i, at := range a.answer.Events {
		d = append(d, at.Sub(a.call.Sent[i]))
	}
	return d
}

// watch counts files while the streams run. If scraped is set it reads the metrics page
// a few times in the middle of them.
func (f *footprint) watch(ctx context.Context, s subject, scraped bool) {
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
		if 14 <= n && n < 21 && scraped {
			start := time.Now()
			if _, err := scrape(ctx, s); err == nil {
				f.scrapes = append(f.scrapes, time.Since(start))
			}
		}
	}
}
