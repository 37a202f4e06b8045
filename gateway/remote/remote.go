package remote

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"time"

	"github.com/geminid/geminid/chat/media"
)

// Config says how files are fetched. The zero value fetches from public
// addresses alone.
type Config struct {
	// Exempt are addresses that may be connected to although they are not public,
	// with their ports: a picture server of the owner's own. None by default.
	Exempt []netip.AddrPort
	// Resolver finds the addresses of names. Nil means the system's.
	Resolver *net.Resolver
	// RootCAs are the trusted certificates; nil means the system's.
	RootCAs *x509.CertPool
}

const (
	fetchTimeout = 10 * time.Second // for a whole file, redirects included
	maxFile      = 20 << 20
	maxRedirects = 3
	maxURL       = 8 << 10
	userAgent    = "geminid (+fetch)"
)

// File is the file found at an address.
type File struct {
	// MIME is the type that the first bytes show, whatever the server said.
	MIME string
	Data []byte
}

// Refusal says why nothing was fetched. The text names no address.
type Refusal string

// Error implements error.
func (r Refusal) Error() string { return string(r) }

// The refusals. An address that is not public and one that cannot be reached give the
// same refusal, or a client would learn which names exist inside the server's network.
const (
	BadAddress  Refusal = "is not a plain https address: no user, no port but 443, a name in place of an IP address"
	Unreachable Refusal = "could not be fetched from a public address"
	TooSlow     Refusal = "did not come within 10 seconds"
	TooLong     Refusal = "leads to a file of more than 20 MiB"
	TooFar      Refusal = "leads through more than 3 redirects"
	WrongKind   Refusal = "leads to something that is no picture, PDF, audio or video file"

	TooManyPixels Refusal = "leads to a picture of more than 100 million pixels"
)

// Client fetches files. It is safe for concurrent use and keeps no connection.
type Client struct {
	timeout   time.Duration
	transport *http.Transport
	exempt    map[netip.AddrPort]bool
}

// New makes a Client.
func New(cfg Config) *Client {
	c := &Client{timeout: fetchTimeout, exempt: make(map[netip.AddrPort]bool)}
	for _, addr := range cfg.Exempt {
		c.exempt[netip.AddrPortFrom(addr.Addr().Unmap(), addr.Port())] = true
	}
	dialer := &net.Dialer{Timeout: fetchTimeout, Resolver: cfg.Resolver, Control: c.checkAddress, KeepAlive: -1}
	c.transport = &http.Transport{
		Proxy:                  nil, // a proxy would connect where we could not look
		DialContext:            dialer.DialContext,
		TLSClientConfig:        &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: cfg.RootCAs},
		TLSHandshakeTimeout:    fetchTimeout,
		DisableKeepAlives:      true,
		DisableCompression:     true, // a small body can unfold without end
		MaxResponseHeaderBytes: 64 << 10,
	}
	return c
}

// FetchFile fetches the file at an https address. It takes 10 seconds at most. reserve
// is asked for the bytes before the memory for them is taken, as a whole when the
// server says the length, else as they come; its error ends the fetch. An error
// is a Refusal, that of reserve, or ctx's when that ended.
func (c *Client) FetchFile(ctx context.Context, address string, reserve func(bytes int64) error) (File, error) {
	bounded, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	var full error
	file, err := c.followRedirects(bounded, address, func(bytes int64) error {
		full = reserve(bytes)
		return full
	})
	switch {
	case full != nil:
		return File{}, full // a body may end whole to the eye because we left
	case ctx.Err() != nil:
		return File{}, ctx.Err()
	case bounded.Err() != nil:
		return File{}, TooSlow
	case err == nil:
		return file, nil
	}
	var reason Refusal
	if !errors.As(err, &reason) {
		reason = Unreachable
	}
	return File{}, reason
}

func (c *Client) followRedirects(ctx context.Context, address string, reserve func(bytes int64) error) (File, error) {
	if len(address) > maxURL {
		return File{}, BadAddress
	}
	u, err := url.Parse(address)
	for hops := 0; ; hops++ {
		if err != nil || !c.isPlainAddress(u) {
			return File{}, BadAddress
		}
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil)
		if err != nil {
			return File{}, BadAddress
		}
		req.Header.Set("User-Agent", userAgent)
		req.Header.Set("Accept", "image/*,application/pdf,audio/*,video/*")
		resp, err := c.transport.RoundTrip(req)
		if err != nil {
			return File{}, err
		}
		location := resp.Header.Get("Location")
		if resp.StatusCode/100 != 3 || location == "" {
			return readFile(resp, reserve)
		}
		_ = resp.Body.Close()
		if hops == maxRedirects {
			return File{}, TooFar
		}
		if u, err = u.Parse(location); err != nil {
			return File{}, BadAddress
		}
	}
}

// isPlainAddress reports whether an address may be tried at all.
func (c *Client) isPlainAddress(u *url.URL) bool {
	host := strings.TrimSuffix(strings.ToLower(u.Hostname()), ".")
	if u.Scheme != "https" || u.User != nil || u.Opaque != "" || host == "" || strings.Contains(host, "%") {
		return false
	}
	if port := u.Port(); port != "" && port != "443" && len(c.exempt) == 0 {
		return false // with exempt addresses the port is checked where they are
	}
	if _, err := netip.ParseAddr(host); err == nil {
		return false
	}
	// Systems read 2130706433, 0x7f.1 and 127.1 as IP addresses as well.
	last := host[strings.LastIndexByte(host, '.')+1:]
	return strings.Trim(last, "0123456789") != "" && !strings.HasPrefix(last, "0x")
}

// readFile reads the file itself.
func readFile(resp *http.Response, reserve func(bytes int64) error) (File, error) {
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return File{}, Unreachable
	}
	if resp.ContentLength > maxFile {
		return File{}, TooLong
	}
	var data bytes.Buffer
	body := io.LimitReader(resp.Body, maxFile+1)
	if resp.ContentLength > 0 {
		if err := reserve(resp.ContentLength); err != nil {
			return File{}, err
		}
		data.Grow(int(resp.ContentLength) + bytes.MinRead)
	} else {
		body = reservedReader{body, reserve}
	}
	if _, err := data.ReadFrom(body); err != nil {
		return File{}, err
	}
	if data.Len() > maxFile {
		return File{}, TooLong
	}
	kind := media.DetectType(data.Bytes())
	switch {
	case kind == "":
		return File{}, WrongKind
	case media.TooManyPixels(data.Bytes()):
		return File{}, TooManyPixels
	}
	return File{MIME: kind, Data: data.Bytes()}, nil
}

// reservedReader reserves the bytes that it reads.
type reservedReader struct {
	io.Reader
	reserve func(bytes int64) error
}

// Read implements io.Reader.
func (r reservedReader) Read(p []byte) (int, error) {
	n, err := r.Reader.Read(p)
	if n > 0 {
		if full := r.reserve(int64(n)); full != nil {
			return 0, full
		}
	}
	return n, err
}
