package simulator_test

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/geminid/geminid/upstream/simulator"
)

// overTCP is a client of a real listener that calls it by its own address.
func overTCP(t *testing.T, s *simulator.Simulator, http2 bool) (*http.Client, string) {
	t.Helper()
	server := httptest.NewUnstartedServer(s)
	if http2 {
		server.EnableHTTP2 = true
		server.StartTLS()
	} else {
		server.Start()
	}
	t.Cleanup(server.Close)
	client := server.Client()
	t.Cleanup(client.CloseIdleConnections)
	return client, server.URL
}

func sendTo(t *testing.T, client *http.Client, link string, have simulator.Credentials, prompt string) (*http.Response, error) {
	t.Helper()
	form := url.Values{"f.req": {`[null,"[[\"` + prompt + `\"]]"]`}}
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, link+generatePath+"?rt=c", strings.NewReader(form.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Cookie", "__Secure-1PSID="+have.PSID+"; __Secure-1PSIDTS="+have.PSIDTS)
	return client.Do(r)
}

func TestResetOverTCP(t *testing.T) {
	for _, tt := range []struct {
		name   string
		http2  bool
		prompt string
		fault  *simulator.Fault
		early  bool // no response at all
	}{
		{name: "in mid-stream", prompt: "[reset 3]"},
		{name: "in mid-stream, HTTP/2", prompt: "[reset 3]", http2: true},
		{name: "at once", prompt: "hi", fault: &simulator.Fault{Kind: simulator.Reset}, early: true},
		{name: "refused", prompt: "hi", fault: &simulator.Fault{Kind: simulator.Outage}, early: true},
		{name: "lost", prompt: "hi", fault: &simulator.Fault{Kind: simulator.Lost}, early: true},
		{name: "lost, HTTP/2", prompt: "hi", fault: &simulator.Fault{Kind: simulator.Lost}, early: true, http2: true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := simulator.New(simulator.Config{TokenOptional: true})
			have := s.AddSession(simulator.SessionConfig{})
			if tt.fault != nil {
				s.SetFault(*tt.fault)
			}
			client, base := overTCP(t, s, tt.http2)
			resp, err := sendTo(t, client, base, have, tt.prompt)
			if tt.early {
				if err == nil {
					t.Fatalf("got a response: %s", resp.Status)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			defer resp.Body.Close()
			body, err := io.ReadAll(resp.Body)
			if err == nil || !strings.Contains(string(body), "You said") {
				t.Errorf("read %d bytes, %v; want some text and an error", len(body), err)
			}
			if !tt.http2 && !errors.Is(err, syscall.ECONNRESET) {
				t.Errorf("error = %v, want a TCP reset", err)
			}
		})
	}
}

func TestClientThatLeavesOverTCP(t *testing.T) {
	s := simulator.New(simulator.Config{TokenOptional: true})
	have := s.AddSession(simulator.SessionConfig{})
	client, base := overTCP(t, s, false)
	resp, err := sendTo(t, client, base, have, "[slow 1h]")
	if err != nil {
		t.Fatal(err)
	}
	if e := s.Journal()[0]; e.Outcome != "running" || !e.End.IsZero() {
		t.Errorf("journal of a running call = %+v", e)
	}
	resp.Body.Close()
	client.CloseIdleConnections()
	for s.Journal()[0].Outcome == "running" {
		time.Sleep(time.Millisecond) // over TCP nothing else tells when the server noticed
	}
	if e := s.Journal()[0]; e.Outcome != "canceled" {
		t.Errorf("outcome = %q, want canceled", e.Outcome)
	}
}

func TestUnknownHostGetsLinksToItself(t *testing.T) {
	for _, http2 := range []bool{false, true} {
		s := simulator.New(simulator.Config{TokenOptional: true})
		have := s.AddSession(simulator.SessionConfig{})
		client, base := overTCP(t, s, http2)
		resp, err := sendTo(t, client, base, have, "[image 64x48]")
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		body, _ := io.ReadAll(resp.Body)
		a := readJSON(t, string(body))
		link := at(a.pictures[0], 0, 3, 3).(string)
		if !strings.HasPrefix(link, base+"/gg-dl/") {
			t.Fatalf("link = %q, want it at %s", link, base)
		}
		r, _ := http.NewRequestWithContext(t.Context(), http.MethodGet, link, nil)
		r.Header.Set("Cookie", "__Secure-1PSID="+have.PSID+"; __Secure-1PSIDTS="+have.PSIDTS)
		picture, err := client.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		defer picture.Body.Close()
		if picture.StatusCode != http.StatusOK || picture.Header.Get("Content-Type") != "image/png" {
			t.Errorf("picture: %s %s", picture.Status, picture.Header.Get("Content-Type"))
		}
	}
}
