// Package standin is a fast pretend upstream for measurements: TLS, HTTP/2 and
// HTTP/1.1, the framing of the real one with cumulative text, and nothing that
// would cost time. It answers a prompt as the Recipe in it says, notes when each
// frame left, sees clients leave and counts connections and requests. It keeps
// no sessions and refuses nobody: for behaviour there is the simulator.
package standin

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"strconv"
	"sync"
	"sync/atomic"
	"time"
)

// GeneratePath is where questions are posted.
const GeneratePath = "/_/BardChatUi/data/assistant.lamda.BardFrontendService/StreamGenerate"

// Counts is what the stand-in has seen so far.
type Counts struct {
	Connections, Handshakes                int64
	Generate, Page, Batch, Rotate, Unknown int64
}

// Sub returns how much was seen since before.
func (c Counts) Sub(before Counts) Counts {
	return Counts{
		c.Connections - before.Connections, c.Handshakes - before.Handshakes,
		c.Generate - before.Generate, c.Page - before.Page, c.Batch - before.Batch,
		c.Rotate - before.Rotate, c.Unknown - before.Unknown,
	}
}

// Server is a running stand-in. Its methods are safe for concurrent use.
type Server struct {
	http     *http.Server
	listener net.Listener
	trusted  []byte
	calls    calls
	served   sync.WaitGroup

	connections, handshakes                atomic.Int64
	generated, pages, batches, rotates, un atomic.Int64
}

// Start listens on a free loopback port and serves until Close.
func Start() (*Server, error) {
	certificate, trusted, err := authority()
	if err != nil {
		return nil, fmt.Errorf("making the stand-in's certificate: %w", err)
	}
	s := &Server{trusted: trusted, calls: calls{open: map[int]*Call{}}}
	plain, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("listening for the stand-in: %w", err)
	}
	s.listener = plain
	s.http = &http.Server{
		Handler:   s.routes(),
		ErrorLog:  log.New(io.Discard, "", 0), // clients that leave on purpose
		ConnState: s.connState,
		HTTP2:     &http.HTTP2Config{MaxConcurrentStreams: 100},
		TLSConfig: &tls.Config{
			Certificates: []tls.Certificate{certificate},
			GetConfigForClient: func(*tls.ClientHelloInfo) (*tls.Config, error) {
				s.handshakes.Add(1)
				return nil, nil
			},
		},
	}
	s.served.Go(func() { _ = s.http.ServeTLS(plain, "", "") })
	return s, nil
}

func (s *Server) routes() http.Handler {
	mux := http.NewServeMux()
	counted := func(n *atomic.Int64, h http.HandlerFunc) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			n.Add(1)
			h(w, r)
		}
	}
	mux.HandleFunc("POST "+GeneratePath, counted(&s.generated, s.generate))
	mux.HandleFunc("GET /app", counted(&s.pages, s.app))
	mux.HandleFunc("POST /_/BardChatUi/data/batchexecute", counted(&s.batches, s.batch))
	mux.HandleFunc("POST /RotateCookies", counted(&s.rotates, s.rotate))
	mux.HandleFunc("GET /{$}", counted(&s.un, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusOK) }))
	mux.HandleFunc("/", counted(&s.un, http.NotFound))
	return mux
}

func (s *Server) connState(_ net.Conn, state http.ConnState) {
	if state == http.StateNew {
		s.connections.Add(1)
	}
}

// Addr is host and port.
func (s *Server) Addr() string { return s.listener.Addr().String() }

// Trusted is the authority that clients must trust, in PEM form.
func (s *Server) Trusted() []byte { return s.trusted }

// Client returns a client of its own that talks to the stand-in directly, over
// HTTP/2.
func (s *Server) Client() *http.Client {
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(s.trusted)
	return &http.Client{Transport: &http.Transport{
		TLSClientConfig: &tls.Config{RootCAs: roots}, ForceAttemptHTTP2: true, MaxIdleConnsPerHost: 1024,
	}}
}

// Expect announces a request: the returned call's recipe must go into its
// prompt, and the call tells afterwards what was seen of it.
func (s *Server) Expect(r Recipe) *Call { return s.calls.expect(r) }

// Counts returns what was seen so far.
func (s *Server) Counts() Counts {
	return Counts{
		s.connections.Load(), s.handshakes.Load(), s.generated.Load(), s.pages.Load(),
		s.batches.Load(), s.rotates.Load(), s.un.Load(),
	}
}

// Close cuts all connections and waits for the listener's end.
func (s *Server) Close() {
	_ = s.http.Close()
	s.served.Wait()
}

var buffers = sync.Pool{New: func() any { return new([]byte) }}

func (s *Server) generate(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return // the client left while asking
	}
	recipe, err := FindRecipe(body)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	call := s.calls.take(recipe.ID)
	if call == nil {
		call = &Call{Recipe: recipe, Done: make(chan struct{})}
	}
	defer func() {
		call.Ended = time.Now()
		call.Canceled = r.Context().Err() != nil
		close(call.Done)
	}()
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	script := ScriptFor(recipe)
	if r.URL.Query().Get("rt") != "c" {
		if pause(r.Context(), recipe.First+time.Duration(recipe.Frames-1)*recipe.Gap) == nil {
			_, _ = w.Write(script.whole())
		}
		return
	}
	if err := call.play(r.Context(), w, script); err != nil && !errors.Is(err, context.Canceled) {
		panic(http.ErrAbortHandler)
	}
}

// play sends the answer frame by frame, each with its own flush.
func (c *Call) play(ctx context.Context, w http.ResponseWriter, script *Script) error {
	buffer := buffers.Get().(*[]byte)
	defer buffers.Put(buffer)
	out := http.NewResponseController(w)
	send := func(b []byte) error {
		*buffer = b[:0]
		if _, err := w.Write(b); err != nil {
			return err
		}
		return out.Flush()
	}
	c.Sent = make([]time.Time, 0, c.Recipe.Frames)
	if err := send(appendFrame(append((*buffer)[:0], preamble...), metaFrame)); err != nil {
		return err
	}
	wait := c.Recipe.First
	for k := range script.marks {
		if err := pause(ctx, wait); err != nil {
			return err
		}
		wait = c.Recipe.Gap
		c.Sent = append(c.Sent, time.Now())
		if err := send(script.appendText((*buffer)[:0], k)); err != nil {
			return err
		}
	}
	end := appendFrame((*buffer)[:0], titleFrame)
	end = appendFrame(end, stateFrame)
	end = appendFrame(end, timeFrame)
	return send(appendFrame(end, `[["e",4,null,null,`+strconv.Itoa(len(end))+`]]`))
}

func pause(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return ctx.Err()
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
