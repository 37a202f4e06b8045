package supervisor

import (
	"sync"
	"time"

	"github.com/geminid/geminid/cookie"
)

// The way to the upstream is shared by all accounts, so whether it works is one fact
// of the supervisor: calls of every kind and account add to it, and every account's
// state is judged by it.

const (
	// unreachedLimit is the weight of failures in a row that says that the upstream
	// cannot be reached. A request weighs one, a call of the supervisor's own two.
	unreachedLimit = 3
	// redialFirst is when the first failed probe is confirmed, redialEvery when probes
	// follow as long as the upstream cannot be reached. They do not get through, so
	// that they may be frequent.
	redialFirst = 10 * time.Second
	redialEvery = time.Minute
)

// Reach is whether the upstream can be reached. The zero value is yes, as far as is
// known.
type Reach struct {
	// Fault is why it cannot be reached, empty if it can.
	Fault cookie.Fault
	// Since is when the first of the calls failed that show it.
	Since time.Time
}

// Down reports whether the upstream cannot be reached.
func (r Reach) Down() bool { return r.Fault != "" }

// reachWatch judges by the calls whether the upstream can be reached. The zero value
// is ready.
type reachWatch struct {
	mu     sync.Mutex
	weight int // of the failures in a row
	since  time.Time
	reach  Reach
}

// note counts a call and reports whether that changed the judgement. An answer of any
// kind shows that the upstream is reached; a finding without evidence shows nothing.
func (w *reachWatch) note(from source, finding cookie.Finding, now time.Time) (changed bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	before := w.reach
	switch finding.Evidence {
	case cookie.Silent:
	case cookie.Offline:
		if w.weight == 0 {
			w.since = now
		}
		if w.weight++; from != byRequest {
			w.weight++
		}
		if w.weight >= unreachedLimit {
			w.reach = Reach{Fault: finding.Fault, Since: w.since}
			if finding.Fault == "" {
				w.reach.Fault = cookie.FaultOther
			}
		}
	default:
		w.weight, w.reach = 0, Reach{}
	}
	return w.reach != before
}

func (w *reachWatch) get() Reach {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.reach
}

// Reach returns whether the upstream can be reached, by the calls so far.
func (s *Supervisor) Reach() Reach { return s.reach.get() }

// noteReach notes the evidence of a call about the way to the upstream. If that
// changes, the state of every account is judged again. mu of no account is held.
func (s *Supervisor) noteReach(from source, finding cookie.Finding) {
	if !s.reach.note(from, finding, s.now()) {
		return
	}
	s.showReach()
	for _, a := range *s.accounts.Load() {
		a.dispatch(saveLater, nil)
	}
}

// showReach mirrors the judgement into the metrics.
func (s *Supervisor) showReach() {
	down := s.reach.get().Fault
	for _, fault := range cookie.Faults() {
		v := 0.0
		if fault == down {
			v = 1
		}
		s.metrics.UpstreamUnreachable.WithLabelValues(string(fault)).Set(v)
	}
}
