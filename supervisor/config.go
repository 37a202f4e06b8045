package supervisor

import (
	"cmp"
	"log/slog"
	"math/rand/v2"
	"time"

	"github.com/geminid/geminid/cookie"
	"github.com/geminid/geminid/cookie/ledger"
	"github.com/geminid/geminid/metrics"
)

// Config configures a supervisor. Upstream and Store are required.
type Config struct {
	Upstream Upstream
	Store    Store
	// Ledger remembers the fate of the files of the inbox; nil means a private one in
	// memory.
	Ledger *ledger.Ledger
	// Now is the wall clock; nil means time.Now.
	Now func() time.Time
	// Slept returns how long the machine has slept since it started, which the
	// monotonic clock does not count. If the wall clock jumps by more than that, it
	// was set, and the ages of earlier moments are ignored. nil means that it is not
	// known: then every jump ahead of up to 30 days counts as sleep.
	Slept func() time.Duration
	// Logger gets state changes; nil means none.
	Logger *slog.Logger
	// Metrics gets counts and gauges; nil means a private set.
	Metrics *metrics.Metrics
	// Mark names a set for people (a keyed hash); nil shows no marks.
	Mark func(cookie.Set) string
	// Audit records the events of a session, without secrets; nil means no audit log.
	Audit func(AuditEntry)
	// Wake asks for a Tick after that time, which may be before the next regular one.
	// It must not block; nil means that only the regular ones come.
	Wake func(after time.Duration)
	// ParkedOutcome is called with the verdict on a candidate that was parked before;
	// nil means no call.
	ParkedOutcome func(c Candidate, v Verdict)
	// Route names the way that calls take to the upstream, such as a hash of the
	// proxy; empty is the direct way. It is saved, so it must hold no secret. A
	// hold that was met on another route waits for its trial call no longer.
	Route string
	// ProbeEvery is the probe interval; zero means 5 minutes.
	ProbeEvery time.Duration
	// NoFloor lifts the minimum gap of forced rotations. It exists for the
	// crash tests on the simulator.
	NoFloor bool
	// Seed makes jitter repeatable; zero draws one.
	Seed uint64
}

// setDefaults fills in what was left out.
func (c *Config) setDefaults() {
	c.ProbeEvery, c.Seed = cmp.Or(c.ProbeEvery, probeEvery), cmp.Or(c.Seed, rand.Uint64())
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Ledger == nil {
		c.Ledger = ledger.Open(ledger.Config{})
	}
	if c.Slept == nil {
		c.Slept = func() time.Duration { return -1 }
	}
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	if c.Metrics == nil {
		c.Metrics = metrics.New(metrics.Build{})
	}
	if c.Mark == nil {
		c.Mark = func(cookie.Set) string { return "" }
	}
	if c.Audit == nil {
		c.Audit = func(AuditEntry) {}
	}
	if c.ParkedOutcome == nil {
		c.ParkedOutcome = func(Candidate, Verdict) {}
	}
	if c.Wake == nil {
		c.Wake = func(time.Duration) {}
	}
}
