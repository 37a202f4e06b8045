package main

import (
	"context"
	"fmt"
	"time"

	"github.com/geminid/geminid/e2e/bench/load"
	"github.com/geminid/geminid/e2e/bench/standin"
)

// stream is what a round of row 3 gathers about one subject.
type stream struct {
	first, late             load.Durations
	frames, events, bunched int
}

// streaming is row 3: one client, 25 frames 20 ms apart. Every text is compared
// byte by byte while it comes.
func streaming(ctx context.Context, l *lab) ([]line, error) {
	const turns, streams = 7, 3
	subjects, err := l.ready(ctx)
	if err != nil {
		return nil, err
	}
	question := load.Question{Stream: true, Check: true, Recipe: standin.Recipe{
		Frames: 25, Size: 256, First: 20 * time.Millisecond, Gap: 20 * time.Millisecond,
	}}
	var rounds [][columns]stream
	for range turns {
		var seen [columns]stream
		for range streams {
			for _, s := range subjects {
				answer, call, err := l.ask(ctx, s, question)
				if err != nil {
					return nil, err
				}
				<-call.Done
				seen[s.column].add(answer, call)
			}
		}
		rounds = append(rounds, seen)
	}
	return streamLines(subjects, rounds), nil
}

func streamLines(subjects []subject, rounds [][columns]stream) []line {
	first := func(c column, q float64) time.Duration {
		return over(rounds, func(r [columns]stream) time.Duration { return r[c].first.Quantile(q) })
	}
	added := func(c column, q float64) time.Duration {
		return over(rounds, func(r [columns]stream) time.Duration { return r[c].first.Quantile(q) - r[direct].first.Quantile(q) })
	}
	late := func(c column, q float64) time.Duration {
		return over(rounds, func(r [columns]stream) time.Duration { return r[c].late.Quantile(q) })
	}
	lines := []line{
		{"first text p50 / p99, ms", "", each(subjects, func(c column) string {
			return pair(first(c, .5), first(c, .99))
		}), unjudged},
		{"added to first text p50 / p99, ms", "<= 1 / 5", each(subjects, func(c column) string {
			return pair(added(c, .5), added(c, .99))
		}), unjudged},
		{"frame on its way p50 / p99, ms", "p50 <= 1 and <= 1.5x rproxy", each(subjects, func(c column) string {
			return pair(late(c, .5), late(c, .99))
		}), unjudged},
		{"events / frames, bunched in a round", "25 of 25, 0, bytes identical", each(subjects, func(c column) string {
			return pieces(rounds, c)
		}), unjudged},
	}
	if !have(subjects) {
		return lines
	}
	lines[1].verdict = judge(added(geminid, .5) <= time.Millisecond && added(geminid, .99) <= 5*time.Millisecond, "median of %d rounds", len(rounds))
	times := over(rounds, func(r [columns]stream) float64 {
		return ratio(r[geminid].late.Quantile(.5), r[rproxy].late.Quantile(.5))
	})
	lines[2].verdict = judge(late(geminid, .5) <= time.Millisecond && times <= 1.5, "%.2fx rproxy", times)
	whole := true
	for _, r := range rounds {
		whole = whole && r[geminid].events == r[geminid].frames
	}
	lines[3].verdict = judge(whole && bunched(rounds, geminid) == 0, "text identical in all streams")
	return lines
}

// bunched is how many frames came together with the one before them. A machine
// that stands still for a frame's time bunches for everybody.
func bunched(rounds [][columns]stream, c column) int {
	return over(rounds, func(r [columns]stream) int { return r[c].bunched })
}

func pieces(rounds [][columns]stream, c column) string {
	var events, frames int
	for _, r := range rounds {
		events, frames = events+r[c].events, frames+r[c].frames
	}
	return fmt.Sprintf("%d / %d, %d", events, frames, bunched(rounds, c))
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
