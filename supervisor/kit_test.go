package supervisor_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/geminid/geminid/cookie"
	"github.com/geminid/geminid/cookie/ledger"
	"github.com/geminid/geminid/metrics"
	"github.com/geminid/geminid/supervisor"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// upstream answers as it is told to and counts. The real one is exercised by
// the daemon's tests; here the order of things is looked at.
type upstream struct {
	route    string        // that leads to it
	every    time.Duration // between probes of it; zero is the default
	mu       sync.Mutex
	probe    func(set cookie.Set) cookie.Finding
	rotate   func(set cookie.Set) cookie.Finding
	probes   int
	rotates  int
	renewals int
	log      *[]string
}

func (u *upstream) Probe(_ context.Context, set cookie.Set) cookie.Finding {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.probes++
	u.note("probe " + name(set))
	if u.probe == nil {
		return cookie.Finding{Evidence: cookie.SignedIn, Detail: "test"}
	}
	return u.probe(set)
}

func (u *upstream) Rotate(_ context.Context, set cookie.Set) cookie.Finding {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.rotates++
	u.note("rotate " + name(set))
	if u.rotate == nil {
		return cookie.Finding{Evidence: cookie.Rotated, Set: set.WithPSIDTS(cookie.NewValue(fmt.Sprintf("sidts-rotated-%d", u.rotates)))}
	}
	return u.rotate(set)
}

func (u *upstream) Renew(_ context.Context, _, after cookie.Set) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.renewals++
	u.note("renew " + name(after))
}

// CloseIdleConnections is what an upstream may have beside its calls.
func (u *upstream) CloseIdleConnections() {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.note("close idle connections")
}

func (u *upstream) note(what string) {
	if u.log != nil {
		*u.log = append(*u.log, what)
	}
}

func (u *upstream) counts() (probes, rotates int) {
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.probes, u.rotates
}

// answers sets what probes say from now on.
func (u *upstream) answers(e cookie.Evidence) { u.finds(cookie.Finding{Evidence: e, Detail: "test"}) }

func (u *upstream) finds(f cookie.Finding) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.probe = func(cookie.Set) cookie.Finding { return f }
}

// dies ends the logins of these PSIDs; all others are signed in.
func (u *upstream) dies(psids ...string) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.probe = func(s cookie.Set) cookie.Finding {
		if slices.Contains(psids, s.PSID().Reveal()) {
			return cookie.Finding{Evidence: cookie.SignedOut, Detail: "test"}
		}
		return cookie.Finding{Evidence: cookie.SignedIn, Detail: "test"}
	}
}

// rotates sets what rotations say from now on.
func (u *upstream) rotations(e cookie.Evidence) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.rotate = func(cookie.Set) cookie.Finding { return cookie.Finding{Evidence: e, Detail: "test"} }
}

func name(set cookie.Set) string { return set.PSID().Reveal() + "/" + set.PSIDTS().Reveal() }

// memory is a store that can be full.
type memory struct {
	ledger  *ledger.Ledger
	mu      sync.Mutex
	records map[string]cookie.Record
	aside   []cookie.Record
	full    bool
	unread  map[string]error // accounts whose record cannot be read
	saves   int
	log     *[]string
}

var errFull = errors.New("no space left on device")

func (m *memory) Load() (records map[string]cookie.Record, unread map[string]error, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	records, unread = maps.Clone(m.records), make(map[string]error)
	for account, why := range m.unread {
		delete(records, account)
		unread[account] = why
	}
	return records, unread, nil
}

func (m *memory) Reload(account string) (cookie.Record, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if why := m.unread[account]; why != nil {
		return cookie.Record{}, why
	}
	if _, there := m.records[account]; !there {
		return cookie.Record{}, fs.ErrNotExist
	}
	return m.records[account], nil
}

func (m *memory) Save(account string, r cookie.Record) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.saves++
	if m.full {
		return errFull
	}
	if m.records == nil {
		m.records = make(map[string]cookie.Record)
	}
	if m.log != nil && m.records[account].Current.Key() != r.Current.Key() {
		*m.log = append(*m.log, "save "+name(r.Current))
	}
	m.records[account] = r
	return nil
}

func (m *memory) Remove(account string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.records, account)
	m.aside = nil
	return nil
}

func (m *memory) CopyAside(account string) (string, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.full {
		return "", errFull
	}
	m.aside = append(m.aside, m.records[account])
	return account + ".copy", nil
}

