package metrics_test

import (
	"fmt"

	"github.com/geminid/geminid/metrics"
)

func ExampleMetrics_Samples() {
	m := metrics.New(metrics.Build{Version: "1.2.3"})
	m.CookieRotations.WithLabelValues("default", "rotated").Inc()
	for sample := range m.Samples() {
		fmt.Println(sample.Family, sample.Labels["result"], sample.Value)
	}
	// Output: rotations rotated 1
}
