package doctor

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"time"
)

// requestTimeout bounds one question to the network.
const requestTimeout = 10 * time.Second

// checkProxy checks that the proxy is there, and notes proxy variables that are not
// read.
func checkProxy(ctx context.Context, c *Config) []Finding {
	if c.Problem != nil {
		return nil // its setting is not known
	}
	if c.Proxy == nil {
		if len(c.ProxyEnv) > 0 {
			return singleFinding(Note, strings.Join(c.ProxyEnv, ", ")+" is set, which geminid does not read", "set upstream_proxy when calls shall take it")
		}
		return singleFinding(Good, "calls go out directly", "")
	}
	host := net.JoinHostPort(c.Proxy.Hostname(),
		cmp.Or(c.Proxy.Port(), map[string]string{"http": "80", "https": "443"}[c.Proxy.Scheme], "1080"))
	dialer := net.Dialer{Timeout: requestTimeout}
	conn, err := dialer.DialContext(ctx, "tcp", host)
	if err != nil {
		return singleFinding(Bad, "the proxy cannot be reached: "+causeOf(err), "start it, or correct upstream_proxy; calls never go around it")
	}
	_ = conn.Close()
	return singleFinding(Good, "the proxy can be reached", "")
}

const (
	skewBad, skewLow = 5 * time.Minute, 30 * time.Second
)

// checkClock compares the clock of this machine with the upstream's, which
// checkUpstream asked for.
func checkClock(_ context.Context, c *Config) []Finding {
	if !c.upstreamAnswered {
		return nil
	}
	theirs, err := http.ParseTime(c.upstreamDate)
	if err != nil {
		return singleFinding(Note, "the clock cannot be compared: the answer of the upstream has no date", "")
	}
	skew := c.Now().Sub(theirs).Round(time.Second)
	const fix = "timedatectl set-ntp true"
	switch {
	case skew.Abs() > skewBad:
		return singleFinding(Bad, fmt.Sprintf("the clock of this machine is off by %s", skew.Abs()), fix)
	case skew.Abs() > skewLow:
		return singleFinding(Warning, fmt.Sprintf("the clock of this machine is off by %s", skew.Abs()), fix)
	}
	out := singleFinding(Good, "the clock is right", "")
	if c.Synchronised != nil {
		if yes, known := c.Synchronised(); known && !yes {
			out = append(out, Finding{Level: Note, Text: "the clock of this machine is not synchronised; it may be wrong after a restart", Fix: fix})
		}
	}
	return out
}

func (c *Config) sendRequest(ctx context.Context, method, address string) (*http.Response, error) {
	ctx, cancel := context.WithTimeout(ctx, requestTimeout)
	request, err := http.NewRequestWithContext(ctx, method, address, nil)
	if err != nil {
		cancel()
		return nil, err
	}
	response, err := c.Transport.RoundTrip(request)
	if err != nil {
		cancel()
		return nil, err
	}
	response.Body = cancelingBody{response.Body, cancel}
	return response, nil
}

// cancelingBody ends the context of a call with its body.
type cancelingBody struct {
	io.ReadCloser
	cancel context.CancelFunc
}

func (c cancelingBody) Close() error {
	defer c.cancel()
	return c.ReadCloser.Close()
}

// ExitAddress asks a service for the address that calls come from.
func ExitAddress(ctx context.Context, transport http.RoundTripper, service string) (netip.Addr, error) {
	c := Config{Transport: transport}
	response, err := c.sendRequest(ctx, http.MethodGet, service)
	if err != nil {
		return netip.Addr{}, err
	}
	defer response.Body.Close()
	text, err := io.ReadAll(io.LimitReader(response.Body, 64))
	if err != nil {
		return netip.Addr{}, err
	}
	addr, err := netip.ParseAddr(strings.TrimSpace(string(text)))
	if err != nil || response.StatusCode != http.StatusOK {
		return netip.Addr{}, errors.New("the service that exit_ip_url names does not answer with an address")
	}
	return addr, nil
}
