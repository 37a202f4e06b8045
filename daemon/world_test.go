package daemon_test

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/geminid/geminid/cookie"
	"github.com/geminid/geminid/daemon"
	"github.com/geminid/geminid/daemon/config"
	"github.com/geminid/geminid/supervisor"
	"github.com/geminid/geminid/upstream/simulator"
)

// How often things happen, as mean time between two of them. The lives of
// PSIDTS values are drawn between 15 minutes and 5 days on a logarithmic scale.
const (
	meanBound    = 5 * 24 * time.Hour  // a session turns unrenewable
	meanRevoke   = 20 * 24 * time.Hour // a session is ended from outside
	meanBlock    = 12 * 24 * time.Hour // the address is refused for two hours
	meanOutage   = 6 * 24 * time.Hour  // the upstream is down for minutes to two hours
	meanFlap     = 5 * 24 * time.Hour  // every second call fails for a quarter of an hour
	lostTogether = 30 * time.Minute    // answers lost within that time may be of one value
	meanLimit    = 4 * 24 * time.Hour  // 429 on everything for minutes, or on rotations alone
	meanDryRun   = 8 * time.Hour       // a rotation returns nothing, once
	meanLost     = 8 * time.Hour       // the answer of a rotation is lost, once or twice
	meanRefusal  = 6 * 24 * time.Hour  // a rotation is refused although the session lives
	meanRestart  = 2 * 24 * time.Hour  // a clean restart
	meanCrash    = 4 * 24 * time.Hour  // a crash, every third one between a rotation and its save
	meanSuspend  = 10 * 24 * time.Hour // the machine sleeps up to 12 hours

	blockLasts = 2 * time.Hour
	reaction   = time.Hour // the owner acts so long after the alert condition holds
)

// span is a stretch of time in which the world is not the daemon's fault.
type span struct {
	from, until time.Time
	kind        string
}

// world is the upstream, the machine and the owner.
type world struct {
	t     *testing.T
	rnd   *rand.Rand
	dir   string
	boots int
	end   time.Time

	asleep time.Duration // how far the wall clock ran ahead while the machine slept
	sim    *simulator.Simulator
	daemon *daemon.Daemon
	inbox  string
	state  string

	session  simulator.Credentials // the newest login, as it was exported
	boundAt  time.Time             // when the session in use turned unrenewable
	spoiled  []span                // blocks, outages, suspends
	limits   []span                // calls are answered 429
	flaps    []span                // a single request may fail then, availability counts all the same
	events   []event               // still to come, in order
	alertAt  time.Time             // since when the owner has something to do
	lazy     bool                  // this time the owner waits for the end
	files    int
	severed  bool   // the machine dies with the next rotation's answer on its way
	crashed  bool   // it is dead: nothing goes out any more
	image    string // its disk at that instant
	lostAt   time.Time
	dryAt    time.Time
	count    tally
	watching *watcher
	turns    atomic.Int64 // how often the world went to sleep
}

// event is something that happens at its time.
type event struct {
	at time.Time
	do func(w *world)
}

func newWorld(t *testing.T, dir string, seed uint64, days int) *world {
	w := &world{t: t, dir: dir, rnd: rand.New(rand.NewPCG(seed, 90))}
	w.end = w.now().Add(time.Duration(days) * 24 * time.Hour)
	w.sim = simulator.New(simulator.Config{Now: w.now, Seed: seed, PageBytes: 4 << 10, JournalSize: 1, RotateFloor: 30 * time.Second})
	w.inbox = filepath.Join(dir, "inbox")
	w.state = filepath.Join(dir, "state-0")
	w.count = tally{seed: int(seed), days: days, started: w.now()}
	w.watching = &watcher{w: w}
	w.plan()
	w.planReleases(seed)
	t.Cleanup(w.abandon)
	return w
}

// abandon stops a daemon that a failed run left: it would end the test binary.
func (w *world) abandon() {
	if w.t.Failed() && w.daemon != nil {
		w.watching.deaf = true
		_ = w.daemon.Stop(context.Background())
	}
}

// now is the wall clock of daemon and upstream: the bubble's time and the sleep
// that no timer saw.
func (w *world) now() time.Time {
	w.daemonsTurn()
	return time.Now().Add(w.asleep)
}

