package main

import (
	"context"
	"fmt"

	"github.com/geminid/geminid/e2e/bench/load"
	"github.com/geminid/geminid/e2e/bench/standin"
)

// economy is row 10: what the upstream sees of a hundred answers once everything
// is warm, and of the page that a session begins with.
func economy(ctx context.Context, l *lab) ([]line, error) {
	const answers = 100
	subjects, err := l.ready(ctx)
	if err != nil {
		return nil, err
	}
	var seen [columns]standin.Counts
	for _, s := range subjects {
		before := l.upstream.Counts()
		crowd := load.Crowd{Clients: 4, Each: answers / 4}
		if result := crowd.Run(ctx, l.asker(s, short)); len(result.Errors) > 0 {
			return nil, result.Errors[0]
		}
		seen[s.column] = l.upstream.Counts().Sub(before)
	}
	lines := []line{{
		"100 answers: generate, other calls, TLS handshakes", "100, 0, 0", each(subjects, func(c column) string {
			return fmt.Sprintf("%d, %d, %d", seen[c].Generate, others(seen[c]), seen[c].Handshakes)
		}), unjudged,
	}}
	if !have(subjects) {
		return lines, nil
	}
	g := seen[geminid]
	lines[0].verdict = judge(g.Generate == answers && others(g) == 0 && g.Handshakes == 0, "counted at the upstream")
	pages, err := l.pages(ctx)
	if err != nil {
		return nil, err
	}
	return append(lines, line{
		"page loads of a new session, 16 clients at once", "1",
		cells{geminid: fmt.Sprint(pages)}, judge(pages == 1, "counted at the upstream"),
	}), nil
}

func others(c standin.Counts) int64 { return c.Page + c.Batch + c.Rotate + c.Unknown }

// pages counts the page loads of a new process up to sixteen answers at once.
func (l *lab) pages(ctx context.Context) (int64, error) {
	before := l.upstream.Counts()
	s, err := l.start(ctx, geminid)
	if err != nil {
		return 0, err
	}
	defer s.halt()
	if result := (load.Crowd{Clients: 16, Each: 1}).Run(ctx, l.asker(s, short)); len(result.Errors) > 0 {
		return 0, result.Errors[0]
	}
	return l.upstream.Counts().Sub(before).Page, nil
}
