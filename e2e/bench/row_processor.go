package main

import (
	"context"
	"fmt"
	"time"

	"github.com/geminid/geminid/e2e/bench/load"
	"github.com/geminid/geminid/e2e/bench/standin"
)

// cost is what a load took of a subject.
type cost struct {
	load.Result
	cpu time.Duration
}

// charge runs a crowd and notes the processor time that the subject spent.
func (l *lab) charge(ctx context.Context, s subject, crowd load.Crowd, q load.Question) (cost, error) {
	before, err := s.CPU()
	if err != nil {
		return cost{}, err
	}
	result := crowd.Run(ctx, l.asker(s, q))
	after, err := s.CPU()
	if err != nil {
		return cost{}, err
	}
	if len(result.Errors) > 0 {
		return cost{}, fmt.Errorf("%d of %d requests failed, the first with: %w",
			len(result.Errors), len(result.Errors)+len(result.Answers), result.Errors[0])
	}
	return cost{result, after - before}, nil
}

// add takes in another turn.
func (c *cost) add(more cost, err error) error {
	c.Answers = append(c.Answers, more.Answers...)
	c.Wall += more.Wall
	c.cpu += more.cpu
	return err
}

func (c cost) perAnswer() time.Duration { return c.cpu / time.Duration(max(len(c.Answers), 1)) }

// perCore is the rate that one busy core would carry.
func (c cost) perCore() float64 { return ratio(float64(len(c.Answers)), c.cpu.Seconds()) }

// processor is row 4.
func processor(ctx context.Context, l *lab) ([]line, error) {
	subjects, err := l.ready(ctx)
	if err != nil {
		return nil, err
	}
	const frames = 50
	paced := load.Question{Stream: true, Recipe: standin.Recipe{
		Frames: frames, Size: 256, First: 20 * time.Millisecond, Gap: 20 * time.Millisecond,
	}}
	served := subjects[1:] // direct has no process
	var answers, streams [columns]cost
	// Turns, for the reason that latency takes them.
	for range 4 {
		for _, s := range served {
			full := load.Crowd{Clients: 64, For: 1500 * time.Millisecond}
			if err := answers[s.column].add(l.charge(ctx, s, full, short)); err != nil {
				return nil, err
			}
			steady := load.Crowd{Clients: 64, Each: 1, Spread: 500 * time.Millisecond}
			if err := streams[s.column].add(l.charge(ctx, s, steady, paced)); err != nil {
				return nil, err
			}
		}
	}
	perFrame := func(c column) time.Duration { return streams[c].perAnswer() / frames }
	lines := []line{
		{"CPU of a short answer, 64 clients, us", "<= 500, <= 1.35x rproxy", each(served, func(c column) string {
			return us(answers[c].perAnswer())
		}), unjudged},
		{"answers/s seen / one core could carry", ">= 1700, >= 0.63x rproxy", each(served, func(c column) string {
			return fmt.Sprintf("%.0f / %.0f", answers[c].Rate(), answers[c].perCore())
		}), unjudged},
		{"CPU of a forwarded frame, us", "<= 100, <= 1.3x rproxy", each(served, func(c column) string {
			return us(perFrame(c))
		}), unjudged},
	}
	if !have(subjects) {
		return lines, nil
	}
	most := func(got, base, limit float64) verdict {
		return judge(got <= limit*base, "%.2fx rproxy", ratio(got, base))
	}
	lines[0].verdict = most(float64(answers[geminid].perAnswer()), float64(answers[rproxy].perAnswer()), 1.35)
	carried := ratio(answers[geminid].perCore(), answers[rproxy].perCore())
	lines[1].verdict = judge(carried >= .63, "%.2fx rproxy", carried)
	lines[2].verdict = most(float64(perFrame(geminid)), float64(perFrame(rproxy)), 1.3)
	return lines, nil
}