// plan draws the whole future.
func (w *world) plan() {
	w.every(meanBound, func(w *world) { w.bind() })
	w.every(meanRevoke, func(w *world) { _ = w.sim.Revoke(w.session.PSID) })
	w.every(meanDryRun, func(w *world) {
		if w.now().Sub(w.dryAt) >= lostTogether { // twice in a row is another fault
			w.dryAt = w.now()
			w.fault(simulator.Fault{Kind: simulator.NoValue, Operations: rotations, Count: 1})
		}
	})
	w.every(meanLost, func(w *world) {
		if w.severed || w.now().Sub(w.lostAt) < lostTogether {
			return // the last one may be under way: losses beyond the second cannot be made up for
		}
		w.lostAt = w.now()
		lost := simulator.Fault{Kind: simulator.Lost, Operations: rotations, Count: 1 + w.rnd.IntN(2)}
		w.count.noteLost(w.day(), lost.Count)
		switch w.rnd.IntN(4) {
		case 0:
			lost.Code = http.StatusBadGateway
		case 1:
			lost.Code, lost.Delay = http.StatusGatewayTimeout, 15*time.Second
		case 2:
			lost.Delay = time.Hour
		}
		w.fault(lost)
	})
	w.every(meanRefusal, func(w *world) {
		w.fault(simulator.Fault{Kind: simulator.Status, Code: http.StatusUnauthorized, Operations: rotations, Count: 1})
	})
	w.every(meanBlock, func(w *world) { w.spoil("block", blockLasts, simulator.Fault{Kind: simulator.Block}) })
	w.every(meanOutage, func(w *world) {
		w.spoil("outage", w.between(2*time.Minute, 2*time.Hour), simulator.Fault{Kind: simulator.Outage})
	})
	w.every(meanLimit, func(w *world) {
		limited := simulator.Fault{Kind: simulator.Status, Code: http.StatusTooManyRequests}
		limited.Until = w.now().Add(w.between(time.Minute, 3*time.Minute))
		if w.rnd.IntN(2) == 0 {
			limited.Operations = rotations
			limited.Until = w.now().Add(w.between(time.Minute, 10*time.Minute))
		}
		kind := "limit"
		if limited.Operations != nil {
			kind = "rotation limit"
		}
		w.limits = append(w.limits, span{w.now(), limited.Until, kind})
		w.fault(limited)
	})
	w.every(meanFlap, func(w *world) {
		flap := span{w.now(), w.now().Add(15 * time.Minute), "flap"}
		w.flaps = append(w.flaps, flap)
		w.fault(simulator.Fault{Kind: simulator.Status, Code: http.StatusInternalServerError, Every: 2, Until: flap.until})
	})
	w.every(meanRestart, func(w *world) { w.restart() })
	w.every(meanCrash, func(w *world) {
		if w.rnd.IntN(3) == 0 && w.now().Sub(w.lostAt) >= lostTogether {
			w.severed = true // at the next rotation
		} else {
			w.crash()
		}
	})
	w.every(meanSuspend, func(w *world) { w.suspend(w.between(time.Minute, 12*time.Hour)) })
	sortEvents(w.events)
}

var rotations = []simulator.Operation{simulator.OpRotate}

// every draws moments with exponential gaps of the given mean. The first day is
// quiet, so that each seed begins with a session that works.
func (w *world) every(mean time.Duration, do func(w *world)) {
	for at := w.now().Add(24 * time.Hour); ; {
		at = at.Add(time.Duration(w.rnd.ExpFloat64() * float64(mean)))
		if at.After(w.end) {
			return
		}
		w.events = append(w.events, event{at, do})
	}
}

func (w *world) between(low, high time.Duration) time.Duration {
	return low + time.Duration(w.rnd.Int64N(int64(high-low)))
}

func (w *world) fault(f simulator.Fault) {
	f.Name = fmt.Sprintf("%s-%d", f.Kind, w.rnd.Uint32())
	w.tell("upstream: %s %d, operations %v, until %s", f.Kind, f.Code, f.Operations, f.Until.Format(time.TimeOnly))
	w.sim.SetFault(f)
}

// spoil arms a fault for a while and remembers that it was no fault of ours.
func (w *world) spoil(kind string, lasts time.Duration, f simulator.Fault) {
	f.Until = w.now().Add(lasts)
	w.fault(f)
	w.spoiled = append(w.spoiled, span{w.now(), f.Until, kind})
}

func (w *world) bind() {
	if w.boundAt.IsZero() {
		_ = w.sim.Bind(w.session.PSID, true)
		w.boundAt = w.now()
		w.tell("the session turns unrenewable")
	}
}

