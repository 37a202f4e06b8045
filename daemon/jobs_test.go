package daemon_test

import (
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/geminid/geminid/upstream/simulator"
)

// TestJobsAreCountedFromTheStart: the first failure of a job is an increase and
// not a new series.
func TestJobsAreCountedFromTheStart(t *testing.T) {
	h := newHouse(t, t.TempDir(), simulator.SessionConfig{})
	h.start()
	defer h.stop()
	w := httptest.NewRecorder()
	h.daemon.Metrics().Handler().ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), "GET", "/metrics", nil))
	for _, want := range []string{
		`geminid_scheduler_job_runs_total{job_name="tick",result="fail"} 0`,
		`geminid_scheduler_job_runs_total{job_name="report",result="singleton_rescheduled"} 0`,
	} {
		if !strings.Contains(w.Body.String(), want) {
			t.Errorf("the page lacks %s", want)
		}
	}
}
