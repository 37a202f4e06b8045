package main

import (
	"context"
	"fmt"
	"time"

	"github.com/geminid/geminid/e2e/bench/load"
	"github.com/geminid/geminid/e2e/bench/standin"
)

// stream is what row 3 gathers about one subject.
type stream struct {
	first, late             load.Durations
	frames, events, bunched int
}

// streaming is row 3: one client, 25 frames 20 ms apart. Every text is compared
// byte by byte while it comes.
func streaming(ctx context.Context, l *lab) ([]line, error) {
	const rounds = 16
	subjects, err := l.ready(ctx)
	if err != nil {
		return nil, err
	}
	question := load.Question{Stream: true, Check: true, Recipe: standin.Recipe{
		Frames: 25, Size: 256, First: 20 * time.Millisecond, Gap: 20 * time.Millisecond,
	}}
	var seen [columns]stream
	for range rounds {
		for _, s := range subjects {
			answer, call, err := l.ask(ctx, s, question)
			if err != nil {
				return nil, err
			}
			<-call.Done
			seen[s.column].add(answer, call)
		}
	}
	timing, pieces := unjudged, unjudged
	first := func(c column, q float64) time.Duration {
		return seen[c].first.Quantile(q) - seen[direct].first.Quantile(q)
	}
	if have(subjects) {
		g, p := &seen[geminid], &seen[rproxy]
		times := ratio(g.late.Quantile(.5), p.late.Quantile(.5))
		most := max(time.Millisecond, first(rproxy, .5)*3/2)
		timing = judge(first(geminid, .5) <= most && times <= 1.5, "first +%s of %s ms, frames %.2fx rproxy", ms(first(geminid, .5)), ms(most), times)
		// A machine that stands still for a frame's time bunches for everybody.
		pieces = judge(g.events == g.frames && g.bunched <= p.bunched, "text identical in %d streams", rounds)
	}
	return []line{
		{"first text p50 / p99, ms", "", each(subjects, func(c column) string {
			return pair(seen[c].first.Quantile(.5), seen[c].first.Quantile(.99))
		}), unjudged},
		{"added to first text p50 / p99, ms", "<= 1 / 5", each(subjects, func(c column) string {
			return pair(first(c, .5), first(c, .99))
		}), unjudged},
		{"frame on its way p50 / p99, ms", "p50 <= 1 and <= 1.5x rproxy", each(subjects, func(c column) string {
			return pair(seen[c].late.Quantile(.5), seen[c].late.Quantile(.99))
		}), timing},
		{"events / frames, bunched", "25 of 25, 0, bytes identical", each(subjects, func(c column) string {
			return fmt.Sprintf("%d / %d, %d", seen[c].events, seen[c].frames, seen[c].bunched)
		}), pieces},
	}, nil
}

// add takes in one answer. An event's delay counts from the frame that completed
// its text, whatever the number of events.
func (s *stream) add(answer load.Answer, call *standin.Call) {
	script := standin.ScriptFor(call.Recipe)
	s.first = append(s.first, answer.First())
	s.frames += len(call.Sent)
	s.events += len(answer.Events)
	frame := 0
	for i, at := range answer.Events {
		for frame < len(call.Sent)-1 && script.Cuts[frame] < answer.Reach[i] {
			frame++
		}
		s.late = append(s.late, at.Sub(call.Sent[frame]))
		if i > 0 && at.Sub(answer.Events[i-1]) < call.Recipe.Gap/8 {
			s.bunched++
		}
	}
}
