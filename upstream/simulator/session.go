package simulator

import (
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"sync"
	"time"
)

// ErrNoSession is returned for a PSID or a name that was never made here.
var ErrNoSession = errors.New("simulator: no such session")

// Credentials are the two cookies of a session, in the clear: the simulator's
// values are worth nothing.
type Credentials struct {
	PSID   string `json:"psid"`
	PSIDTS string `json:"psidts,omitempty"`
}

// SessionConfig describes a session, that is, one sign-in of one account.
type SessionConfig struct {
	// Name is the name of the session in journal, faults and control. "" means
	// "session-N". A name in use is given to the newer session.
	Name string
	// PSID and PSIDTS are the first values. If empty, they are made from the seed.
	PSID, PSIDTS string
	// NoPSIDTS makes a session that lives on its PSID alone.
	NoPSIDTS bool
	// Mint lets a rotation give a PSIDTS to a session that has none.
	Mint bool
	// Life draws how long each PSIDTS lives from its issue on, unless it is
	// rotated away. nil means for ever.
	Life Life
	// Grace is how long a rotated-away PSIDTS still works. 0 means 60 s, below
	// 0 means not at all.
	Grace time.Duration
	// Bound makes rotations answer 200 without a PSIDTS, as for sessions bound
	// to a device.
	Bound bool
	// TokenPerRotation makes a rotation invalidate the page token too.
	TokenPerRotation bool
	// Account is the account number behind the session. "" makes one up.
	Account string
	// User is the account's place in the browser, the N of /u/N. Calls without
	// its prefix are a stranger's.
	User int
	// Status is the account status of otAQ7b. 0 means all is well.
	Status int
	// Consent makes the page ask for consent first.
	Consent bool
	// Plan is the subscription of the account. "" means Advanced.
	Plan Plan
	// Models are the only models on offer, the default one first. nil leaves it
	// to the Plan.
	Models []Model
	// Quota is how many answers a model id gives before 1037. A model that is
	// not named has no limit.
	Quota map[string]int
	// Usage is how much of the account's allowance is used.
	Usage Usage
	// Abuse is the code of a restriction of the account, which refuses all questions
	// while everything else says that all is well. 0 means none.
	Abuse int
	// Guest overrides Config.Guest once this session is dead. "" does not.
	Guest GuestMode
}

// session is the state of a session. Its fields are guarded by sessions.mu.
type session struct {
	SessionConfig
	rnd       *rand.Rand
	secret    uint64 // of the page token
	current   string
	values    map[string]*tsValue
	since     time.Time
	revoked   time.Time
	rotated   time.Time
	rotations int
	used      map[string]int
	spent     spent
	tasks     []task        // guarded by chats.mu
	window    chan struct{} // of a temporary chat, closed when the next temporary chat takes the window
	calls     map[string]int
}

// tsValue is the life of one PSIDTS.
type tsValue struct {
	issued     time.Time
	life       time.Duration
	superseded time.Time
}

type sessions struct {
	mu     sync.Mutex
	byPSID map[string]*session
	order  []*session
}

// AddSession signs in: it makes a session and returns its first cookies.
func (s *Simulator) AddSession(cfg SessionConfig) Credentials {
	s.sessions.mu.Lock()
	defer s.sessions.mu.Unlock()
	n := len(s.sessions.order) + 1
	if cfg.Name == "" {
		cfg.Name = fmt.Sprintf("session-%d", n)
	}
	rnd := s.seededRandom("session", fmt.Sprint(n))
	if cfg.PSID == "" {
		cfg.PSID = "g.a000" + randomLetters(rnd, 147)
	}
	if cfg.Account == "" {
		cfg.Account = fmt.Sprintf("1%020d", rnd.Int64())
	}
	if cfg.Grace == 0 {
		cfg.Grace = time.Minute
	}
	ss := &session{SessionConfig: cfg, rnd: rnd, secret: rnd.Uint64(), since: s.now(),
		values: make(map[string]*tsValue), used: make(map[string]int), calls: make(map[string]int)}
	ss.Quota = maps.Clone(cfg.Quota)
	if !cfg.NoPSIDTS {
		ss.issueTS(cfg.PSIDTS, s.now())
	}
	s.sessions.byPSID[cfg.PSID] = ss
	s.sessions.order = append(s.sessions.order, ss)
	s.log.Info("session made", "session", cfg.Name)
	return Credentials{PSID: cfg.PSID, PSIDTS: ss.current}
}

