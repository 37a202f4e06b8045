package remote_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"
	"golang.org/x/net/dns/dnsmessage"

	"github.com/geminid/geminid/gateway/remote"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var png = append([]byte("\x89PNG\r\n\x1a\n"), make([]byte, 100)...)

// names is a name server that knows every name below example.com as the loopback
// address, and rebind.example.com first as a public one.
func names(t *testing.T) *net.Resolver {
	t.Helper()
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	t.Cleanup(func() { _ = conn.Close(); <-done })
	go func() {
		defer close(done)
		buf := make([]byte, 1500)
		for {
			n, from, err := conn.ReadFrom(buf)
			if err != nil {
				return
			}
			var query dnsmessage.Message
			if query.Unpack(buf[:n]) != nil || len(query.Questions) == 0 {
				continue
			}
			q := query.Questions[0]
			reply := dnsmessage.Message{Header: dnsmessage.Header{ID: query.ID, Response: true, Authoritative: true}, Questions: query.Questions}
			if q.Type == dnsmessage.TypeA {
				reply.Answers = []dnsmessage.Resource{{
					Header: dnsmessage.ResourceHeader{Name: q.Name, Type: q.Type, Class: q.Class},
					Body:   &dnsmessage.AResource{A: [4]byte{127, 0, 0, 1}},
				}}
			}
			packed, _ := reply.Pack()
			_, _ = conn.WriteTo(packed, from)
		}
	}()
	return &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		var d net.Dialer
		return d.DialContext(ctx, "udp", conn.LocalAddr().String())
	}}
}

// host is a picture server on the loopback address that the client may reach,
// and canary one beside it that it may not.
type host struct {
	*httptest.Server
	client *remote.Client
	seen   atomic.Pointer[http.Request]

	canary  net.Listener
	touched atomic.Int32
}

func newHost(t *testing.T, serve http.HandlerFunc) *host {
	t.Helper()
	h := new(host)
	h.Server = httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h.seen.Store(r)
		serve(w, r)
	}))
	t.Cleanup(h.Close)
	var err error
	if h.canary, err = net.Listen("tcp", "127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	t.Cleanup(func() { _ = h.canary.Close(); <-done })
	go func() {
		defer close(done)
		for {
			conn, err := h.canary.Accept()
			if err != nil {
				return
			}
			h.touched.Add(1)
			_ = conn.Close()
		}
	}()
	roots := x509.NewCertPool()
	roots.AddCert(h.Certificate())
	h.client = remote.New(remote.Config{
		Exempt: []netip.AddrPort{netip.MustParseAddrPort(h.Listener.Addr().String())}, Resolver: names(t), RootCAs: roots,
	})
	return h
}

func (h *host) url(path string) string { return address(h.Listener, path) }

func address(l net.Listener, path string) string {
	return fmt.Sprintf("https://pictures.example.com:%d%s", l.Addr().(*net.TCPAddr).Port, path)
}

func TestFetch(t *testing.T) {
	h := newHost(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html") // a lie that does not matter
		_, _ = w.Write(png)
	})
	file, err := h.client.FetchFile(t.Context(), h.url("/a.png"), unbounded)
	if err != nil || file.MIME != "image/png" || !bytes.Equal(file.Data, png) {
		t.Fatalf("got %s, %d bytes, %v", file.MIME, len(file.Data), err)
	}
	for name := range h.seen.Load().Header {
		if name != "User-Agent" && name != "Accept" && name != "Connection" {
			t.Errorf("the header %s went out", name)
		}
	}
}

// TestKinds fetches what the standard library's sniffer does not tell.
func TestKinds(t *testing.T) {
	files := map[string]string{
		"/a.heic": "\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic", "/a.mp3": "\xff\xfb\x90\x00",
		"/a.m4a": "\x00\x00\x00\x14ftypM4A \x00\x00\x00\x00isom", "/a.pdf": "%PDF-1.7",
	}
	h := newHost(t, func(w http.ResponseWriter, r *http.Request) { _, _ = w.Write([]byte(files[r.URL.Path])) })
	for path, want := range map[string]string{
		"/a.heic": "image/heic", "/a.mp3": "audio/mpeg", "/a.m4a": "audio/mp4", "/a.pdf": "application/pdf",
	} {
		if file, err := h.client.FetchFile(t.Context(), h.url(path), unbounded); err != nil || file.MIME != want {
			t.Errorf("%s: got %q, %v; want %s", path, file.MIME, err, want)
		}
	}
}

