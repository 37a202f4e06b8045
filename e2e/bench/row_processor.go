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

func (c cost) perAnswer() time.Duration { return c.cpu / time.Duration(max(len(c.Answers), 1)) }

// perCore is the rate that one busy core would carry.
func (c cost) perCore() float64 { return ratio(float64(len(c.Answers)), c.cpu.Seconds()) }

// processed is a round of row 4.
type processed struct{ answers, streams [columns]cost }

// processor is row 4.
func processor(ctx context.Context, l *lab) ([]line, error) {
	subjects, err := l.ready(ctx)
	if err != nil {
		return nil, err
	}
	paced := load.Question{Stream: true, Recipe: standin.Recipe{
		Frames: pacedFrames, Size: 256, First: 20 * time.Millisecond, Gap: 20 * time.Millisecond,
	}}
	served := subjects[1:] // direct has no process
	var rounds []processed
	for range 9 {
		var r processed
		for _, s := range served {
			full := load.Crowd{Clients: 64, For: time.Second}
			if r.answers[s.column], err = l.charge(ctx, s, full, short); err != nil {
				return nil, err
			}
			steady := load.Crowd{Clients: 64, Each: 1, Spread: 500 * time.Millisecond}
			if r.streams[s.column], err = l.charge(ctx, s, steady, paced); err != nil {
				return nil, err
			}
		}
		rounds = append(rounds, r)
	}
	return processorLines(subjects, rounds), nil
}

const pacedFrames = 50

func (r processed) perFrame(c column) time.Duration { return r.streams[c].perAnswer() / pacedFrames }

func processorLines(subjects []subject, rounds []processed) []line {
	perAnswer := func(c column) time.Duration {
		return over(rounds, func(r processed) time.Duration { return r.answers[c].perAnswer() })
	}
	perCore := func(c column) float64 {
		return over(rounds, func(r processed) float64 { return r.answers[c].perCore() })
	}
	perFrame := func(c column) time.Duration {
		return over(rounds, func(r processed) time.Duration { return r.perFrame(c) })
	}
	served := subjects[1:]
	lines := []line{
		{"CPU of a short answer, 64 clients, us", "<= 500, <= 1.35x rproxy", each(served, func(c column) string {
			return us(perAnswer(c))
		}), unjudged},
		{"answers/s seen / one core could carry", ">= 1700, >= 0.63x rproxy", each(served, func(c column) string {
			return fmt.Sprintf("%.0f / %.0f", over(rounds, func(r processed) float64 { return r.answers[c].Rate() }), perCore(c))
		}), unjudged},
		{"CPU of a forwarded frame, us", "<= 100, <= 1.3x rproxy", each(served, func(c column) string {
			return us(perFrame(c))
		}), unjudged},
	}
	if !have(subjects) {
		return lines
	}
	times := over(rounds, func(r processed) float64 {
		return ratio(r.answers[geminid].perAnswer(), r.answers[rproxy].perAnswer())
	})
	lines[0].verdict = judge(perAnswer(geminid) <= 500*time.Microsecond && times <= 1.35, "%.2fx rproxy", times)
	carried := over(rounds, func(r processed) float64 {
		return ratio(r.answers[geminid].perCore(), r.answers[rproxy].perCore())
	})
	lines[1].verdict = judge(perCore(geminid) >= 1700 && carried >= .63, "%.2fx rproxy", carried)
	times = over(rounds, func(r processed) float64 { return ratio(r.perFrame(geminid), r.perFrame(rproxy)) })
	lines[2].verdict = judge(perFrame(geminid) <= 100*time.Microsecond && times <= 1.3, "%.2fx rproxy", times)
	return lines
}
