// Package keepalive makes HTTP transports notice that the other side of a
// connection is gone: after a router, a VPN or a proxy has lost it, nothing
// arrives and nothing is refused, and without a question the kernel alone would
// give the connection up, about a quarter of an hour later.
package keepalive

import (
	"cmp"
	"net"
	"net/http"
	"time"
)

// Config says how soon a dead connection is given up: after Quiet and Answer
// together. A connection whose other side answers lasts, however long a request
// on it takes. The zero value gives up after 18 seconds, which is less than the
// 20 that the shortest call of the program waits: a call can not end before its
// dead connection and leave it to the next one.
type Config struct {
	// Quiet is how long nothing may arrive before the other side is asked. 0
	// means 10 s. TCP knows whole seconds only and rounds up.
	Quiet time.Duration
	// Answer is how long the other side may take to answer. 0 means 8 s.
	Answer time.Duration
}

const (
	defaultQuiet  = 10 * time.Second
	defaultAnswer = 8 * time.Second
	probes        = 2 // TCP keep-alive probes within Answer
)

// Apply sets t.HTTP2 and t.DialContext. HTTP/2 connections are asked by pings,
// which pass every proxy and come to the far end. All connections are asked by
// TCP, up to the first proxy; on Linux that includes data of ours that nobody
// acknowledges, elsewhere such data waits as long as the kernel likes. A new
// connection must be there within dial.
func (c Config) Apply(t *http.Transport, dial time.Duration) {
	c.Quiet, c.Answer = cmp.Or(c.Quiet, defaultQuiet), cmp.Or(c.Answer, defaultAnswer)
	t.HTTP2 = &http.HTTP2Config{SendPingTimeout: c.Quiet, PingTimeout: c.Answer}
	dialer := &net.Dialer{
		Timeout: dial,
		KeepAliveConfig: net.KeepAliveConfig{
			Enable: true, Idle: c.Quiet, Interval: max(c.Answer/probes, time.Second), Count: probes,
		},
		Control: boundUnacknowledged(c.Quiet + c.Answer),
	}
	t.DialContext = dialer.DialContext
}
