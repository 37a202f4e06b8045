package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/geminid/geminid/e2e/bench/load"
	"github.com/geminid/geminid/e2e/bench/standin"
)

// fortyTools are 40 tools of 100 KB, as a program with several servers of tools sends
// them with each question.
func fortyTools() string {
	tools := make([]string, 40)
	for i := range tools {
		var properties strings.Builder
		for j := range 8 {
			fmt.Fprintf(&properties, `,"argument_%d":{"type":"string","description":"%s"}`, j, strings.Repeat("What it is for. ", 10))
		}
		tools[i] = fmt.Sprintf(`{"type":"function","function":{"name":"server_tool_%d","description":"%s","parameters":{"type":"object","required":["argument_1"],"properties":{%s}}}}`,
			i, strings.Repeat("It does a thing. ", 40), properties.String()[1:])
	}
	return "[" + strings.Join(tools, ",") + "]"
}

// offered is a round of row 13: index 0 without tools, 1 with them.
type offered struct {
	first, cpu, long [2]time.Duration
}

// withTools is row 13: what tools add to a question, and to an answer that calls none.
// It is geminid beside itself.
func withTools(ctx context.Context, l *lab) ([]line, error) {
	subjects, err := l.ready(ctx)
	if err != nil || !have(subjects) {
		return nil, err
	}
	s := subjects[len(subjects)-1]
	tools := [2]string{"", fortyTools()}
	var rounds []offered
	for range 7 {
		var r offered
		for i := range tools {
			question := streamed(short)
			question.Tools = tools[i]
			one, err := l.charge(ctx, s, load.Crowd{Clients: 1, Each: 60}, question)
			if err != nil {
				return nil, err
			}
			var first load.Durations
			for _, answer := range one.Answers {
				first = append(first, answer.First())
			}
			r.first[i], r.cpu[i] = first.Quantile(.5), one.perAnswer()
			question.Recipe = standin.Recipe{Frames: 256, Size: 4 << 10}
			long, err := l.charge(ctx, s, load.Crowd{Clients: 1, Each: 2}, question)
			if err != nil {
				return nil, err
			}
			r.long[i] = long.perAnswer()
		}
		rounds = append(rounds, r)
	}
	memory, err := l.weighTools(ctx, tools)
	if err != nil {
		return nil, err
	}
	return toolLines(rounds, memory), nil
}

func toolLines(rounds []offered, memory [2]int64) []line {
	first := over(rounds, func(r offered) time.Duration { return r.first[1] - r.first[0] })
	cpu := over(rounds, func(r offered) time.Duration { return r.cpu[1] - r.cpu[0] })
	long := over(rounds, func(r offered) float64 { return ratio(r.long[1], r.long[0]) })
	more := (memory[1] - memory[0]) >> 10
	return []line{
		{"40 tools, 100 KB: added to first text p50, ms", "<= 1", cells{geminid: ms(first)}, judge(first <= time.Millisecond, "median of %d rounds", len(rounds))},
		{"the same: added CPU, us", "<= 300", cells{geminid: us(cpu)}, judge(cpu <= 300*time.Microsecond, "median of %d rounds", len(rounds))},
		{"1 MiB streamed with tools and no call, beside without", "<= 1.1x", cells{geminid: fmt.Sprintf("%.2fx", long)}, judge(long <= 1.1, "median of %d rounds", len(rounds))},
		{"KiB more per stream with tools", "<= 4", cells{geminid: fmt.Sprint(more)}, judge(more <= 4, "peak less idle, of %d streams", crowded)},
	}
}

// weighTools returns the bytes per stream of new processes without and with tools.
func (l *lab) weighTools(ctx context.Context, tools [2]string) (perStream [2]int64, err error) {
	for i := range tools {
		s, err := l.start(ctx, geminid)
		if err != nil {
			return perStream, err
		}
		seen, err := l.weigh(ctx, s, false, tools[i])
		s.halt()
		if err != nil {
			return perStream, err
		}
		perStream[i] = seen.perStream()
	}
	return perStream, nil
}
