package metrics_test

import (
	"net/http"
	"net/http/httptest"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"
	dto "github.com/prometheus/client_model/go"

	"github.com/geminid/geminid/metrics"
)

func build() *metrics.Metrics {
	return metrics.New(metrics.Build{Version: "v1.2.3", Revision: "abc"})
}

func gather(t *testing.T, m *metrics.Metrics) []*dto.MetricFamily {
	t.Helper()
	families, err := m.Gatherer().Gather()
	if err != nil {
		t.Fatal(err)
	}
	return families
}

// touch gives every vector one child with placeholder labels, so that no family
// is missing from a gathering only because nothing happened yet. It returns the
// names of the fields that were nil.
func touch(m *metrics.Metrics) (unset []string) {
	v := reflect.ValueOf(m).Elem()
	for i := range v.NumField() {
		field := v.Type().Field(i)
		if !field.IsExported() {
			continue
		}
		if v.Field(i).IsNil() {
			unset = append(unset, field.Name)
			continue
		}
		if c, ok := v.Field(i).Interface().(prometheus.Collector); ok {
			label(c)
		}
	}
	return unset
}

func label(c prometheus.Collector) {
	for n := range 8 {
		values := slices.Repeat([]string{"x"}, n)
		var err error
		switch vec := c.(type) {
		case *prometheus.CounterVec:
			_, err = vec.GetMetricWithLabelValues(values...)
		case *prometheus.GaugeVec:
			_, err = vec.GetMetricWithLabelValues(values...)
		case *prometheus.HistogramVec:
			_, err = vec.GetMetricWithLabelValues(values...)
		}
		if err == nil {
			return
		}
	}
}

func TestEveryFieldIsRegistered(t *testing.T) {
	m := build()
	before := len(gather(t, m))
	if unset := touch(m); len(unset) > 0 {
		t.Errorf("fields without a metric: %v", unset)
	}
	v := reflect.TypeFor[metrics.Metrics]()
	fields := 0
	for i := range v.NumField() {
		if v.Field(i).IsExported() {
			fields++
		}
	}
	ours := 0
	for _, f := range gather(t, m) {
		if strings.HasPrefix(f.GetName(), "geminid_") {
			ours++
		}
	}
	if want := fields + 1; ours != want { // build_info has no field
		t.Errorf("got %d families of ours, want %d, one a field and build_info", ours, want)
	}
	if before == 0 {
		t.Error("nothing was gathered before the first use")
	}
}

func TestLint(t *testing.T) {
	m := build()
	m.AddAccount("default", "healthy", "expired")
	touch(m)
	problems, err := testutil.GatherAndLint(m.Gatherer())
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range problems {
		t.Errorf("%s: %s", p.Metric, p.Text)
	}
}

func TestNamesAndBuckets(t *testing.T) {
	m := build()
	touch(m)
	for _, f := range gather(t, m) {
		name := f.GetName()
		known := slices.ContainsFunc([]string{"geminid_", "go_", "process_", "promhttp_"}, func(p string) bool {
			return strings.HasPrefix(name, p)
		})
		if !known {
			t.Errorf("%s has no prefix that says whose it is", name)
		}
		if f.GetType() != dto.MetricType_HISTOGRAM || !strings.HasPrefix(name, "geminid_") {
			continue
		}
		for _, metric := range f.GetMetric() {
			h := metric.GetHistogram()
			if n := len(h.GetBucket()); n == 0 || n > 10 {
				t.Errorf("%s has %d classic buckets, want 1 to 10", name, n)
			}
			if h.Schema == nil {
				t.Errorf("%s has no native buckets", name)
			}
		}
	}
}

