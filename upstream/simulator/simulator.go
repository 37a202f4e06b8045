package simulator

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"sync/atomic"
	"time"
)

// Config configures a [Simulator]. The zero Config is a strict upstream
// without sessions, faults or delays, on the real clock.
type Config struct {
	// Now returns the time by which sessions, links and uploads age. It is called at
	// every request, by many goroutines at once, and may jump either way. If nil, it
	// is time.Now.
	Now func() time.Time
	// Seed makes ids, cookie values, lives and pictures: one seed, one run.
	Seed uint64
	// Logger logs changes of sessions and faults. If nil, nothing is logged.
	Logger *slog.Logger
	// Pace is how answers stream unless the prompt says otherwise.
	Pace Pace
	// PageBytes is the size of the app page. 0 means 512 KiB, as on the web.
	PageBytes int
	// Guest is the answer to a signed-out client. If empty, it is GuestRefused.
	Guest GuestMode
	// TokenOptional accepts any page token (the form field at), none at all
	// included. If false, a token that is not the session's own is refused with 400, unless
	// the page holds no token at the moment.
	TokenOptional bool
	// HandOutToken puts the right page token into the 400 that refuses a wrong one.
	HandOutToken bool
	// RotateCookies lists which cookies a rotation may send beside the two; more
	// are answered 401. "" means CookiesPassing.
	RotateCookies CookieRule
	// RotateFloor answers 429 to a rotation sooner than this after the last one
	// of the same session. 0 means never.
	RotateFloor time.Duration
	// Gzip compresses answers for clients that ask for it.
	Gzip bool
	// Chop cuts bodies into pieces of 1 to Chop bytes, each flushed, so that
	// frames and runes are split. 0 flushes frame by frame.
	Chop int
	// HideModel leaves out which model answered, as bodies before 2026-08 did.
	HideModel bool
	// PromptLimit is where a prompt is cut, silently, in bytes. 0 means 130,000.
	PromptLimit int
	// PromptMax is where a prompt is refused with 1099, in bytes. 0 means 1 MiB.
	PromptMax int
	// LinkLife is how long a picture's link works. 0 means one hour.
	LinkLife time.Duration
	// Plain leaves out of ordinary answers what many carry beside the words: components
	// of the interface, cited pages, a canvas, code that was run. The keywords bring them all the same.
	Plain bool
	// RefuseTemporaryPictures answers with words alone when a temporary chat
	// asks for a picture.
	RefuseTemporaryPictures bool
	// JournalSize is how many calls the journal holds; older ones fall out.
	// 0 means 10,000.
	JournalSize int
}

// GuestMode decides how StreamGenerate and the app page treat a client that is not
// signed in.
type GuestMode string

// The modes. The real upstream shows all of them, by host and region.
const (
	GuestRefused      GuestMode = "refused"      // guest page; answers refused with a bare status 7
	GuestServed       GuestMode = "served"       // guest page; the free model answers each question
	GuestUnauthorized GuestMode = "unauthorized" // guest page; 401
	GuestRedirected   GuestMode = "redirected"   // 302 to the sign-in page everywhere
)

// CookieRule decides which cookies a rotation refuses.
type CookieRule string

// The rules. Reports from the web differ; the middle one fits most of them.
const (
	CookiesExact   CookieRule = "exact"   // the two and nothing else
	CookiesPassing CookieRule = "passing" // and those that a client picks up on its way
	CookiesAny     CookieRule = "any"     // every cookie
)

// Simulator is a pretend upstream. It is an http.Handler, an http.RoundTripper
// and its own remote control; all methods are safe for concurrent use.
type Simulator struct {
	cfg      Config
	now      func() time.Time
	log      *slog.Logger
	serial   atomic.Uint64 // ids handed out so far
	sessions sessions
	faults   faults
	journal  journal
	chats    chats
	gems     gems
	files    files
	pictures pictures
	pace     atomic.Pointer[Pace]
	filler   []byte // the dull part of the app page
}

// New returns a simulator. It starts no goroutine and needs no Close.
func New(cfg Config) *Simulator {
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.DiscardHandler)
	}
	setDefault(&cfg.PageBytes, 512<<10)
	setDefault(&cfg.Guest, GuestRefused)
	setDefault(&cfg.RotateCookies, CookiesPassing)
	setDefault(&cfg.PromptLimit, 130_000)
	setDefault(&cfg.PromptMax, 1<<20)
	setDefault(&cfg.LinkLife, time.Hour)
	setDefault(&cfg.JournalSize, 10_000)
	s := &Simulator{cfg: cfg, now: cfg.Now, log: cfg.Logger}
	s.sessions.byPSID = make(map[string]*session)
	s.journal.limit = cfg.JournalSize
	s.filler = pageFiller(cfg.PageBytes)
	s.SetPace(cfg.Pace)
	return s
}

func setDefault[T comparable](field *T, value T) {
	var zero T
	if *field == zero {
		*field = value
	}
}

// SetPace changes how answers stream from the next one on.
func (s *Simulator) SetPace(p Pace) { s.pace.Store(&p) }

// ServeHTTP routes by Host and path; a Host that is none of the upstream's is
// routed by path alone, so that one listener on a loopback port serves all.
func (s *Simulator) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	c := s.beginCall(w, r)
	defer c.finishEntry()
	if c.obstructCall() {
		return
	}
	c.route.serve(c)
	if f, ok := c.firstFault(Lost); ok {
		c.loseAnswer(f)
	}
}

// seededDigest is a number that depends on the seed and the parts, and on nothing else.
func (s *Simulator) seededDigest(parts ...string) uint64 {
	h := sha256.New()
	_ = binary.Write(h, binary.LittleEndian, s.cfg.Seed)
	for _, p := range parts {
		_, _ = fmt.Fprintf(h, "%d:%s", len(p), p)
	}
	return binary.LittleEndian.Uint64(h.Sum(nil))
}

// seededRandom returns a generator that depends on the seed and the parts.
func (s *Simulator) seededRandom(parts ...string) *rand.Rand {
	return rand.New(rand.NewPCG(s.cfg.Seed, s.seededDigest(parts...)))
}

// nextID returns 16 hex digits that no other call returns.
func (s *Simulator) nextID() string { return fmt.Sprintf("%016x", s.nextNumber()) }

// nextNumber steps a splitmix64 generator: cheap, seeded, without a lock.
func (s *Simulator) nextNumber() uint64 {
	z := s.cfg.Seed + s.serial.Add(1)*0x9e3779b97f4a7c15
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}

const base64URL = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"

func randomLetters(rnd *rand.Rand, n int) string {
	b := make([]byte, n)
	for i := range b {
		b[i] = base64URL[rnd.IntN(len(base64URL))]
	}
	return string(b)
}
