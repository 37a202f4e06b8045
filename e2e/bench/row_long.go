package main

import (
	"context"
	"fmt"
	"time"

	"github.com/geminid/geminid/e2e/bench/load"
	"github.com/geminid/geminid/e2e/bench/standin"
)

// longAnswers is row 7: every frame repeats the whole text, so a long answer is
// many times as long on the wire. The longest is asked once more, full of what has
// to be made Markdown of.
func longAnswers(ctx context.Context, l *lab) ([]line, error) {
	var lines []line
	var plain time.Duration // geminid's, of the longest
	for _, size := range []struct {
		kib, times int
		limit      time.Duration
	}{
		{64, 20, 3 * time.Millisecond},
		{256, 8, 25 * time.Millisecond},
		{1024, 3, 350 * time.Millisecond},
	} {
		subjects, err := l.ready(ctx)
		if err != nil {
			return nil, err
		}
		question := load.Question{Recipe: standin.Recipe{Frames: size.kib / 4, Size: 4 << 10}}
		checked := question
		checked.Check = true
		var asStream, whole [columns]cost
		for _, s := range subjects[1:] {
			if _, err := s.Ask(ctx, checked); err != nil {
				return nil, err
			}
			one := load.Crowd{Clients: 1, Each: size.times}
			if asStream[s.column], err = l.charge(ctx, s, one, streamed(question)); err != nil {
				return nil, err
			}
			if whole[s.column], err = l.charge(ctx, s, one, question); err != nil {
				return nil, err
			}
		}
		show := func(of *[columns]cost) cells {
			return each(subjects[1:], func(c column) string {
				return pair(of[c].perAnswer(), of[c].Took().Quantile(.5))
			})
		}
		verdict := unjudged
		if have(subjects) {
			got, base := asStream[geminid].perAnswer(), asStream[rproxy].perAnswer()
			verdict = judge(got <= size.limit, "%.2fx rproxy", ratio(got, base))
			plain = got
		}
		lines = append(lines,
			line{fmt.Sprintf("%d KiB streamed: CPU / wall ms", size.kib), fmt.Sprintf("CPU <= %s", ms(size.limit)), show(&asStream), verdict},
			line{fmt.Sprintf("%d KiB in one piece: CPU / wall ms", size.kib), "", show(&whole), unjudged})
	}
	busy, err := l.busyAnswer(ctx, plain)
	return append(lines, busy), err
}

// busyAnswer is the line about an answer of 1 MiB that is full of components, marks and
// escapes, beside what a plain one cost geminid.
func (l *lab) busyAnswer(ctx context.Context, plain time.Duration) (line, error) {
	out := line{"1024 KiB of components and escapes: CPU / wall ms", "CPU <= 2x a plain one", cells{}, unjudged}
	subjects, err := l.ready(ctx)
	if err != nil {
		return out, err
	}
	question := streamed(load.Question{Recipe: standin.Recipe{Frames: 256, Size: 4 << 10, Busy: true}})
	var costs [columns]cost
	for _, s := range subjects[1:] {
		if costs[s.column], err = l.charge(ctx, s, load.Crowd{Clients: 1, Each: 3}, question); err != nil {
			return out, err
		}
	}
	out.cells = each(subjects[1:], func(c column) string { return pair(costs[c].perAnswer(), costs[c].Took().Quantile(.5)) })
	if have(subjects) {
		times := ratio(costs[geminid].perAnswer(), plain)
		out.verdict = judge(times <= 2, "%.2fx plain, rproxy %.2fx geminid's plain", times, ratio(costs[rproxy].perAnswer(), plain))
	}
	return out, nil
}
