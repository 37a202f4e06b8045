package main

import (
	"context"
	"fmt"
	"time"

	"github.com/geminid/geminid/e2e/bench/load"
)

// latency is row 1. The subjects take turns in short rounds, so that a slow
// moment of the machine falls on all of them.
func latency(ctx context.Context, l *lab) ([]line, error) {
	const rounds, questions = 12, 80
	subjects, err := l.ready(ctx)
	if err != nil {
		return nil, err
	}
	var took [columns]load.Durations
	for range rounds {
		for _, s := range subjects {
			for range questions {
				answer, err := s.Ask(ctx, short)
				if err != nil {
					return nil, err
				}
				took[s.column] = append(took[s.column], answer.Took())
			}
		}
	}
	var added50, added99 [columns]time.Duration
	for _, s := range subjects {
		added50[s.column] = took[s.column].Quantile(.5) - took[direct].Quantile(.5)
		added99[s.column] = took[s.column].Quantile(.99) - took[direct].Quantile(.99)
	}
	verdict := unjudged
	if have(subjects) {
		most := 2*added50[rproxy] + 100*time.Microsecond
		verdict = judge(added50[geminid] <= most, "p50 <= %s = 2x rproxy + 0.1", ms(most))
	}
	return []line{
		{
			"p50 / p99 of a short answer, ms", "", each(subjects, func(c column) string {
				return pair(took[c].Quantile(.5), took[c].Quantile(.99))
			}), unjudged,
		},
		{
			"added p50 / p99, ms", "<= 0.40 / 5 quiet; p50 <= 2x rproxy + 0.1", each(subjects, func(c column) string {
				return pair(added50[c], added99[c])
			}), verdict,
		},
	}, nil
}

// crowds is row 2: 64 clients of an upstream that takes 200 ms, and 512 of one
// that takes 2 s. The clients begin evenly spread, as people do.
func crowds(ctx context.Context, l *lab) ([]line, error) {
	var lines []line
	for _, c := range []struct {
		clients, each int
		delay, slack  time.Duration
	}{
		{64, 15, 200 * time.Millisecond, 3 * time.Millisecond},
		{512, 3, 2 * time.Second, 5 * time.Millisecond},
	} {
		subjects, err := l.ready(ctx)
		if err != nil {
			return nil, err
		}
		question := short
		question.Recipe.First = c.delay
		var result [columns]load.Result
		for _, s := range subjects {
			crowd := load.Crowd{Clients: c.clients, Each: c.each, Spread: c.delay}
			result[s.column] = crowd.Run(ctx, l.asker(s, question))
		}
		verdict := unjudged
		if have(subjects) {
			verdict = crowdVerdict(result, c.slack)
		}
		lines = append(lines, line{
			fmt.Sprintf("%d clients, upstream %s: p50 / p99 ms, rps, errors", c.clients, c.delay),
			fmt.Sprintf("p50 within +%s ms of direct or rproxy, rps >= 98 %%, 0 errors", ms(c.slack)),
			each(subjects, func(c column) string {
				r := result[c]
				return fmt.Sprintf("%s, %.0f, %d", pair(r.Took().Quantile(.5), r.Took().Quantile(.99)), r.Rate(), len(r.Errors))
			}), verdict,
		})
	}
	return lines, nil
}

// crowdVerdict allows what the plain proxy needed too: on two shared cores its
// own queue at the client is part of what is seen.
func crowdVerdict(result [columns]load.Result, slack time.Duration) verdict {
	base := max(result[direct].Took().Quantile(.5), result[rproxy].Took().Quantile(.5))
	late := result[geminid].Took().Quantile(.5) - base
	share := ratio(result[geminid].Rate(), result[direct].Rate())
	failed := len(result[geminid].Errors)
	return judge(late <= slack && share >= .98 && failed == 0,
		"p50 %+.2f ms, rps %.1f %%, %d errors", float64(late)/float64(time.Millisecond), 100*share, failed)
}
