package geminiweb_test

import (
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/geminid/geminid/upstream/geminiweb"
	"github.com/geminid/geminid/upstream/simulator"
)

// oneWindow is an upstream in which a temporary chat closes the one before it.
type oneWindow struct {
	next http.RoundTripper

	mu     sync.Mutex
	window *closable
	kinds  []string // temporary or ordinary, of each question
}

// closable is a body that can end at any time.
type closable struct {
	io.ReadCloser
	mu     sync.Mutex
	closed bool
}

func (c *closable) Read(p []byte) (int, error) {
	n, err := c.ReadCloser.Read(p)
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return 0, io.EOF
	}
	return n, err
}

func (o *oneWindow) RoundTrip(r *http.Request) (*http.Response, error) {
	if !strings.HasSuffix(r.URL.Path, "/StreamGenerate") {
		return o.next.RoundTrip(r)
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	r.Body = io.NopCloser(strings.NewReader(string(body)))
	l := new(listener)
	if err := l.keep(r); err != nil {
		return nil, err
	}
	resp, err := o.next.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	if at(l.question, 45) != "1" {
		o.kinds = append(o.kinds, "ordinary")
		return resp, nil
	}
	o.kinds = append(o.kinds, "temporary")
	if o.window != nil {
		o.window.mu.Lock()
		o.window.closed = true
		o.window.mu.Unlock()
	}
	o.window = &closable{ReadCloser: resp.Body}
	resp.Body = o.window
	return resp, nil
}

// TestParallelTemporaryChats: a second question while the first is answered, again and
// again, of an account whose temporary chats close each other.
func TestParallelTemporaryChats(t *testing.T) {
	t.Parallel()
	const pair = "temporary temporary "
	tests := []struct {
		mode          string
		kinds         string // of eight questions in four pairs
		broken, signs int
		deleted       int
	}{
		{"", pair + pair + "temporary ordinary temporary ordinary", 2, 2, 2},
		{geminiweb.ParallelAuto, pair + pair + "temporary ordinary temporary ordinary", 2, 2, 2},
		{geminiweb.ParallelAllow, pair + pair + pair + "temporary temporary", 4, 4, 0},
		{geminiweb.ParallelSerial, pair + pair + pair + "temporary temporary", 0, 0, 0},
		{geminiweb.ParallelKeepDelete, strings.Repeat("temporary ordinary ", 3) + "temporary ordinary", 0, 0, 4},
	}
	for _, tt := range tests {
		t.Run(tt.mode, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				signs := 0
				sim := simulator.New(simulator.Config{Seed: 1, PageBytes: 4 << 10})
				up := &oneWindow{next: sim}
				w := newWorld(t, simulator.SessionConfig{}, geminiweb.Config{Transport: up, TemporaryParallel: tt.mode,
					Noticed: func(sign geminiweb.Sign, _ string) {
						if sign == geminiweb.SignOvertaken {
							signs++
						}
					}})
				w.set = setOf(sim.AddSession(simulator.SessionConfig{Name: "owner"}))
				w.client.Probe(t.Context(), w.set)
				broken := 0
				var mu sync.Mutex
				for range 4 {
					var all sync.WaitGroup
					for i := range 2 {
						all.Go(func() {
							time.Sleep(time.Duration(i) * 100 * time.Millisecond)
							answer, err := w.ask(t.Context(), "[long 10000][frames 25][slow 20ms]")
							mu.Lock()
							defer mu.Unlock()
							if err != nil {
								broken++
							} else if answer.Text != simulator.LongText(10000) {
								t.Errorf("a whole answer has %d bytes", len(answer.Text))
							}
						})
					}
					all.Wait()
				}
				if err := w.client.Close(t.Context()); err != nil {
					t.Fatal(err)
				}
				if got := strings.Join(up.kinds, " "); got != tt.kinds {
					t.Errorf("asked %q, want %q", got, tt.kinds)
				}
				if deleted := sim.Calls()["GzXR5e"]; broken != tt.broken || signs != tt.signs || deleted != tt.deleted {
					t.Errorf("%d broke off, %d were counted, %d chats deleted; want %d, %d and %d", broken, signs, deleted, tt.broken, tt.signs, tt.deleted)
				}
			})
		})
	}
	if _, err := geminiweb.New(geminiweb.Config{TemporaryParallel: "sometimes"}); err == nil {
		t.Error("an unknown mode is accepted")
	}
}