// boot starts the daemon on the present state directory.
func (w *world) boot() {
	if w.files == 0 {
		w.bringGood()
	}
	s := config.Defaults(func(string) string { return "" })
	s.InboxDir, s.StateDir, s.Socket = w.inbox, w.state, filepath.Join(w.dir, "sock")
	s.Tick, s.Watch, s.Fsync = time.Minute, "poll", false
	s.RequestsPerHour, s.ModelInterval = 0, 0
	d, err := daemon.New(daemon.Config{Settings: s, Now: w.now, Slept: func() time.Duration { return w.asleep },
		Transport: severable{w}, Detached: true, Logger: w.watching.logger(), Seed: w.rnd.Uint64()})
	if err != nil {
		w.t.Fatalf("starting on day %d: %v", w.day(), err)
	}
	w.daemon = d
	if err := d.Start(w.t.Context()); err != nil {
		w.t.Fatalf("starting on day %d: %v", w.day(), err)
	}
	w.boots++
	w.sleep(5 * time.Second) // the first tick
}

// sleep lets the daemon live for a while. Nothing of it runs when the world goes
// on: what they share needs no lock, and a seed tells the same story each time.
// The memory model has to be told of the turns; see daemonsTurn.
func (w *world) sleep(d time.Duration) {
	w.turns.Add(1)
	time.Sleep(d)
	synctest.Wait()
}

// daemonsTurn begins whatever the daemon calls in the world: it sees all that
// the world did before it went to sleep.
func (w *world) daemonsTurn() { _ = w.turns.Load() }

func (w *world) shutdown() {
	if err := w.daemon.Stop(context.Background()); err != nil {
		w.t.Errorf("stopping on day %d: %v", w.day(), err)
	}
}

// tell writes the story of the run, for whoever wants to know why a row of the
// table is what it is: GEMINID_SIM_STORY=1.
func (w *world) tell(format string, args ...any) {
	if os.Getenv("GEMINID_SIM_STORY") != "" {
		w.t.Logf("day %d %s: %s", w.day(), w.now().Format(time.TimeOnly), fmt.Sprintf(format, args...))
	}
}

func (w *world) day() int { return int(w.now().Sub(w.count.started) / (24 * time.Hour)) }

func (w *world) restart() {
	before := w.inUse()
	w.shutdown()
	w.boot()
	w.count.kept(w, before, false)
}

// crash leaves the daemon where it is and starts the next one on what was on
// disk at that instant, with the litter of a write that was cut off.
func (w *world) crash() {
	before := w.inUse()
	if !w.crashed {
		w.takeImage()
	}
	image := w.image
	for _, name := range []string{"accounts/.default.json123456", "accounts/.geminid-write"} {
		_ = os.WriteFile(filepath.Join(image, name), []byte(`{"format":1,"cur`), 0o600)
	}
	w.tell("crash, between a rotation and its save: %v", w.crashed)
	w.watching.deaf = true
	w.shutdown()
	w.watching.deaf = false
	_ = os.RemoveAll(w.state)
	w.state = image
	severed := w.crashed
	w.severed, w.crashed = false, false
	w.boot()
	w.count.kept(w, before, severed)
}

// takeImage keeps the disk as it is.
func (w *world) takeImage() {
	w.image = filepath.Join(w.dir, fmt.Sprintf("state-%d", w.boots))
	if err := os.CopyFS(w.image, os.DirFS(w.state)); err != nil {
		w.t.Errorf("taking the crash image: %v", err)
	}
}

func (w *world) suspend(lasts time.Duration) {
	w.spoiled = append(w.spoiled, span{w.now(), w.now().Add(lasts), "suspend"})
	w.asleep += lasts
}

// severable is the network. When a crash is due it delivers one rotation to the
// upstream, and the machine dies before the answer is on disk.
type severable struct{ w *world }

func (s severable) RoundTrip(r *http.Request) (*http.Response, error) {
	s.w.daemonsTurn()
	if s.w.crashed {
		return nil, fmt.Errorf("the machine has no power")
	}
	response, err := s.w.sim.RoundTrip(r)
	if !strings.HasSuffix(r.URL.Path, "/RotateCookies") {
		return response, err
	}
	if err != nil || response.StatusCode >= http.StatusInternalServerError {
		s.w.lostAt = s.w.now()
	}
	if err == nil && s.w.severed && s.w.now().Sub(s.w.lostAt) >= lostTogether {
		_, _ = io.Copy(io.Discard, response.Body)
		_ = response.Body.Close()
		s.w.takeImage()
		s.w.crashed = true
		return nil, fmt.Errorf("the machine lost power")
	}
	return response, err
}

