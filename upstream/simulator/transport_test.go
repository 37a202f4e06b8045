package simulator_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/geminid/geminid/upstream/simulator"
)

// openStream sends a prompt and returns the response with its body unread.
func openStream(ctx context.Context, s http.RoundTripper, have simulator.Credentials, prompt string) (*http.Response, error) {
	form := url.Values{"at": {"None"}, "f.req": {`[null,"[[\"` + prompt + `\"]]"]`}}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, "https://gemini.google.com"+generatePath+"?rt=c", strings.NewReader(form.Encode()))
	if err != nil {
		return nil, err
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Cookie", "__Secure-1PSID="+have.PSID+"; __Secure-1PSIDTS="+have.PSIDTS)
	return s.RoundTrip(r)
}

func TestStreamsFrameByFrame(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := simulator.New(simulator.Config{TokenOptional: true, Pace: simulator.Pace{First: time.Second, Gap: time.Second, Frames: 5}})
		have := s.AddSession(simulator.SessionConfig{})
		start := time.Now()
		resp, err := openStream(t.Context(), s, have, "hi")
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		if got := time.Since(start); got != time.Second {
			t.Errorf("the head came after %v, want 1 s", got)
		}
		var seen []time.Duration
		buf := make([]byte, 64<<10)
		for {
			n, err := resp.Body.Read(buf)
			if n > 0 && bytes.Contains(buf[:n], []byte("rc_")) {
				seen = append(seen, time.Since(start))
			}
			if err == io.EOF {
				break
			}
			if err != nil {
				t.Fatal(err)
			}
		}
		if len(seen) < 5 || seen[len(seen)-1] != 5*time.Second {
			t.Errorf("frames were readable at %v, want one a second", seen)
		}
		if e := s.Journal()[0]; e.Outcome != "done" || e.End.Sub(e.Time) != 5*time.Second || e.Frames < 8 {
			t.Errorf("journal = %+v", e)
		}
	})
}

func TestContextEndsBothSides(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := simulator.New(simulator.Config{TokenOptional: true, Pace: simulator.Pace{Gap: time.Hour}})
		have := s.AddSession(simulator.SessionConfig{})
		ctx, cancel := context.WithCancel(t.Context())
		resp, err := openStream(ctx, s, have, "hi")
		if err != nil {
			t.Fatal(err)
		}
		time.AfterFunc(time.Minute, cancel)
		if _, err := io.ReadAll(resp.Body); !errors.Is(err, context.Canceled) {
			t.Errorf("reading: %v, want context.Canceled", err)
		}
		synctest.Wait()
		if e := s.Journal()[0]; e.Outcome != "canceled" || e.End.Sub(e.Time) != time.Minute {
			t.Errorf("journal = %+v", e)
		}
		if err := resp.Body.Close(); err != nil {
			t.Error(err)
		}
		if _, err := resp.Body.Read(make([]byte, 1)); !errors.Is(err, http.ErrBodyReadAfterClose) {
			t.Errorf("reading after Close: %v", err)
		}
	})
}

func TestContextEndsBeforeTheHead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := simulator.New(simulator.Config{TokenOptional: true})
		have := s.AddSession(simulator.SessionConfig{})
		s.SetFault(simulator.Fault{Kind: simulator.Stall})
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		if _, err := openStream(ctx, s, have, "hi"); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("error = %v, want the deadline", err)
		}
		if _, err := openStream(ctx, s, have, "hi"); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("with a dead context: %v, want the deadline", err)
		}
		if n := s.Calls()["generate"]; n != 1 {
			t.Errorf("%d calls arrived, want 1: a dead context sends nothing", n)
		}
	})
}

func TestCloseEndsTheHandler(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := simulator.New(simulator.Config{TokenOptional: true, Pace: simulator.Pace{Gap: time.Hour}})
		have := s.AddSession(simulator.SessionConfig{})
		resp, err := openStream(t.Context(), s, have, "hi")
		if err != nil {
			t.Fatal(err)
		}
		if err := resp.Body.Close(); err != nil {
			t.Fatal(err)
		}
		// Close waits, so the journal knows already.
		if e := s.Journal()[0]; e.Outcome != "canceled" || e.End.IsZero() {
			t.Errorf("journal = %+v", e)
		}
	})
}

func TestReaderHoldsTheWriterBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := simulator.New(simulator.Config{TokenOptional: true})
		have := s.AddSession(simulator.SessionConfig{})
		resp, err := openStream(t.Context(), s, have, "[long 100000]")
		if err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		if e := s.Journal()[0]; e.Outcome != "running" {
			t.Errorf("1.3 MB were written without a reader: %+v", e)
		}
		body, err := io.ReadAll(resp.Body)
		if err != nil || len(body) < 1_000_000 {
			t.Errorf("read %d bytes, %v", len(body), err)
		}
		resp.Body.Close()
	})
}

func TestBrokenConnectionsInMemory(t *testing.T) {
	for _, tt := range []struct {
		name   string
		fault  simulator.Fault
		head   error // of RoundTrip
		read   error // of the body
		atMost int
	}{
		{"outage", simulator.Fault{Kind: simulator.Outage}, syscall.ECONNREFUSED, nil, 0},
		{"reset at once", simulator.Fault{Kind: simulator.Reset}, syscall.ECONNRESET, nil, 0},
		{"lost answer", simulator.Fault{Kind: simulator.Lost}, syscall.ECONNRESET, nil, 0},
		{"reset after 700 bytes", simulator.Fault{Kind: simulator.Reset, Bytes: 700}, nil, syscall.ECONNRESET, 700},
		{"cut after 700 bytes", simulator.Fault{Kind: simulator.Truncate, Bytes: 700}, nil, nil, 700},
		{"nothing at all", simulator.Fault{Kind: simulator.Truncate}, nil, nil, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := simulator.New(simulator.Config{TokenOptional: true})
			have := s.AddSession(simulator.SessionConfig{})
			s.SetFault(tt.fault)
			resp, err := openStream(t.Context(), s, have, "hi")
			if !errors.Is(err, tt.head) {
				t.Fatalf("RoundTrip: %v, want %v", err, tt.head)
			}
			if err != nil {
				return
			}
			defer resp.Body.Close()
			body, err := io.ReadAll(resp.Body)
			if !errors.Is(err, tt.read) || len(body) != tt.atMost {
				t.Errorf("read %d bytes, %v; want %d, %v", len(body), err, tt.atMost, tt.read)
			}
		})
	}
}

func TestAnnouncedLengthIsKept(t *testing.T) {
	s := simulator.New(simulator.Config{})
	s.SetFault(simulator.Fault{Kind: simulator.Truncate, Bytes: 100, Operations: []simulator.Operation{simulator.OpMedia}})
	r, _ := http.NewRequest(http.MethodGet, "https://lh3.googleusercontent.com/preview/x", nil)
	resp, err := s.RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if n, err := io.Copy(io.Discard, resp.Body); !errors.Is(err, io.ErrUnexpectedEOF) || n != 100 || resp.ContentLength <= 100 {
		t.Errorf("read %d of %d bytes, %v", n, resp.ContentLength, err)
	}
}

func TestRequestBodyIsClosed(t *testing.T) {
	s := simulator.New(simulator.Config{})
	for _, link := range []string{"https://gemini.google.com/nowhere", "https://accounts.google.com/RotateCookies"} {
		body := &closeTeller{Reader: strings.NewReader("x")}
		r, _ := http.NewRequest(http.MethodPost, link, body)
		resp, err := s.RoundTrip(r)
		if err != nil {
			t.Fatal(err)
		}
		io.Copy(io.Discard, resp.Body)
		resp.Body.Close()
		if !body.closed {
			t.Errorf("%s: the request's body was left open", link)
		}
	}
}

type closeTeller struct {
	io.Reader
	closed bool
}

func (c *closeTeller) Close() error { c.closed = true; return nil }