// issueTS makes value the current PSIDTS and starts the old one's grace.
func (ss *session) issueTS(value string, now time.Time) {
	if value == "" {
		value = "sidts-Cj" + randomLetters(ss.rnd, 86)
	}
	if old := ss.values[ss.current]; old != nil {
		old.superseded = now
	}
	v := &tsValue{issued: now}
	if ss.Life != nil {
		v.life = ss.Life(ss.rnd)
	}
	ss.current, ss.values[value] = value, v
}

// Renew rotates out of band and returns the new PSIDTS: a browser that was left
// open, or a second daemon.
func (s *Simulator) Renew(psid string) (string, error) {
	var value string
	err := s.changeSession(psid, func(ss *session) {
		ss.issueTS("", s.now())
		ss.rotations++
		value = ss.current
	})
	return value, err
}

// Revoke ends the session at once: signed out, password changed.
func (s *Simulator) Revoke(psid string) error {
	return s.changeSession(psid, func(ss *session) { ss.revoked = s.now() })
}

// Bind makes the session unrenewable from now on, or renewable again.
func (s *Simulator) Bind(psid string, bound bool) error {
	return s.changeSession(psid, func(ss *session) { ss.Bound = bound })
}

// Configure changes the settings that can change in a running session: Status, Consent,
// Models, Quota, Usage, Abuse, Account, Life (of values still to be issued), Guest,
// Bound.
// change gets the present settings; names and values in it are not taken over.
// It runs under the simulator's lock and must not call back.
func (s *Simulator) Configure(psid string, change func(*SessionConfig)) error {
	return s.changeSession(psid, func(ss *session) {
		cfg := ss.SessionConfig
		change(&cfg)
		cfg.Name, cfg.PSID, cfg.PSIDTS = ss.Name, ss.PSID, ss.PSIDTS
		ss.SessionConfig = cfg
	})
}

func (s *Simulator) changeSession(psid string, change func(*session)) error {
	s.sessions.mu.Lock()
	defer s.sessions.mu.Unlock()
	ss := s.sessions.byPSID[psid]
	if ss == nil {
		return ErrNoSession
	}
	change(ss)
	return nil
}

// SessionInfo is a session from outside, without its values.
type SessionInfo struct {
	Name      string         `json:"name"`
	Account   string         `json:"account"`
	Status    int            `json:"status"`
	Bound     bool           `json:"bound"`
	Alive     bool           `json:"alive"` // its newest PSIDTS is accepted
	Cause     Cause          `json:"cause,omitempty"`
	End       time.Time      `json:"end,omitzero"`
	Since     time.Time      `json:"since"`
	Rotated   time.Time      `json:"rotated,omitzero"`
	Rotations int            `json:"rotations"`
	Calls     map[string]int `json:"calls"` // by operation, and by RPC id
}

// Session describes the session of a PSID; ErrNoSession if it was never made here.
func (s *Simulator) Session(psid string) (SessionInfo, error) {
	var info SessionInfo
	err := s.changeSession(psid, func(ss *session) { info = ss.describeSession(s.now()) })
	return info, err
}

// Sessions describes all sessions, oldest first.
func (s *Simulator) Sessions() []SessionInfo {
	s.sessions.mu.Lock()
	defer s.sessions.mu.Unlock()
	out := make([]SessionInfo, 0, len(s.sessions.order))
	for _, ss := range s.sessions.order {
		out = append(out, ss.describeSession(s.now()))
	}
	return out
}

// Cookies returns the newest cookies of the session with this name.
func (s *Simulator) Cookies(name string) (Credentials, error) {
	s.sessions.mu.Lock()
	defer s.sessions.mu.Unlock()
	for _, ss := range slices.Backward(s.sessions.order) {
		if ss.Name == name {
			return Credentials{PSID: ss.PSID, PSIDTS: ss.current}, nil
		}
	}
	return Credentials{}, ErrNoSession
}

func (ss *session) describeSession(now time.Time) SessionInfo {
	st := ss.judgePair(ss.current, now)
	return SessionInfo{Name: ss.Name, Account: ss.Account, Status: ss.Status, Bound: ss.Bound,
		Alive: st.Alive, Cause: st.Cause, End: st.End, Since: ss.since, Rotated: ss.rotated,
		Rotations: ss.rotations, Calls: maps.Clone(ss.calls)}
}
