package limit_test

import (
	"net"
	"net/http"
	"testing"
	"testing/synctest"

	"github.com/geminid/geminid/gateway/limit"
)

// send lets the server read so many bytes from the client, in pieces as net/http
// reads them.
func send(t *testing.T, client, server net.Conn, bytes int) {
	t.Helper()
	go func() { _, _ = client.Write(make([]byte, bytes)) }()
	for piece := make([]byte, 1<<10); bytes > 0; {
		n, err := server.Read(piece[:min(bytes, len(piece))])
		if err != nil {
			t.Fatal(err)
		}
		bytes -= n
	}
}

// TestLargeHeadsAreFew checks, with 64 connections at most, which are closed when
// more than two are in the middle of a large head.
func TestLargeHeadsAreFew(t *testing.T) {
	const large = 4<<10 + 1
	tests := []struct {
		name  string
		begin func(t *testing.T, client, server net.Conn) // what the first connection does
		want  bool                                        // it is closed
	}{
		{"a large head without an end", func(t *testing.T, client, server net.Conn) {
			send(t, client, server, large)
		}, true},
		{"a large head of a later request", func(t *testing.T, client, server net.Conn) {
			send(t, client, server, large)
			limit.TrackState(server, http.StateActive)
			limit.TrackState(server, http.StateIdle)
			send(t, client, server, large)
		}, true},
		{"a small head without an end", func(t *testing.T, client, server net.Conn) {
			send(t, client, server, large-1)
		}, false},
		{"small heads of several requests", func(t *testing.T, client, server net.Conn) {
			for range 3 {
				send(t, client, server, large-1)
				limit.TrackState(server, http.StateActive)
				limit.TrackState(server, http.StateIdle)
			}
		}, false},
		{"a whole head", func(t *testing.T, client, server net.Conn) {
			send(t, client, server, large)
			limit.TrackState(server, http.StateActive)
		}, false},
		{"a body", func(t *testing.T, client, server net.Conn) {
			limit.TrackState(server, http.StateActive)
			send(t, client, server, 2*large)
		}, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c := newCrowd(t, limit.ListenerConfig{Max: 64})
				first, server := c.connect("192.0.2.1")
				tt.begin(t, first, server)
				var others [2]net.Conn
				for i := range others {
					if isClosed(first) {
						t.Fatalf("it is closed beside %d others", i)
					}
					client, server := c.connect("192.0.2.2")
					send(t, client, server, 2*large)
					others[i] = client
				}
				if isClosed(first) != tt.want {
					t.Errorf("it was closed: %t, want %t", !tt.want, tt.want)
				}
				if isClosed(others[0]) || isClosed(others[1]) {
					t.Error("a later one was closed")
				}
			})
		})
	}
}

// TestClosedHeadsAreForgotten checks that a connection that ended within its head
// leaves room for another.
func TestClosedHeadsAreForgotten(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCrowd(t, limit.ListenerConfig{Max: 64})
		patient, server := c.connect("192.0.2.1")
		send(t, patient, server, 5<<10)
		for range 5 {
			client, server := c.connect("192.0.2.2")
			send(t, client, server, 5<<10)
			_ = server.Close()
		}
		if isClosed(patient) {
			t.Error("connections that are gone are counted")
		}
	})
}
