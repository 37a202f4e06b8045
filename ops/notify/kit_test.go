package notify_test

import (
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"github.com/geminid/geminid/ops/notify"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// hidden is a secret of a test's own.
type hidden string

func (h hidden) Reveal() string { return string(h) }
func (hidden) String() string   { return "[redacted]" }

// phone is a receiver of webhooks in memory, which may be out of order for a while.
type phone struct {
	mu     sync.Mutex
	status int    // what it answers; 0 is 200
	after  string // Retry-After

	calls int
	got   []notify.Message
	last  time.Time // when it took one
}

// RoundTrip implements http.RoundTripper.
func (p *phone) RoundTrip(r *http.Request) (*http.Response, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.calls++
	status := p.status
	if status == 0 {
		status = http.StatusOK
		var m notify.Message
		if err := json.NewDecoder(r.Body).Decode(&m); err != nil {
			return nil, err
		}
		p.got, p.last = append(p.got, m), time.Now()
	}
	header := http.Header{}
	if p.after != "" {
		header.Set("Retry-After", p.after)
	}
	return &http.Response{StatusCode: status, Header: header, Body: io.NopCloser(strings.NewReader("body"))}, nil
}

// busy lets it answer that it takes calls again after some seconds.
func (p *phone) busy(seconds string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.status, p.after = http.StatusTooManyRequests, seconds
}

// breaks lets it answer with a status from now on; 0 repairs it.
func (p *phone) breaks(status int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.status = status
}

// asked is how often it was called, took when it last took something, messages
// what.
func (p *phone) asked() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.calls
}

func (p *phone) took() time.Time {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.last
}

func (p *phone) messages() []notify.Message {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.got)
}

// kinds are those of the messages so far, in order.
func (p *phone) kinds() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	var out []string
	for _, m := range p.got {
		out = append(out, string(m.Event))
	}
	return strings.Join(out, " ")
}

// scene is a notifier that runs in a bubble and tells one phone.
type scene struct {
	*notify.Dispatcher
	t     *testing.T
	phone *phone
	log   *journal
	stop  func()
}

func open(t *testing.T, c notify.Config) *scene {
	t.Helper()
	receiver := new(phone)
	if c.Transport == nil {
		c.Transport = receiver
	} else {
		receiver = c.Transport.(*phone)
	}
	return openWith(t, c, receiver)
}

// openWith is open with a transport that ends at the phone.
func openWith(t *testing.T, c notify.Config, receiver *phone) *scene {
	t.Helper()
	s := &scene{t: t, phone: receiver, log: new(journal)}
	c.Webhook.URL = hidden("https://hooks.example/key-in-the-path")
	c.Logger = slog.New(slog.NewTextHandler(s.log, nil))
	var err error
	if s.Dispatcher, err = notify.New(c); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() { s.Run(ctx); close(done) }()
	s.stop = func() { cancel(); <-done }
	t.Cleanup(s.stop)
	return s
}

// tell says kinds about the account "default" one after the other.
func (s *scene) tell(kinds ...notify.Kind) {
	for _, kind := range kinds {
		s.HandleEvent(notify.Event{Kind: kind, Account: "default"})
		synctest.Wait()
	}
}

func (s *scene) wants(kinds string) {
	s.t.Helper()
	synctest.Wait()
	if got := s.phone.kinds(); got != kinds {
		s.t.Errorf("the phone got %q, want %q; the log says:\n%s", got, kinds, s.log)
	}
}

// bubble runs a test in fake time, which begins at midnight.
func bubble(t *testing.T, f func(t *testing.T)) { t.Helper(); synctest.Test(t, f) }

// journal keeps the log.
type journal struct {
	mu   sync.Mutex
	text strings.Builder
}

func (j *journal) Write(p []byte) (int, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.text.Write(p)
}

func (j *journal) String() string {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.text.String()
}
