package supervisor_test

import (
	"encoding/json"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus/testutil"

	"github.com/geminid/geminid/cookie"
	"github.com/geminid/geminid/supervisor"
)

// quiet is a house whose one account is paused, so that nothing but the test
// changes it.
func quiet(t *testing.T) *house {
	h := withSession(t)
	if err := h.Pause("default"); err != nil {
		t.Fatal(err)
	}
	return h
}

// TestPostponedWrite: a change that can wait is written an hour after the last
// write, and nothing is written without a change.
func TestPostponedWrite(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := quiet(t)
		before := h.disk.saves
		h.pass(3 * time.Hour)
		if n := h.disk.saves - before; n != 0 {
			t.Errorf("%d writes in three hours without a change", n)
		}
		_ = h.Resume("default")
		_ = h.Pause("default")
		before = h.disk.saves
		h.FileGone("other.txt")
		h.pass(59 * time.Minute)
		if n := h.disk.saves - before; n != 0 {
			t.Errorf("%d writes before the hour was over", n)
		}
		h.pass(time.Minute)
		if n := h.disk.saves - before; n != 1 {
			t.Errorf("%d writes after an hour", n)
		}
		h.pass(3 * time.Hour)
		if n := h.disk.saves - before; n != 1 {
			t.Errorf("%d writes hours later", n)
		}
	})
}

// TestStartWrites: a start writes the record only if a part of it was not
// understood.
func TestStartWrites(t *testing.T) {
	for _, odd := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			h := quiet(t)
			if odd {
				record := h.disk.record("default")
				var memo map[string]any
				if err := json.Unmarshal(record.Memo, &memo); err != nil {
					t.Fatal(err)
				}
				memo["wish"] = "soon"
				record.Memo, _ = json.Marshal(memo)
				h.disk.records["default"] = record
			}
			h, err := reopen(t, h.up, h.disk, 0)
			if (err != nil) != odd {
				t.Fatal(err)
			}
			before, want := h.disk.saves, 0
			if odd {
				want = 1
			}
			h.pass(2 * time.Hour)
			if n := h.disk.saves - before; n != want {
				t.Errorf("odd %v: %d writes, want %d", odd, n, want)
			}
		})
	}
}

// TestWriteRetries: a failed write is logged once and tried again, less and less often;
// the first that succeeds is logged once.
func TestWriteRetries(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := quiet(t)
		writes := func(result string) float64 {
			return testutil.ToFloat64(h.metrics.CookieStoreWrites.WithLabelValues("default", result))
		}
		if h.logged("session saved again") != 0 || h.logged("session not saved") != 0 || writes("error") != 0 || writes("success") == 0 {
			t.Errorf("before: %v failed, %v succeeded\n%s", writes("error"), writes("success"), h.log.String())
		}
		h.disk.full = true
		_ = h.Resume("default")
		_ = h.Pause("default")
		if n := writes("error"); n != 2 {
			t.Errorf("%v failed writes were counted", n)
		}
		before := h.disk.saves
		h.Tick(t.Context())
		if n := h.disk.saves - before; n != 0 {
			t.Errorf("%d writes at once after a failed one", n)
		}
		h.pass(time.Hour)
		if n := h.disk.saves - before; n < 12 || n > 30 {
			t.Errorf("%d writes in an hour of a full disk", n)
		}
		if a := h.account("default"); a.Persisted || h.logged("session not saved") != 1 {
			t.Errorf("saved %v, said %d times", a.Persisted, h.logged("session not saved"))
		}
		h.disk.full = false
		success := writes("success")
		h.pass(10 * time.Minute)
		if n := writes("success") - success; n != 1 || !h.account("default").Persisted || h.logged("session saved again") != 1 {
			t.Errorf("%v writes after it, said %d times", n, h.logged("session saved again"))
		}
		h.disk.full = true
		_ = h.Resume("default")
		before = h.disk.saves
		h.pass(time.Minute)
		if n := h.disk.saves - before; n < 2 {
			t.Errorf("%d writes in the first minute of another full disk", n)
		}
	})
}

// TestRecordMovedAway: an unreadable record that is gone is given up after a minute,
// and not a moment earlier; the change of state is counted.
func TestRecordMovedAway(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := withSession(t)
		h.disk.unreadable("default")
		h = h.again()
		h.disk.mended()
		_ = h.disk.Remove("default")
		h.Tick(t.Context())
		time.Sleep(time.Minute - 1)
		h.Tick(t.Context())
		if s := h.state("default"); s != supervisor.Unreadable {
			t.Errorf("%s just before a minute", s)
		}
		time.Sleep(time.Nanosecond)
		h.Tick(t.Context())
		if s := h.state("default"); s != supervisor.Missing || h.logged("was moved away") != 1 {
			t.Errorf("%s after a minute", s)
		}
	})
}

// TestReadAgain: a record that can be read again is a change of state like any
// other, and a reason that changes is logged once.
func TestReadAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := withSession(t)
		h.disk.unreadable("default")
		h = h.again()
		history, err := h.History("default")
		if err != nil || len(history) != 0 {
			t.Errorf("history of an unreadable account: %v, %v", history, err)
		}
		h.pass(5 * time.Minute)
		if n := h.logged("still cannot be read"); n != 0 {
			t.Errorf("the same reason was logged %d times", n)
		}
		h.disk.unread["default"] = &cookie.UnreadError{Account: "default", Path: "/elsewhere", Err: errFull}
		h.pass(5 * time.Minute)
		if n := h.logged("still cannot be read"); n != 1 {
			t.Errorf("another reason was logged %d times", n)
		}
		h.disk.mended()
		h.Tick(t.Context())
		if h.logged("can be read again and is taken up") != 1 || h.logged("not all of it is of use") != 0 {
			t.Errorf("the log says:\n%s", h.log.String())
		}
		var left float64
		for _, to := range []string{"unknown", "healthy", "degraded"} {
			left += testutil.ToFloat64(h.metrics.CookieTransitions.WithLabelValues("default", "unreadable", to))
		}
		if left != 1 || h.state("default") != supervisor.Healthy {
			t.Errorf("%v transitions, now %s", left, h.state("default"))
		}
	})
}
