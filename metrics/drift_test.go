package metrics_test

import (
	"fmt"
	"testing"

	"github.com/prometheus/client_golang/prometheus/testutil"
)

// TestDriftIsBounded: the upstream chooses the details, and still makes no more than
// so many series.
func TestDriftIsBounded(t *testing.T) {
	m := build()
	for sign := range 100 {
		for detail := range 100 {
			m.CountDrift(fmt.Sprint("sign ", sign), fmt.Sprint(detail))
		}
	}
	if n := testutil.CollectAndCount(m.UpstreamDrift); n > 33*33 {
		t.Errorf("%d series", n)
	}
	m.CountDrift("sign 0", "0")
	if n := testutil.ToFloat64(m.UpstreamDrift.WithLabelValues("sign 0", "0")); n != 2 {
		t.Errorf("a known detail counted %v, want 2", n)
	}
	if n := testutil.ToFloat64(m.UpstreamDrift.WithLabelValues("sign 0", "other")); n != 68 {
		t.Errorf("the others counted %v, want 68", n)
	}
}
