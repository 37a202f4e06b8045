package main

import (
	"context"

	"github.com/geminid/geminid/e2e/bench/load"
	"github.com/geminid/geminid/e2e/bench/standin"
)

// row is one of the targets of a daemon that should cost no more than a plain
// proxy. The numbers are the table's own and have gaps: row 9's twin in the test
// suite is exact, here it is measured from outside; row 11 needs hours.
type row struct {
	number int
	title  string
	run    func(context.Context, *lab) ([]line, error)
}

var rows = []row{
	{1, "one client, short answers", latency},
	{2, "many clients, slow upstream", crowds},
	{3, "streaming", streaming},
	{4, "processor time", processor},
	{5, "memory", memory},
	{6, "time to ready", readiness},
	{7, "long answers", longAnswers},
	{8, "clients that leave", leaving},
	{9, "leaks", leaks},
	{10, "upstream economy", economy},
	{12, "metrics and log", watching},
	{13, "tools", withTools},
}

// short is the answer that rows without another wish ask for: 2 KiB of text in
// eight frames, as fast as they can be sent.
var short = load.Question{Recipe: standin.Recipe{Frames: 8, Size: 256}}

// streamed is q asked as a stream.
func streamed(q load.Question) load.Question {
	q.Stream = true
	return q
}

// warm asks checked questions one after the other, so that connections are open,
// code is paged in, and a subject that answers wrongly is found out at once.
func (l *lab) warm(ctx context.Context, s subject, times int) error {
	for i := range times {
		q := short
		q.Check, q.Stream = true, i%2 == 0
		if _, err := s.Ask(ctx, q); err != nil {
			return err
		}
	}
	return nil
}

// ready returns the shared subjects, warmed.
func (l *lab) ready(ctx context.Context) ([]subject, error) {
	subjects, err := l.shared(ctx)
	if err != nil {
		return nil, err
	}
	for _, s := range subjects {
		if err := l.warm(ctx, s, 20); err != nil {
			return nil, err
		}
	}
	return subjects, nil
}

// each fills one cell for every subject that has a figure.
func each(subjects []subject, cell func(column) string) cells {
	var c cells
	for _, s := range subjects {
		c[s.column] = cell(s.column)
	}
	return c
}

// have says whether geminid is among the subjects; without it nothing is judged.
func have(subjects []subject) bool {
	return len(subjects) > 0 && subjects[len(subjects)-1].column == geminid
}
