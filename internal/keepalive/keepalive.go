package keepalive

import (
	"cmp"
	"net"
	"net/http"
	"time"
)

// Config is how soon a dead connection is closed: after Quiet and Answer together.
// A connection whose other side answers stays open, however long a request on it
// takes. The zero value closes it after 18 seconds, which is less than the 20 that
// the shortest call of the program waits: so a call cannot end before its dead
// connection and leave it to the next call.
type Config struct {
	// Quiet is how long nothing may arrive before a probe is sent. If zero, 10 s.
	// TCP counts whole seconds and rounds up.
	Quiet time.Duration
	// Answer is how long the other side may take to answer a probe. If zero, 8 s.
	Answer time.Duration
}

const (
	defaultQuiet  = 10 * time.Second
	defaultAnswer = 8 * time.Second
	probes        = 2 // TCP keep-alive probes within Answer
)

// ApplyTo sets t.HTTP2 and t.DialContext. HTTP/2 connections are probed by pings,
// which pass every proxy and reach the far end. All connections are probed by TCP,
// up to the first proxy. On Linux that covers data that is not acknowledged, too;
// elsewhere such data waits as long as the kernel likes. A new connection must be
// established within dial. ApplyTo must be called before t is used.
func (c Config) ApplyTo(t *http.Transport, dial time.Duration) {
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