func (m *memory) record(account string) cookie.Record {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.records[account]
}

// house is a supervisor with its surroundings.
type house struct {
	*supervisor.Supervisor
	t        *testing.T
	up       *upstream
	disk     *memory
	metrics  *metrics.Metrics
	shift    time.Duration // how far the wall clock was set ahead
	slept    time.Duration // for how long the machine slept; negative is not known
	mu       sync.Mutex    // guards what was heard
	audited  []string
	woken    []time.Time // ticks that were asked for
	outcomes []string    // of parked files
	log      strings.Builder
}

// lockedWriter writes to the log of a house.
type lockedWriter struct{ h *house }

func (w lockedWriter) Write(p []byte) (int, error) {
	w.h.mu.Lock()
	defer w.h.mu.Unlock()
	return w.h.log.Write(p)
}

// logged counts the lines of the log that hold the text.
func (h *house) logged(text string) (n int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for line := range strings.Lines(h.log.String()) {
		if strings.Contains(line, text) {
			n++
		}
	}
	return n
}

func open(t *testing.T, up *upstream, disk *memory) *house {
	t.Helper()
	h, err := reopen(t, up, disk, 0)
	if err != nil {
		t.Fatal(err)
	}
	return h
}

// reopen starts on what is on disk, which may not all be understood.
func reopen(t *testing.T, up *upstream, disk *memory, shift time.Duration) (*house, error) {
	t.Helper()
	if disk.ledger == nil {
		disk.ledger = ledger.Open(ledger.Config{})
	}
	h := &house{shift: shift, slept: -1, t: t, up: up, disk: disk, metrics: metrics.New(metrics.Build{})}
	s, err := supervisor.New(supervisor.Config{
		Logger:   slog.New(slog.NewTextHandler(lockedWriter{h}, nil)),
		Upstream: up, Route: up.route, ProbeEvery: up.every, Store: disk, Ledger: disk.ledger, Metrics: h.metrics, Seed: 7,
		Now:   func() time.Time { return time.Now().Add(h.shift) },
		Slept: func() time.Duration { return h.slept },
		Mark:  func(set cookie.Set) string { return "m:" + name(set) },
		Wake: func(after time.Duration) {
			h.mu.Lock()
			defer h.mu.Unlock()
			h.woken = append(h.woken, time.Now().Add(after))
		},
		ParkedOutcome: func(c supervisor.Candidate, v supervisor.Verdict) {
			h.mu.Lock()
			defer h.mu.Unlock()
			h.outcomes = append(h.outcomes, c.File+" "+string(v.Result))
		},
		Audit: func(e supervisor.AuditEntry) {
			h.mu.Lock()
			defer h.mu.Unlock()
			h.audited = append(h.audited, string(e.Kind)+" "+e.Account)
		},
	})
	h.Supervisor = s
	return h, err
}

// withSession is a house with one account that is signed in.
func withSession(t *testing.T) *house {
	t.Helper()
	h := open(t, &upstream{}, &memory{})
	h.offer("cookies.txt", set("A", "1"))
	return h
}

func set(psid, ts string) cookie.Set {
	return cookie.NewSet(cookie.NewValue(psid), cookie.NewValue(ts), nil)
}

func (h *house) offer(file string, s cookie.Set) supervisor.Verdict {
	h.t.Helper()
	return h.Offer(h.t.Context(), supervisor.Candidate{
		File: file, Origin: supervisor.FromFile, Trigger: "watch", Hash: file + name(s), Set: s,
	})
}

// pass lets time go by with the daemon's ticks in it.
func (h *house) pass(d time.Duration) {
	for end := time.Now().Add(d); time.Now().Before(end); {
		time.Sleep(30 * time.Second)
		h.Tick(h.t.Context())
	}
}

func (h *house) state(account string) supervisor.State {
	for _, a := range h.Accounts() {
		if a.Name == account {
			return a.State
		}
	}
	return ""
}

func (h *house) account(name string) supervisor.Account {
	h.t.Helper()
	for _, a := range h.Accounts() {
		if a.Name == name {
			return a
		}
	}
	h.t.Fatalf("no account %q in %v", name, h.Accounts())
	return supervisor.Account{}
}

// witness is an error that says something about the session.
type witness struct{ cookie.Evidence }

func (w witness) Error() string { return "upstream said " + w.String() }
func (w witness) Finding() cookie.Finding {
	return cookie.Finding{Evidence: w.Evidence, Detail: "test"}
}