func TestKnownChildrenExistFromTheStart(t *testing.T) {
	m := build()
	tests := []struct {
		name string
		vec  prometheus.Collector
		want int
	}{
		{"limits", m.RateLimited, 6},
		{"keys", m.AuthFailures, 3},
		{"aborts", m.StreamAborts, 6},
		{"upstream calls", m.UpstreamRequests, 6 * 8},
		{"parse errors", m.UpstreamParseErrors, 4},
		{"watcher", m.WatcherEvents, 5},
		{"files that belong to nobody", m.CookieFileLoads, 6 * 5},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := testutil.CollectAndCount(tt.vec); got != tt.want {
				t.Errorf("got %d children, want %d", got, tt.want)
			}
		})
	}
}

func TestAccountAppearsWholeAndGoesWhole(t *testing.T) {
	m := build()
	states := []string{"unknown", "healthy", "expired"}
	m.AddAccount("keeper", states...)
	m.AddAccount("leaver", states...)
	m.AddAccount("leaver", states...) // a second time changes nothing
	m.CookieTransitions.WithLabelValues("leaver", "unknown", "healthy").Inc()

	keeper, leaver := series(gather(t, m), "keeper"), series(gather(t, m), "leaver")
	if keeper == 0 || leaver != keeper {
		t.Errorf("got %d and %d series, want the same number", keeper, leaver)
	}
	if got, want := testutil.CollectAndCount(m.CookieState), 2*len(states); got != want {
		t.Errorf("got %d state series, want all states of both accounts: %d", got, want)
	}

	m.RemoveAccount("leaver")
	if n := series(gather(t, m), "leaver"); n != 0 {
		t.Errorf("%d series of a forgotten account are left", n)
	}
	if n := series(gather(t, m), "keeper"); n != keeper {
		t.Errorf("forgetting one account left the other with %d series, want %d", n, keeper)
	}
}

// series counts the series that carry the account's name in any label.
func series(families []*dto.MetricFamily, account string) (n int) {
	for _, f := range families {
		for _, metric := range f.GetMetric() {
			for _, l := range metric.GetLabel() {
				if l.GetValue() == account {
					n++
				}
			}
		}
	}
	return n
}

// The vectors that Forget empties are listed by hand; this test knows them from
// their labels.
func TestForgetKnowsEveryAccountLabel(t *testing.T) {
	m := build()
	touch(m)
	m.RemoveAccount("x")
	for _, f := range gather(t, m) {
		for _, metric := range f.GetMetric() {
			for _, l := range metric.GetLabel() {
				if l.GetName() == "account" && l.GetValue() != metrics.NoAccount {
					t.Errorf("%s kept a series of a forgotten account", f.GetName())
				}
			}
		}
	}
}

func TestHandler(t *testing.T) {
	m := build()
	m.Streams.WithLabelValues("openai").Inc()
	w := httptest.NewRecorder()
	m.Handler().ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/metrics", nil))
	if w.Code != http.StatusOK {
		t.Fatalf("status %d", w.Code)
	}
	for _, want := range []string{
		`geminid_streams_total{dialect="openai"} 1`,
		`geminid_build_info{`, `version="v1.2.3"`, "go_goroutines ", "process_start_time_seconds ",
	} {
		if !strings.Contains(w.Body.String(), want) {
			t.Errorf("the page lacks %s", want)
		}
	}
}

func TestTwoSetsDoNotMeet(t *testing.T) {
	a, b := build(), build()
	a.Streams.WithLabelValues("gemini").Inc()
	if got := testutil.ToFloat64(b.Streams.WithLabelValues("gemini")); got != 0 {
		t.Errorf("a count of one set reached another: %v", got)
	}
}

// BenchmarkScrape gathers a registry as full as a daemon's after weeks.
func BenchmarkScrape(b *testing.B) {
	m := build()
	m.AddAccount("default", "healthy", "expired")
	touch(m)
	r := httptest.NewRequestWithContext(b.Context(), http.MethodGet, "/metrics", nil)
	h := m.Handler()
	for b.Loop() {
		h.ServeHTTP(httptest.NewRecorder(), r)
	}
}
