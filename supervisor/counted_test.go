package supervisor_test

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus/testutil"

	"github.com/geminid/geminid/cookie"
	"github.com/geminid/geminid/metrics"
	"github.com/geminid/geminid/supervisor"
)

// TestStrayFileIsCounted: a refused file that belongs to no account is counted
// like any other, and is over with the next good one.
func TestStrayFileIsCounted(t *testing.T) {
	h := withSession(t)
	loaded := func() float64 {
		return testutil.ToFloat64(h.metrics.CookieFileLoaded.WithLabelValues(metrics.NoAccount))
	}
	if loaded() != 1 {
		t.Error("a file was refused before there was any")
	}
	stray := supervisor.Candidate{File: "notes.txt", Origin: supervisor.FromFile, Trigger: "poll", Hash: "#notes",
		Rejection: &cookie.Rejection{Code: "E_PARSE", Message: "notes.txt is in no known format."}}
	h.OfferFiles(t.Context(), []supervisor.Candidate{stray}, func(_ supervisor.Candidate, v supervisor.Verdict) {
		if v.Result != supervisor.Rejected || v.Code != "E_PARSE" {
			t.Errorf("the stray file is %+v", v)
		}
	})
	if n := testutil.ToFloat64(h.metrics.CookieFileLoads.WithLabelValues(metrics.NoAccount, "rejected", "poll")); n != 1 || loaded() != 0 {
		t.Errorf("%v files counted, the last load is %v", n, loaded())
	}
	if n := testutil.ToFloat64(h.metrics.CookieFileLoaded.WithLabelValues("default")); n != 1 {
		t.Error("the account that has nothing to do with it is said to be refused a file")
	}
	h.offer("cookies.txt", set("A", "1"))
	if loaded() != 1 {
		t.Error("a good file did not end it")
	}
}

// about counts the series that carry an account's name.
func (h *house) about(account string) (n int) {
	h.t.Helper()
	families, err := h.metrics.Gatherer().Gather()
	if err != nil {
		h.t.Fatal(err)
	}
	for _, f := range families {
		for _, m := range f.GetMetric() {
			if strings.Contains(m.String(), `"`+account+`"`) {
				n++
			}
		}
	}
	return n
}

// TestRemovedAccountHasNoSeries: not even after ticks, a jump of the clock and a
// restart; with the next file it is whole again.
func TestRemovedAccountHasNoSeries(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := withSession(t)
		whole := h.about("default")
		if err := h.Remove(t.Context(), "default"); err != nil {
			t.Fatal(err)
		}
		h.pass(2 * time.Hour)
		h.shift += 24 * time.Hour
		h.pass(time.Minute)
		h.Flush(t.Context())
		if n := h.about("default"); n != 0 {
			t.Errorf("%d series are left", n)
		}
		h = open(t, h.up, h.disk)
		h.pass(time.Minute)
		if n := h.about("default"); n != 0 {
			t.Errorf("%d series after a restart", n)
		}
		h.offer("cookies.txt", set("B", "1"))
		if n := h.about("default"); n != whole {
			t.Errorf("%d series after the next file, want %d", n, whole)
		}
		if n := testutil.ToFloat64(h.metrics.CookieState.WithLabelValues("default", "healthy")); n != 1 {
			t.Errorf("healthy is %v", n)
		}
	})
}
