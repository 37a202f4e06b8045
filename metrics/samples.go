package metrics

import (
	"fmt"
	"iter"
	"math"

	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"
)

// Sample is the present value of one series of a family that reports are made
// of, in plain numbers.
type Sample struct {
	// Family is the field of [Metrics] that it is from.
	Family Family
	Labels map[string]string
	// Value is that of a counter; for a histogram it is the number of
	// measurements.
	Value float64
	// Sum and Below are of a histogram only: the sum, and how many measurements
	// lie in each bucket by its upper bound, the last one being +Inf.
	Sum   float64
	Below []Bucket
}

// Bucket is one bucket of a histogram; unlike in the exposition it does not count the
// measurements of the buckets before it.
type Bucket struct {
	Upper float64
	N     uint64
}

// Family is a family that [Metrics.Samples] yields.
type Family string

// The families.
const (
	Requests    Family = "requests"
	RateLimited Family = "rate_limited"
	Aborts      Family = "stream_aborts"
	Upstream    Family = "upstream_requests"
	Rotations   Family = "rotations"
	Lifetimes   Family = "lifetimes"
	FirstTokens Family = "first_tokens"
)

// Samples yields the present values of the families that reports are made of, without
// the series that counted nothing yet. It does not touch other families, so it is
// cheap enough to be asked often.
func (m *Metrics) Samples() iter.Seq[Sample] {
	families := []struct {
		name    Family
		collect prometheus.Collector
	}{
		{Requests, m.Requests}, {RateLimited, m.RateLimited}, {Aborts, m.StreamAborts}, {Upstream, m.UpstreamRequests},
		{Rotations, m.CookieRotations}, {Lifetimes, m.CookieLifetime}, {FirstTokens, m.TimeToFirstToken},
	}
	return func(yield func(Sample) bool) {
		for _, f := range families {
			for _, metric := range collectAll(f.collect) {
				if s, counted := sampleOf(f.name, metric); counted && !yield(s) {
					return
				}
			}
		}
	}
}

// collectAll reads all children of a vector. Collect blocks on its channel, so it
// is emptied alongside.
func collectAll(c prometheus.Collector) (out []prometheus.Metric) {
	ch := make(chan prometheus.Metric, 64)
	go func() {
		defer close(ch)
		c.Collect(ch)
	}()
	for metric := range ch {
		out = append(out, metric)
	}
	return out
}

// sampleOf reads a series; counted is false if it never counted anything.
func sampleOf(family Family, metric prometheus.Metric) (s Sample, counted bool) {
	var d dto.Metric
	if err := metric.Write(&d); err != nil {
		panic(fmt.Sprintf("metrics: a series that was registered cannot be read: %v", err))
	}
	h := d.GetHistogram()
	if d.GetCounter().GetValue() == 0 && h.GetSampleCount() == 0 {
		return s, false
	}
	s = Sample{Family: family, Labels: make(map[string]string, len(d.GetLabel()))}
	for _, l := range d.GetLabel() {
		s.Labels[l.GetName()] = l.GetValue()
	}
	if h == nil {
		s.Value = d.GetCounter().GetValue()
		return s, true
	}
	s.Value, s.Sum = float64(h.GetSampleCount()), h.GetSampleSum()
	var before uint64
	for _, b := range h.GetBucket() {
		if !math.IsInf(b.GetUpperBound(), 1) {
			s.Below = append(s.Below, Bucket{b.GetUpperBound(), b.GetCumulativeCount() - before})
			before = b.GetCumulativeCount()
		}
	}
	s.Below = append(s.Below, Bucket{math.Inf(1), h.GetSampleCount() - before})
	return s, true
}
