package api_test

import (
	"context"
	"crypto/x509"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"

	"golang.org/x/net/dns/dnsmessage"

	"github.com/geminid/geminid/chat"
	"github.com/geminid/geminid/gateway/api"
	"github.com/geminid/geminid/gateway/remote"
)

// loopbackNames is a name server in memory: every name is the loopback address.
func loopbackNames(context.Context, string, string) (net.Conn, error) {
	ours, theirs := net.Pipe()
	go func() {
		defer theirs.Close()
		buf := make([]byte, 1500)
		n, err := theirs.Read(buf[:2]) // the length, as over TCP
		if err != nil || n != 2 {
			return
		}
		n, err = theirs.Read(buf)
		var query dnsmessage.Message
		if err != nil || query.Unpack(buf[:n]) != nil {
			return
		}
		q := query.Questions[0]
		reply := dnsmessage.Message{Header: dnsmessage.Header{ID: query.ID, Response: true}, Questions: query.Questions}
		if q.Type == dnsmessage.TypeA {
			reply.Answers = []dnsmessage.Resource{{
				Header: dnsmessage.ResourceHeader{Name: q.Name, Type: q.Type, Class: q.Class}, Body: &dnsmessage.AResource{A: [4]byte{127, 0, 0, 1}},
			}}
		}
		packed, _ := reply.Pack()
		_, _ = theirs.Write(append([]byte{byte(len(packed) >> 8), byte(len(packed))}, packed...))
	}()
	return ours, nil
}

// bombBytes is the head of a picture with 60,000 pixels on each side.
const bombBytes = "\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\xea\x60\x00\x00\xea\x60\x08\x02"

// pictureHost is a server that the rig may fetch from: at /N lies a picture of N
// MiB.
type pictureHost struct {
	*httptest.Server
	fetches atomic.Int32
}

func newPictureHost(t *testing.T) *pictureHost {
	h := new(pictureHost)
	h.Server = httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		n := h.fetches.Add(1)
		mib, _ := strconv.Atoi(r.URL.Path[1:])
		data := large(mib)
		if n%2 == 0 { // with and without a length
			w.Header().Set("Content-Length", strconv.Itoa(len(data)))
		}
		_, _ = w.Write(data)
	}))
	t.Cleanup(h.Close)
	return h
}

func (h *pictureHost) url(path string) string {
	return fmt.Sprintf("https://pictures.example.com:%d%s", h.Listener.Addr().(*net.TCPAddr).Port, path)
}

// allowed lets a rig fetch from the host.
func (h *pictureHost) allowed(c *api.Config) {
	roots := x509.NewCertPool()
	roots.AddCert(h.Certificate())
	c.Settings.FetchRemote = true
	c.Remote = remote.New(remote.Config{
		RootCAs: roots, Resolver: &net.Resolver{PreferGo: true, Dial: loopbackNames},
		Exempt: []netip.AddrPort{netip.MustParseAddrPort(h.Listener.Addr().String())},
	})
}

// TestRemoteFiles lets the server fetch what a question names, in both dialects,
// and refuses what is no picture.
func TestRemoteFiles(t *testing.T) {
	var fetches atomic.Int32
	host := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fetches.Add(1)
		if r.Header.Get("Cookie")+r.Header.Get("Authorization") != "" {
			t.Error("something of ours went out")
		}
		if body, ok := map[string]string{"/page": "<html>", "/a.pdf": "%PDF-1.4", "/bomb": bombBytes}[r.URL.Path]; ok {
			fmt.Fprint(w, body)
			return
		}
		_, _ = w.Write(pngBytes)
	}))
	defer host.Close()
	roots := x509.NewCertPool()
	roots.AddCert(host.Certificate())
	fetcher := remote.New(remote.Config{
		RootCAs: roots, Resolver: &net.Resolver{PreferGo: true, Dial: loopbackNames},
		Exempt: []netip.AddrPort{netip.MustParseAddrPort(host.Listener.Addr().String())},
	})
	g := newRig(t, func(c *api.Config) { c.Remote, c.Settings.FetchRemote = fetcher, true })
	var asked []*chat.Request
	g.actor.plays(recorded(&asked, func(int, *chat.Request) []chat.Event { return []chat.Event{{Kind: chat.Text, Text: "ok"}} }))
	at := fmt.Sprintf("https://pictures.example.com:%d", host.Listener.Addr().(*net.TCPAddr).Port)
	openai := func(path string) call {
		return call{path: "/v1/chat/completions", key: apiKey, body: fmt.Sprintf(`{"model":%q,"messages":[{"role":"user","content":[{"type":"image_url","image_url":{"url":%q}},{"type":"image_url","image_url":%q}]}]}`, flash, at+path, at+path)}
	}
	if w := g.do(openai("/a.png")); w.Code != http.StatusOK || fetches.Load() != 1 {
		t.Fatalf("status %d after %d fetches: %s", w.Code, fetches.Load(), w.Body)
	}
	if w := g.do(gemini("generateContent", fmt.Sprintf(`{"contents":[{"parts":[{"text":"x"},{"fileData":{"fileUri":%q,"mimeType":"image/jpeg"}}]}]}`, at+"/a.png"))); w.Code != http.StatusOK {
		t.Fatalf("status %d: %s", w.Code, w.Body)
	}
	for i, question := range asked {
		for _, blob := range chat.UniqueFiles(question) {
			if blob.Link != nil || blob.MIME != "image/png" || string(blob.Data) != string(pngBytes) {
				t.Errorf("question %d has a %s of %d bytes", i, blob.MIME, len(blob.Data))
			}
		}
	}
	if w := g.do(openai("/page")); w.Code != http.StatusBadRequest || !strings.Contains(w.Body.String(), "no picture") || strings.Contains(w.Body.String(), "example.com") {
		t.Errorf("a page: status %d: %s", w.Code, w.Body)
	}
	if w := g.do(openai("/a.pdf")); w.Code != http.StatusOK {
		t.Errorf("a PDF: status %d: %s", w.Code, w.Body)
	}
	if w := g.do(openai("/bomb")); w.Code != http.StatusBadRequest || !strings.Contains(w.Body.String(), "100 million pixels") {
		t.Errorf("a picture of too many pixels: status %d: %s", w.Code, w.Body)
	}
	edit := call{path: "/v1/images/edits", key: apiKey, body: fmt.Sprintf(`{"prompt":"x","images":[{"image_url":%q}]}`, at+"/a.pdf")}
	edit.header = map[string]string{"Content-Type": "application/json"}
	if w := g.do(edit); w.Code != http.StatusBadRequest || !strings.Contains(w.Body.String(), "images[0].image_url leads to something that is no picture") {
		t.Errorf("an edit of a PDF: status %d: %s", w.Code, w.Body)
	}
	if strings.Contains(g.log.String(), "example.com") {
		t.Error("the log names an address that a client named")
	}
}
