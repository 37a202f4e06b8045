package metrics_test

import (
	"maps"
	"math"
	"slices"
	"testing"

	"github.com/geminid/geminid/metrics"
)

func TestSamples(t *testing.T) {
	m := build()
	m.AddAccount("a")
	m.Requests.WithLabelValues("openai", "generate", "POST", "200", "success", "true").Add(3)
	m.CookieRotations.WithLabelValues("a", "rotated").Inc()
	for _, seconds := range []float64{.05, .2, .3, 7, 1000} {
		m.TimeToFirstToken.WithLabelValues("openai", "m").Observe(seconds)
	}
	values := make(map[metrics.Family]float64)
	for s := range m.Samples() {
		values[s.Family] += s.Value
		if s.Family == metrics.Requests && (s.Labels["code"] != "200" || s.Labels["dialect"] != "openai") {
			t.Errorf("labels are %v", s.Labels)
		}
		if s.Family != metrics.FirstTokens {
			continue
		}
		var below []uint64
		for _, b := range s.Below {
			below = append(below, b.N)
		}
		if want := []uint64{1, 1, 1, 0, 0, 0, 1, 0, 0, 0, 1}; !slices.Equal(below, want) || !math.IsInf(s.Below[len(s.Below)-1].Upper, 1) {
			t.Errorf("buckets %v, want %v up to infinity", s.Below, want)
		}
		if math.Abs(s.Sum-1007.55) > 1e-9 {
			t.Errorf("sum %v, want 1007.55", s.Sum)
		}
	}
	want := map[metrics.Family]float64{metrics.Requests: 3, metrics.Rotations: 1, metrics.FirstTokens: 5}
	if !maps.Equal(values, want) {
		t.Errorf("got  %v\nwant %v", values, want)
	}
}

func TestSamplesCanBeLeft(t *testing.T) {
	for range build().Samples() {
		break
	}
}