// inUse is the set that requests get.
func (w *world) inUse() cookie.Set {
	if lease, err := w.daemon.Supervisor().Lease(); err == nil {
		w.watching.last = lease.Set
	}
	return w.watching.last
}

// bringGood is the owner signing in anew and dropping the export.
func (w *world) bringGood() {
	w.session = w.sim.AddSession(simulator.SessionConfig{Account: "1", Life: simulator.Between(15*time.Minute, 5*24*time.Hour)})
	w.boundAt = time.Time{}
	w.count.goodAt = w.now()
	w.count.mark(w)
	w.drop(netscapeFile(w.session))
}

// bringBad is one of the files that owners drop by mistake.
func (w *world) bringBad() {
	dead := w.sim.AddSession(simulator.SessionConfig{Account: "1"})
	_ = w.sim.Revoke(dead.PSID)
	whole := netscapeFile(w.session)
	bad := []string{
		netscapeFile(dead),
		strings.ReplaceAll(whole, "__Secure-1PSID", "__Secure-3PSID"),
		"<!doctype html><title>Sign in - Google Accounts</title>",
		"",
		whole[:len(whole)/3],
	}
	w.drop(bad[w.rnd.IntN(len(bad))])
}

func (w *world) drop(content string) {
	w.tell("the owner drops a file of %d bytes", len(content))
	w.files++
	if err := os.MkdirAll(w.inbox, 0o700); err != nil {
		w.t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(w.inbox, "cookies.txt"), []byte(content), 0o600); err != nil {
		w.t.Fatal(err)
	}
}

func netscapeFile(c simulator.Credentials) string {
	line := func(name, value string) string {
		return "#HttpOnly_.google.com\tTRUE\t/\tTRUE\t2114380800\t" + name + "\t" + value + "\n"
	}
	return "# Netscape HTTP Cookie File\n" + line(cookie.NamePSID, c.PSID) + line(cookie.NamePSIDTS, c.PSIDTS)
}

// minute lets a minute pass: events happen, the owner looks, requests are asked.
func (w *world) minute() {
	step := time.Minute
	if w.severed {
		step = 5 * time.Second // be there when the machine dies
	}
	for end := time.Now().Add(time.Minute); time.Now().Before(end); {
		w.sleep(step)
		if w.crashed {
			w.crash()
		}
	}
	for len(w.events) > 0 && !w.now().Before(w.events[0].at) {
		next := w.events[0]
		w.events = w.events[1:]
		next.do(w)
	}
	w.owner()
	w.count.minute(w)
	if w.count.minutes%30 == 0 {
		status, body := w.ask()
		w.count.request(w, status, body)
	}
}

// owner acts an hour after the alert condition holds: the session is expiring or
// gone. Some wait for the end; some of the files are bad, then they try again.
func (w *world) owner() {
	state := w.daemon.Supervisor().Overall().State
	alert := state == supervisor.Expired || state == supervisor.Missing || state == supervisor.Expiring && !w.lazy
	switch {
	case !alert:
		w.alertAt = time.Time{}
		if state == supervisor.Healthy {
			w.lazy = w.rnd.IntN(2) == 0
		}
	case w.alertAt.IsZero():
		w.alertAt = w.now()
	case w.now().Sub(w.alertAt) >= reaction:
		w.alertAt = w.now()
		if w.rnd.IntN(5) == 0 {
			w.bringBad()
		} else {
			w.bringGood()
		}
	}
}

// ask is a real request through the whole handler.
func (w *world) ask() (status int, answer string) {
	body := strings.NewReader(`{"model":"gemini-2.5-flash","messages":[{"role":"user","content":"hi"}]}`)
	request := httptest.NewRequestWithContext(w.t.Context(), http.MethodPost, "/v1/chat/completions", body)
	request.Host, request.RemoteAddr = "127.0.0.1:8100", "127.0.0.1:50000"
	request.Header.Set("Content-Type", "application/json")
	recorder := httptest.NewRecorder()
	w.daemon.Handler().ServeHTTP(recorder, request)
	return recorder.Code, recorder.Body.String()
}
