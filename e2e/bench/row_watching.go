package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"time"

	"github.com/geminid/geminid/e2e/bench/load"
	"github.com/geminid/geminid/e2e/bench/standin"
)

// watching is row 12: what metrics and the access log cost, against a build
// without either.
func watching(ctx context.Context, l *lab) ([]line, error) {
	if l.binary == "" {
		return nil, nil
	}
	seeing, err := l.variant(ctx, l.binary, "info")
	if err != nil {
		return nil, err
	}
	defer seeing.halt()
	blind, err := l.blind(ctx)
	if err != nil {
		return nil, err
	}
	defer blind.halt()
	for _, s := range []subject{seeing, blind} {
		if err := l.warm(ctx, s, 200); err != nil {
			return nil, err
		}
	}
	paced := load.Question{Stream: true, Recipe: standin.Recipe{
		Frames: 50, Size: 256, First: 20 * time.Millisecond, Gap: 5 * time.Millisecond,
	}}
	streams, err := l.compare(ctx, [2]subject{blind, seeing}, load.Crowd{Clients: 32, Each: 2}, paced)
	if err != nil {
		return nil, err
	}
	answers, err := l.compare(ctx, [2]subject{blind, seeing}, load.Crowd{Clients: 16, Each: 40}, short)
	if err != nil {
		return nil, err
	}
	streams.measure, streams.target = "CPU of a streamed answer without / with metrics and log, us", "<= 2 % more"
	answers.measure, answers.verdict.mark = "the same of the shortest answer, us", unjudged.mark
	return []line{streams, answers}, nil
}

// turns is how often two servers are compared.
const turns = 24

// compare lets two servers take turns at a crowd. What else goes on at the machine
// only ever makes an answer dearer, so the cheap turns are compared: the verdict
// is on how much more the lower quartile of the second is.
func (l *lab) compare(ctx context.Context, pair [2]subject, crowd load.Crowd, q load.Question) (line, error) {
	var each [2][]time.Duration
	for turn := range turns {
		for i := range pair {
			i ^= turn & 1 // who is first changes with every turn
			c, err := l.charge(ctx, pair[i], crowd, q)
			if err != nil {
				return line{}, err
			}
			each[i] = append(each[i], c.perAnswer())
		}
	}
	var low [2]time.Duration
	for i := range each {
		slices.Sort(each[i])
		low[i] = each[i][turns/4]
	}
	more := 100 * (ratio(low[1], low[0]) - 1)
	return line{
		cells:   cells{geminid: us(low[0]) + " / " + us(low[1])},
		verdict: judge(more <= 2, "%+.1f %%", more),
	}, nil
}

// variant starts another binary with a log level of its own.
func (l *lab) variant(ctx context.Context, binary, level string) (subject, error) {
	other := *l
	other.binary, other.level = binary, level
	s, err := other.start(ctx, geminid)
	l.started = other.started
	return s, err
}

// blind builds and starts a geminid whose metrics count nothing, and that logs
// nothing of requests.
func (l *lab) blind(ctx context.Context) (subject, error) {
	overlay, err := l.numb()
	if err != nil {
		return subject{}, err
	}
	path := filepath.Join(l.dir, "geminid-blind")
	if err := compile(ctx, l.root, path, "-overlay", overlay); err != nil {
		return subject{}, err
	}
	return l.variant(ctx, path, "error")
}

// metricsStruct finds the exported fields, which stand behind the others.
var metricsStruct = regexp.MustCompile(`(?s)type Metrics struct \{\n(?:\t[a-z][^\n]*\n)*(.*?)\n\}`)

// sampleTypes are the declarations in front of the first function.
var sampleTypes = regexp.MustCompile(`(?s)type Sample struct.*?\n\n(//[^\n]*\n)*func `)

// numb writes a package that stands in for metrics with the same fields and
// methods, and the overlay that puts it there.
func (l *lab) numb() (overlay string, err error) {
	dir := filepath.Join(l.root, "metrics")
	page, err := os.ReadFile(filepath.Join(dir, "metrics.go"))
	if err != nil {
		return "", fmt.Errorf("reading the metrics: %w", err)
	}
	fields := metricsStruct.FindSubmatch(page)
	if fields == nil {
		return "", errors.New("reading the metrics: there is no struct Metrics")
	}
	samples, err := os.ReadFile(filepath.Join(dir, "samples.go"))
	if err != nil {
		return "", fmt.Errorf("reading the metrics: %w", err)
	}
	types := sampleTypes.Find(samples)
	if types == nil {
		return "", errors.New("reading the metrics: there is no struct Sample")
	}
	body := regexp.MustCompile(`\*prometheus\.\w+Vec`).ReplaceAllString(string(fields[1]), "vector")
	body = regexp.MustCompile(`prometheus\.\w+`).ReplaceAllString(body, "child")
	replace := map[string]string{}
	files, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		return "", err
	}
	for _, file := range files {
		replace[file] = ""
	}
	replace[filepath.Join(dir, "metrics.go")] = filepath.Join(l.dir, "numb.go")
	types = types[:len(types)-len("func ")]
	text := fmt.Sprintf("%s%s\ntype Metrics struct {\n%s\n}\n", numbHead, types, body)
	raw, err := json.Marshal(map[string]any{"Replace": replace})
	if err != nil {
		return "", err
	}
	overlay = filepath.Join(l.dir, "overlay.json")
	return overlay, errors.Join(
		os.WriteFile(filepath.Join(l.dir, "numb.go"), []byte(text), 0o600),
		os.WriteFile(overlay, raw, 0o600))
}

const numbHead = `package metrics

import (
	"iter"
	"net/http"
)

type Build struct{ Version, Revision string }
type vector struct{}
type child struct{}

const NoAccount = ""

func New(Build) *Metrics { return new(Metrics) }
func (*Metrics) Handler() http.Handler { return http.NotFoundHandler() }
func (*Metrics) AddAccount(string, ...string) {}
func (*Metrics) RemoveAccount(string) {}
func (*Metrics) CountLostLogRecords(func() uint64) {}
func (*Metrics) CountDrift(string, string) {}
func (*Metrics) CountQuestion(bool) {}
func (*Metrics) Questions() (asked, answered uint64) { return 0, 0 }
func (*Metrics) Samples() iter.Seq[Sample] { return func(func(Sample) bool) {} }
func (vector) WithLabelValues(...string) child { return child{} }
func (child) Inc() {}
func (child) Dec() {}
func (child) Add(float64) {}
func (child) Set(float64) {}
func (child) Observe(float64) {}

`
