package simulator

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"strconv"
	"strings"
	"time"
)

// Control is the remote control: JSON under /_sim/, for loopback peers only.
//
//	GET    /_sim/                       routes, operations, keywords
//	GET    /_sim/faults                 the armed faults and how often they struck
//	PUT    /_sim/faults                 arm exactly this list
//	POST   /_sim/faults                 arm one more
//	DELETE /_sim/faults[/{name}]        heal all, or one
//	GET    /_sim/sessions               all sessions, without values
//	POST   /_sim/sessions               sign in; answers the cookies
//	PATCH  /_sim/sessions/{name}        change, revoke, renew
//	GET    /_sim/sessions/{name}/cookies[?format=netscape]  the newest cookies
//	GET    /_sim/journal[?since=N&operation=O]
//	DELETE /_sim/journal
//	GET    /_sim/calls                  counts by operation and RPC id
//	GET    /_sim/pace, PUT              how answers stream
//
// Durations are written as "90s", times in RFC 3339.
func (s *Simulator) Control() http.Handler {
	mux := http.NewServeMux()
	handle := func(pattern string, serve func(*http.Request) (any, error)) {
		mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) { replyJSON(w, r, serve) })
	}
	handle("GET /_sim/{$}", func(*http.Request) (any, error) { return s.serveManual(), nil })
	handle("GET /_sim/faults", func(*http.Request) (any, error) { return s.shownFaults(), nil })
	handle("PUT /_sim/faults", s.putFaults)
	handle("POST /_sim/faults", s.postFault)
	handle("DELETE /_sim/faults", func(*http.Request) (any, error) { s.ClearFaults(); return s.shownFaults(), nil })
	handle("DELETE /_sim/faults/{name}", s.deleteFault)
	handle("GET /_sim/sessions", func(*http.Request) (any, error) { return s.Sessions(), nil })
	handle("POST /_sim/sessions", s.postSession)
	handle("PATCH /_sim/sessions/{name}", s.patchSession)
	handle("GET /_sim/sessions/{name}/cookies", s.getCookies)
	handle("GET /_sim/journal", s.getJournal)
	handle("DELETE /_sim/journal", func(*http.Request) (any, error) { s.ClearJournal(); return nil, nil })
	handle("GET /_sim/calls", func(*http.Request) (any, error) { return s.Calls(), nil })
	handle("GET /_sim/pace", func(*http.Request) (any, error) { return showPace(*s.pace.Load()), nil })
	handle("PUT /_sim/pace", s.putPace)
	return localOnly(mux)
}

// localOnly refuses peers that are not on this machine, and pages in a browser that were made
// to talk to this port.
func localOnly(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		peer, err := netip.ParseAddrPort(r.RemoteAddr)
		host := r.Host
		if h, _, err := net.SplitHostPort(host); err == nil {
			host = h
		}
		addr, hostErr := netip.ParseAddr(strings.Trim(host, "[]"))
		localHost := host == "localhost" || hostErr == nil && addr.IsLoopback()
		if err != nil || !peer.Addr().Unmap().IsLoopback() || !localHost || r.Header.Get("Origin") != "" {
			writeJSON(w, http.StatusForbidden, map[string]string{"error": "the simulator's control answers programs on this machine only"})
			return
		}
		next.ServeHTTP(w, r)
	})
}

// badInput is an error that the caller can mend.
type badInput struct{ error }

func replyJSON(w http.ResponseWriter, r *http.Request, serve func(*http.Request) (any, error)) {
	r.Body = http.MaxBytesReader(w, r.Body, 1<<20)
	value, err := serve(r)
	var input badInput
	switch {
	case errors.As(err, &input):
		writeJSON(w, http.StatusBadRequest, map[string]string{"error": err.Error()})
	case err != nil:
		writeJSON(w, http.StatusNotFound, map[string]string{"error": err.Error()})
	case value == nil:
		w.WriteHeader(http.StatusNoContent)
	default:
		if text, ok := value.(netscape); ok {
			w.Header().Set("Content-Type", "text/plain; charset=utf-8")
			_, _ = io.WriteString(w, string(text))
			return
		}
		writeJSON(w, http.StatusOK, value)
	}
}

func writeJSON(w http.ResponseWriter, status int, value any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	enc.SetEscapeHTML(false)
	_ = enc.Encode(value)
}

// readJSON decodes a request's body strictly.
func readJSON(r *http.Request, into any) error {
	dec := json.NewDecoder(r.Body)
	dec.DisallowUnknownFields()
	if err := dec.Decode(into); err != nil {
		return badInput{fmt.Errorf("reading the request: %w", err)}
	}
	return nil
}

// span is a duration that JSON writes as "90s".
type span time.Duration

func (d span) MarshalText() ([]byte, error) { return []byte(time.Duration(d).String()), nil }

func (d *span) UnmarshalText(b []byte) error {
	v, err := time.ParseDuration(string(b))
	*d = span(v)
	return err
}

func (s *Simulator) serveManual() any {
	var words []string
	for _, k := range keywords {
		words = append(words, k.Usage)
	}
	return map[string]any{
		"keywords":   words,
		"kinds":      kinds,
		"operations": []Operation{OpGoogle, OpPage, OpRotate, OpRotatePage, OpRPC, OpGenerate, OpUpload, OpMedia, OpOther},
	}
}

func (s *Simulator) getJournal(r *http.Request) (any, error) {
	since, err := strconv.Atoi(orWord(r.FormValue("since"), "0"))
	if err != nil {
		return nil, badInput{fmt.Errorf("since is a number of the journal, not %q", r.FormValue("since"))}
	}
	op := Operation(r.FormValue("operation"))
	entries := []Entry{}
	for _, e := range s.Journal() {
		if e.Seq > since && (op == "" || op == e.Operation) {
			entries = append(entries, e)
		}
	}
	return entries, nil
}

type shownPace struct {
	First      span `json:"first"`
	Gap        span `json:"gap"`
	FrameBytes int  `json:"frame_bytes"`
	Frames     int  `json:"frames"`
}

func showPace(p Pace) shownPace {
	return shownPace{span(p.First), span(p.Gap), p.FrameBytes, p.Frames}
}

func (s *Simulator) putPace(r *http.Request) (any, error) {
	var p shownPace
	if err := readJSON(r, &p); err != nil {
		return nil, err
	}
	s.SetPace(Pace{time.Duration(p.First), time.Duration(p.Gap), p.FrameBytes, p.Frames})
	return p, nil
}
