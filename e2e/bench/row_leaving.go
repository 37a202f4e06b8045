package main

import (
	"context"
	"fmt"
	"time"

	"github.com/geminid/geminid/e2e/bench/load"
	"github.com/geminid/geminid/e2e/bench/standin"
)

// endless is a stream that outlasts every client that means to leave it.
var endless = load.Question{Stream: true, LeaveAfter: 2, Recipe: standin.Recipe{
	Frames: 500, Size: 64, First: 5 * time.Millisecond, Gap: 20 * time.Millisecond,
}}

// leaving is row 8: the client goes after its second event, and the upstream's
// handler must see it.
func leaving(ctx context.Context, l *lab) ([]line, error) {
	const times, limit = 50, 250 * time.Millisecond
	subjects, err := l.ready(ctx)
	if err != nil {
		return nil, err
	}
	var after [columns]load.Durations
	var gone [columns]int
	for _, s := range subjects {
		for range times {
			answer, call, err := l.ask(ctx, s, endless)
			if err != nil {
				return nil, err
			}
			delay, stopped := awaitEnd(ctx, call, answer.Left)
			after[s.column] = append(after[s.column], delay)
			if stopped && delay <= limit {
				gone[s.column]++
			}
		}
	}
	verdict := unjudged
	if have(subjects) {
		verdict = judge(gone[geminid] == times, "%d of %d", gone[geminid], times)
	}
	return []line{{
		"upstream call gone after the client: p50 / max ms, in time", "<= 250 ms, 50 of 50",
		each(subjects, func(c column) string {
			return fmt.Sprintf("%s, %d", pair(after[c].Quantile(.5), after[c].Quantile(1)), gone[c])
		}), verdict,
	}}, nil
}

// awaitEnd waits at most two seconds for the upstream's handler to end.
func awaitEnd(ctx context.Context, call *standin.Call, left time.Time) (time.Duration, bool) {
	select {
	case <-call.Done:
		return call.Ended.Sub(left), call.Canceled
	case <-time.After(2 * time.Second):
	case <-ctx.Done():
	}
	return time.Since(left), false
}
