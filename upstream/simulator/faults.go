package simulator

import (
	"slices"
	"sync"
	"time"
)

type faults struct {
	mu    sync.Mutex
	armed []*armedFault
}

type armedFault struct {
	Fault
	seen, hits int
}

// SetFault arms a fault and returns its name.
func (s *Simulator) SetFault(f Fault) string {
	if f.Name == "" {
		f.Name = string(f.Kind)
		if len(f.Operations) > 0 {
			f.Name += "-" + string(f.Operations[0])
		}
		if !f.From.IsZero() { // so that windows of one kind stand side by side
			f.Name += "@" + f.From.UTC().Format(time.RFC3339)
		}
	}
	f.Operations = slices.Clone(f.Operations)
	s.faults.mu.Lock()
	defer s.faults.mu.Unlock()
	s.faults.armed = slices.DeleteFunc(s.faults.armed, func(a *armedFault) bool { return a.Name == f.Name })
	s.faults.armed = append(s.faults.armed, &armedFault{Fault: f})
	s.log.Info("fault set", "fault", f.Name, "kind", string(f.Kind))
	return f.Name
}

// ClearFault heals one fault; it reports whether there was one of that name.
func (s *Simulator) ClearFault(name string) bool {
	s.faults.mu.Lock()
	defer s.faults.mu.Unlock()
	n := len(s.faults.armed)
	s.faults.armed = slices.DeleteFunc(s.faults.armed, func(a *armedFault) bool { return a.Name == name })
	return len(s.faults.armed) < n
}

// ClearFaults heals everything.
func (s *Simulator) ClearFaults() {
	s.faults.mu.Lock()
	defer s.faults.mu.Unlock()
	s.faults.armed = nil
}

// FaultState is a fault and how often it struck.
type FaultState struct {
	Fault
	Seen, Hits int // calls that matched, calls that it hit
}

// Faults lists the armed faults, healed ones included until they are cleared.
func (s *Simulator) Faults() []FaultState {
	s.faults.mu.Lock()
	defer s.faults.mu.Unlock()
	out := make([]FaultState, len(s.faults.armed))
	for i, a := range s.faults.armed {
		out[i] = FaultState{a.Fault, a.seen, a.hits}
	}
	return out
}

// countHits counts the call at every fault that matches it, and returns those that strike.
func (f *faults) countHits(c *call, now time.Time) []Fault {
	f.mu.Lock()
	defer f.mu.Unlock()
	var out []Fault
	for _, a := range f.armed {
		if a.matchesCall(c, now) && a.countHit() {
			out = append(out, a.Fault)
		}
	}
	return out
}

func (a *armedFault) matchesCall(c *call, now time.Time) bool {
	switch {
	case !a.From.IsZero() && now.Before(a.From), !a.Until.IsZero() && !now.Before(a.Until):
		return false
	case a.Session != "" && a.Session != c.who.Name:
		return false
	case a.Model != "" && (c.route.op != OpGenerate || a.Model != askedModel(c.r.Header)):
		return false
	case len(a.Operations) == 0:
		return true
	}
	return slices.ContainsFunc(a.Operations, func(op Operation) bool {
		return op == c.route.op || slices.Contains(c.rpcs, string(op))
	})
}

func (a *armedFault) countHit() bool {
	a.seen++
	n := a.seen - a.Skip - 1 // from 0
	if n < 0 || a.Every > 1 && n%a.Every != 0 || a.Count > 0 && a.hits >= a.Count {
		return false
	}
	a.hits++
	return true
}

// firstFault returns the first fault of a kind that hits this call.
func (c *call) firstFault(kind Kind) (Fault, bool) {
	i := slices.IndexFunc(c.faults, func(f Fault) bool { return f.Kind == kind })
	if i < 0 {
		return Fault{}, false
	}
	return c.faults[i], true
}

// lastFault returns the fault of a kind that was armed last among those that hit this
// call.
func (c *call) lastFault(kind Kind) (Fault, bool) {
	for _, f := range slices.Backward(c.faults) {
		if f.Kind == kind {
			return f, true
		}
	}
	return Fault{}, false
}

func (c *call) hasFault(kind Kind) bool {
	_, ok := c.firstFault(kind)
	return ok
}

func faultNames(fs []Fault) []string {
	if len(fs) == 0 {
		return nil
	}
	names := make([]string, len(fs))
	for i, f := range fs {
		names[i] = f.Name
	}
	return names
}