func TestRefusals(t *testing.T) {
	var bomb bytes.Buffer
	z := gzip.NewWriter(&bomb)
	_, _ = z.Write(make([]byte, 4<<20))
	_ = z.Close()
	h := newHost(t, nil)
	h.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch path := r.URL.Path; {
		case path == "/endless":
			_, _ = w.Write(png)
			for w.(http.Flusher).Flush(); ; {
				if _, err := w.Write(make([]byte, 1<<20)); err != nil {
					return
				}
			}
		case path == "/announced":
			w.Header().Set("Content-Length", "99999999999")
			w.WriteHeader(http.StatusOK)
		case path == "/slow":
			_, _ = w.Write(png)
			w.(http.Flusher).Flush()
			<-r.Context().Done()
		case path == "/bomb":
			w.Header().Set("Content-Encoding", "gzip")
			w.Header().Set("Content-Type", "image/png")
			_, _ = w.Write(bomb.Bytes())
		case path == "/page":
			w.Header().Set("Content-Type", "image/png")
			_, _ = w.Write([]byte("<html>a page</html>"))
		case path == "/svg":
			_, _ = w.Write([]byte(`<svg xmlns="http://www.w3.org/2000/svg"/>`))
		case path == "/huge":
			_, _ = w.Write([]byte("\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\xea\x60\x00\x00\xea\x60\x08\x02"))
		case path == "/empty":
		case path == "/canary":
			http.Redirect(w, r, address(h.canary, "/"), http.StatusFound)
		case path == "/literal":
			http.Redirect(w, r, "https://"+h.canary.Addr().String()+"/", http.StatusFound)
		case path == "/plain":
			http.Redirect(w, r, strings.Replace(h.url("/ok"), "https:", "http:", 1), http.StatusFound)
		case path == "/file":
			http.Redirect(w, r, "file:///etc/passwd", http.StatusFound)
		case strings.HasPrefix(path, "/hop"):
			next := path[:len(path)-1] + string(path[len(path)-1]-1)
			if strings.HasSuffix(path, "1") {
				next = "/ok"
			}
			http.Redirect(w, r, next, http.StatusTemporaryRedirect)
		case path == "/ok":
			_, _ = w.Write(png)
		default:
			http.NotFound(w, r)
		}
	})
	for _, tt := range []struct {
		name, url string
		want      error
	}{
		{"a name of this machine", address(h.canary, "/"), remote.Unreachable},
		{"a redirect to it", h.url("/canary"), remote.Unreachable},
		{"a redirect to an IP address", h.url("/literal"), remote.BadAddress},
		{"a redirect to http", h.url("/plain"), remote.BadAddress},
		{"a redirect to a file", h.url("/file"), remote.BadAddress},
		{"three redirects", h.url("/hop3"), nil},
		{"four redirects", h.url("/hop4"), remote.TooFar},
		{"endless", h.url("/endless"), remote.TooLong},
		{"announced as long", h.url("/announced"), remote.TooLong},
		{"a gzip bomb", h.url("/bomb"), remote.WrongKind},
		{"a picture of too many pixels", h.url("/huge"), remote.TooManyPixels},
		{"a page", h.url("/page"), remote.WrongKind},
		{"a drawing in XML", h.url("/svg"), remote.WrongKind},
		{"nothing", h.url("/empty"), remote.WrongKind},
		{"a lost page", h.url("/none"), remote.Unreachable},
		{"slow", h.url("/slow"), remote.TooSlow}, // the last one: it shortens the time
	} {
		t.Run(tt.name, func(t *testing.T) {
			if tt.want == remote.TooSlow {
				h.client.Hurry(300 * time.Millisecond)
			}
			if _, err := h.client.FetchFile(t.Context(), tt.url, unbounded); !errors.Is(err, tt.want) {
				t.Errorf("got %v, want %v", err, tt.want)
			}
		})
	}
	if n := h.touched.Load(); n != 0 {
		t.Errorf("the canary saw %d connections", n)
	}
}

func TestAddresses(t *testing.T) {
	h := newHost(t, http.NotFound)
	port := h.canary.Addr().(*net.TCPAddr).Port
	strict := remote.New(remote.Config{Resolver: names(t)})
	for _, address := range []string{
		"", "x", "http://example.com/", "ftp://example.com/", "file:///etc/passwd", "https:", "https:///x", "https://",
		"https://user:pass@example.com/", "https://127.0.0.1/", "https://[::1]/", "https://[::ffff:127.0.0.1]/", "https://[fe80::1%25lo]/",
		"https://2130706433/", "https://0x7f000001/", "https://0177.0.0.1/", "https://127.1/", "https://127.0.0.1./", "https://0x7f.1/",
		"https://example.com:22/", "https://example.com:99999/", "https://example.com:http/", "https://ex%61mple.com:1/", "javascript:alert(1)",
		"https://example.com/" + strings.Repeat("a", 9000), "https://exa\nmple.com/",
		fmt.Sprintf("https://localhost:%d/", port), fmt.Sprintf("https://127.0.0.1:%d/", port),
		fmt.Sprintf("https://pictures.example.com:%d/", port), fmt.Sprintf("http://pictures.example.com:%d/", port),
	} {
		if _, err := strict.FetchFile(t.Context(), address, unbounded); !errors.Is(err, remote.BadAddress) {
			t.Errorf("%.60q: %v", address, err)
		}
	}
	for _, address := range []string{"https://pictures.example.com/", "https://localhost/", "https://localhost./"} {
		if _, err := strict.FetchFile(t.Context(), address, unbounded); !errors.Is(err, remote.Unreachable) {
			t.Errorf("%s: %v", address, err)
		}
	}
	if n := h.touched.Load(); n != 0 {
		t.Errorf("the canary saw %d connections", n)
	}
}

