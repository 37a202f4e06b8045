package main

import (
	"fmt"
	"io"
	"strings"
	"time"
)

// cells holds one figure for each subject.
type cells [columns]string

// line is one measured figure of a row with its target.
type line struct {
	measure, target string
	cells           cells
	verdict         verdict
}

// verdict says whether a target was met, and by which reading.
type verdict struct {
	mark string
	note string
}

// judge turns a comparison into a verdict.
func judge(ok bool, format string, args ...any) verdict {
	mark := "FAIL"
	if ok {
		mark = "pass"
	}
	return verdict{mark, fmt.Sprintf(format, args...)}
}

// unjudged is for figures that stand there for orientation, or when geminid
// was not measured.
var unjudged = verdict{mark: "-"}

// table prints lines as a Markdown table.
type table struct {
	out   io.Writer
	begun bool
	fails int
}

func (t *table) add(number int, lines []line) {
	if !t.begun {
		fmt.Fprintln(t.out, "| # | measure | target | direct | rproxy | geminid | | judged by |")
		fmt.Fprintln(t.out, "|---|---|---|---|---|---|---|---|")
		t.begun = true
	}
	for _, l := range lines {
		if l.verdict.mark == "FAIL" {
			t.fails++
		}
		fields := []string{fmt.Sprint(number), l.measure, l.target}
		for _, cell := range l.cells {
			if cell == "" {
				cell = "-"
			}
			fields = append(fields, cell)
		}
		fields = append(fields, l.verdict.mark, l.verdict.note)
		fmt.Fprintf(t.out, "| %s |\n", strings.Join(fields, " | "))
	}
}

func ms(d time.Duration) string { return fmt.Sprintf("%.2f", float64(d)/float64(time.Millisecond)) }

func pair(a, b time.Duration) string { return ms(a) + " / " + ms(b) }

func us(d time.Duration) string { return fmt.Sprintf("%.0f", float64(d)/float64(time.Microsecond)) }

func mib(n int64) string { return fmt.Sprintf("%.1f", float64(n)/(1<<20)) }

func ratio[T ~int64 | ~float64](a, b T) float64 {
	if b == 0 {
		return 0
	}
	return float64(a) / float64(b)
}
