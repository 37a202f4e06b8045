package main

import (
	"context"
	"fmt"
	"time"

	"github.com/geminid/geminid/e2e/bench/load"
)

// latency is row 1.
func latency(ctx context.Context, l *lab) ([]line, error) {
	const turns, questions = 12, 80
	subjects, err := l.ready(ctx)
	if err != nil {
		return nil, err
	}
	var rounds [][columns]load.Durations
	for range turns {
		var took [columns]load.Durations
		for _, s := range subjects {
			for range questions {
				answer, err := s.Ask(ctx, short)
				if err != nil {
					return nil, err
				}
				took[s.column] = append(took[s.column], answer.Took())
			}
		}
		rounds = append(rounds, took)
	}
	at := func(c column, q float64) time.Duration {
		return over(rounds, func(took [columns]load.Durations) time.Duration { return took[c].Quantile(q) })
	}
	added := func(c column, q float64) time.Duration {
		return over(rounds, func(took [columns]load.Durations) time.Duration {
			return took[c].Quantile(q) - took[direct].Quantile(q)
		})
	}
	verdict := unjudged
	if have(subjects) {
		most := 2*added(rproxy, .5) + 100*time.Microsecond
		verdict = judge(added(geminid, .5) <= most, "p50 <= %s = 2x rproxy + 0.1", ms(most))
	}
	return []line{
		{
			"p50 / p99 of a short answer, ms", "", each(subjects, func(c column) string {
				return pair(at(c, .5), at(c, .99))
			}), unjudged,
		},
		{
			"added p50 / p99, ms", "<= 0.40 / 5 quiet; p50 <= 2x rproxy + 0.1", each(subjects, func(c column) string {
				return pair(added(c, .5), added(c, .99))
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
		{64, 5, 200 * time.Millisecond, 3 * time.Millisecond},
		{512, 1, 2 * time.Second, 5 * time.Millisecond},
	} {
		subjects, err := l.ready(ctx)
		if err != nil {
			return nil, err
		}
		question := short
		question.Recipe.First = c.delay
		crowd := load.Crowd{Clients: c.clients, Each: c.each, Spread: c.delay}
		var rounds [][columns]load.Result
		for range 5 {
			var results [columns]load.Result
			for _, s := range subjects {
				results[s.column] = crowd.Run(ctx, l.asker(s, question))
			}
			rounds = append(rounds, results)
		}
		verdict := unjudged
		if have(subjects) {
			verdict = crowdVerdict(rounds, c.slack)
		}
		lines = append(lines, line{
			fmt.Sprintf("%d clients, upstream %s: p50 / p99 ms, rps, errors", c.clients, c.delay),
			fmt.Sprintf("p50 within +%s ms of direct, rps >= 98 %%, 0 errors", ms(c.slack)),
			each(subjects, func(c column) string { return crowdCell(rounds, c) }), verdict,
		})
	}
	return lines, nil
}

func crowdCell(rounds [][columns]load.Result, c column) string {
	at := func(q float64) time.Duration {
		return over(rounds, func(r [columns]load.Result) time.Duration { return r[c].Took().Quantile(q) })
	}
	rate := over(rounds, func(r [columns]load.Result) float64 { return r[c].Rate() })
	return fmt.Sprintf("%s, %.0f, %d", pair(at(.5), at(.99)), rate, failures(rounds, c))
}

func failures(rounds [][columns]load.Result, c column) (n int) {
	for _, r := range rounds {
		n += len(r[c].Errors)
	}
	return n
}

func crowdVerdict(rounds [][columns]load.Result, slack time.Duration) verdict {
	late := over(rounds, func(r [columns]load.Result) time.Duration {
		return r[geminid].Took().Quantile(.5) - r[direct].Took().Quantile(.5)
	})
	share := over(rounds, func(r [columns]load.Result) float64 { return ratio(r[geminid].Rate(), r[direct].Rate()) })
	failed := failures(rounds, geminid)
	return judge(late <= slack && share >= .98 && failed == 0,
		"p50 %+.2f ms, rps %.1f %%, %d errors", float64(late)/float64(time.Millisecond), 100*share, failed)
}