func TestPublic(t *testing.T) {
	for _, text := range []string{
		"0.0.0.0", "0.1.2.3", "10.0.0.1", "100.64.0.1", "100.127.255.255", "127.0.0.1", "127.255.0.1", "169.254.169.254", "172.16.0.1", "172.31.255.255",
		"192.0.0.8", "192.0.2.1", "192.88.99.1", "192.168.1.1", "198.18.0.1", "198.19.255.255", "198.51.100.1", "203.0.113.1", "224.0.0.1", "239.1.1.1", "240.0.0.1", "255.255.255.255",
		"::", "::1", "::ffff:8.8.8.8", "::127.0.0.1", "64:ff9b::7f00:1", "64:ff9b:1::1", "100::1", "2001::1", "2001:1ff::1", "2001:db8::1", "2002:7f00:1::", "3fff::1", "5f00::1",
		"fc00::1", "fd00::1", "fe80::1", "fe80::1%eth0", "fec0::1", "ff02::1",
		"::ffff:0:8.8.8.8", "100:0:0:1::1", "1fff::1", "4000::1", "8000::1", "e000::1",
	} {
		if remote.Public(netip.MustParseAddr(text)) {
			t.Errorf("%s counts as public", text)
		}
	}
	for _, text := range []string{"8.8.8.8", "1.1.1.1", "172.32.0.1", "100.128.0.1", "192.0.1.1", "2606:4700::1111", "2a00:1450:4001::1"} {
		if !remote.Public(netip.MustParseAddr(text)) {
			t.Errorf("%s does not count as public", text)
		}
	}
	found, err := net.InterfaceAddrs()
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range found {
		if prefix, err := netip.ParsePrefix(a.String()); err == nil && remote.Public(prefix.Addr()) {
			t.Errorf("our own address %s counts as public", prefix.Addr())
		}
	}
}

func TestLeaving(t *testing.T) {
	h := newHost(t, func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(50*time.Millisecond, cancel)
	if _, err := h.client.FetchFile(ctx, h.url("/"), unbounded); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

func FuzzAddresses(f *testing.F) {
	for _, seed := range []string{"https://127.0.0.1/", "https://localhost/", "https://a@b/", "https://0x7f.1/", "https://[::]/", "https://②.example/"} {
		f.Add(seed)
	}
	refuse := &net.Resolver{PreferGo: true, Dial: func(context.Context, string, string) (net.Conn, error) { return nil, errors.New("no names") }}
	c := remote.New(remote.Config{Resolver: refuse})
	f.Fuzz(func(t *testing.T, address string) {
		var refusal remote.Refusal
		if _, err := c.FetchFile(t.Context(), address, unbounded); !errors.As(err, &refusal) {
			t.Errorf("%q: %v", address, err)
		}
	})
}

// unbounded lets a fetch have all the memory that it asks for.
func unbounded(int64) error { return nil }

// TestReserve checks that memory is asked for before it is taken, and that a
// refusal ends the fetch.
func TestReserve(t *testing.T) {
	full := errors.New("full")
	for path, kind := range map[string]string{"/long": "with a length", "/chunked": "without one"} {
		t.Run(kind, func(t *testing.T) {
			h := newHost(t, func(w http.ResponseWriter, r *http.Request) {
				if r.URL.Path == "/long" {
					w.Header().Set("Content-Length", strconv.Itoa(len(png)+8<<20))
				}
				_, _ = w.Write(png)
				for range 8 {
					_, _ = w.Write(make([]byte, 1<<20))
				}
			})
			var held int64
			file, err := h.client.FetchFile(t.Context(), h.url(path), func(bytes int64) error { held += bytes; return nil })
			if err != nil || len(file.Data) != len(png)+8<<20 || held != int64(len(file.Data)) {
				t.Errorf("%v: %d bytes reserved for %d", err, held, len(file.Data))
			}
			held = 0
			_, err = h.client.FetchFile(t.Context(), h.url(path), func(bytes int64) error {
				if held += bytes; held > 1<<20 {
					return full
				}
				return nil
			})
			if !errors.Is(err, full) {
				t.Errorf("no memory: %v", err)
			}
		})
	}
}
