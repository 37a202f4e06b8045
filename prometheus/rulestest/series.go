package rulestest

import (
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/geminid/geminid/metrics"
)

// ListSeries returns the names of the series that a Prometheus has which scrapes
// geminid and evaluates its rules.
func ListSeries(t *testing.T) map[string]bool {
	t.Helper()
	known := make(map[string]bool)
	m := metrics.New(metrics.Build{Version: "v0", Revision: "none"})
	m.AddAccount("default")
	for v, i := reflect.ValueOf(m).Elem(), 0; i < v.NumField(); i++ {
		if !v.Type().Field(i).IsExported() {
			continue
		}
		descriptions := make(chan *prometheus.Desc, 1)
		v.Field(i).Interface().(prometheus.Collector).Describe(descriptions)
		name, _, _ := strings.Cut(strings.TrimPrefix((<-descriptions).String(), `Desc{fqName: "`), `"`)
		known[name] = true
		if _, histogram := v.Field(i).Interface().(*prometheus.HistogramVec); histogram {
			addHistogram(known, name)
		}
	}
	families, err := m.Gatherer().Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range families {
		known[f.GetName()] = true
		if f.GetType().String() == "HISTOGRAM" || f.GetType().String() == "SUMMARY" {
			addHistogram(known, f.GetName())
		}
	}
	for _, r := range LoadRules(t) {
		if r.Record != "" {
			known[r.Record] = true
		}
	}
	if len(known) < 60 {
		t.Fatalf("the registry shows only %v", slices.Sorted(maps.Keys(known)))
	}
	return known
}

func addHistogram(known map[string]bool, name string) {
	for _, suffix := range []string{"_bucket", "_sum", "_count"} {
		known[name+suffix] = true
	}
}
