package images_test

import (
	"fmt"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
)

// canary counts the connections to places of this machine that no client may
// make the server go to.
type canary struct {
	ports   []int
	touched atomic.Int32
}

func newCanary(t *testing.T) *canary {
	t.Helper()
	c := new(canary)
	// 443 is where a plain https address leads; as an ordinary user it can not be
	// had, then only the others are watched.
	for _, address := range []string{"127.0.0.1:0", "[::1]:0", "127.0.0.1:443", "[::1]:443", "127.0.0.1:80"} {
		l, err := net.Listen("tcp", address)
		if err != nil {
			t.Logf("not watched: %v", err)
			continue
		}
		c.ports = append(c.ports, l.Addr().(*net.TCPAddr).Port)
		done := make(chan struct{})
		go func() {
			defer close(done)
			for {
				conn, err := l.Accept()
				if err != nil {
					return
				}
				c.touched.Add(1)
				_ = conn.Close()
			}
		}()
		t.Cleanup(func() { _ = l.Close(); <-done })
	}
	if len(c.ports) == 0 {
		t.Fatal("nothing is watched")
	}
	return c
}

// addresses are ways to name this machine and its networks.
func (c *canary) addresses() []string {
	hosts := []string{
		"127.0.0.1", "localhost", "LOCALHOST", "localhost.", "[::1]", "[::ffff:127.0.0.1]", "[::]", "0.0.0.0", "0", "127.1", "127.0.1",
		"2130706433", "0x7f000001", "0x7f.0.0.1", "0177.0.0.1", "017700000001", "127.0.0.1.", "①②⑦.⓪.⓪.①", "127。0。0。1", "[::127.0.0.1]",
		"[64:ff9b::7f00:1]", "[2002:7f00:1::]", "user:pass@127.0.0.1", "example.com@127.0.0.1", "127.0.0.1%00.example.com", "ip6-localhost", "169.254.169.254",
	}
	var out []string
	for _, host := range hosts {
		out = append(out, "https://"+host+"/a.png", "http://"+host+"/a.png")
		for _, port := range c.ports {
			out = append(out, fmt.Sprintf("https://%s:%d/a.png", host, port), fmt.Sprintf("http://%s:%d/a.png", host, port))
		}
	}
	return append(out, "file:///etc/passwd", "gopher://127.0.0.1/", "ftp://127.0.0.1/", "//127.0.0.1/a.png", "https://")
}

// TestAddressesInside names this machine in every field that takes an address,
// with fetching off and on: nothing may be connected to.
func TestAddressesInside(t *testing.T) {
	c := newCanary(t)
	for _, on := range []bool{false, true} {
		t.Run(fmt.Sprintf("fetch_remote %t", on), func(t *testing.T) {
			w := newWorld(t, fmt.Sprintf("fetch_remote: %t", on))
			tried := 0
			for _, address := range c.addresses() {
				for path, body := range map[string]string{
					"/v1/chat/completions": `{"model":"gemini-2.5-flash","messages":[{"role":"user","content":[{"type":"image_url","image_url":{"url":%q}}]}]}`,
					"/v1/images/edits":     `{"prompt":"x","images":[{"image_url":%q}]}`,
					"/gemini/v1beta/models/gemini-2.5-flash:generateContent": `{"contents":[{"parts":[{"text":"x"},{"fileData":{"fileUri":%q}}]}]}`,
				} {
					tried++
					if reply := w.Do(t, http.MethodPost, path, fmt.Sprintf(body, address)); reply.Status != http.StatusBadRequest || strings.Contains(reply.Body, "passwd") {
						t.Errorf("%s in %s: %d %s", address, path, reply.Status, reply.Body)
					}
				}
			}
			t.Logf("%d requests, the canary on ports %v saw %d connections", tried, c.ports, c.touched.Load())
		})
	}
	if n := c.touched.Load(); n != 0 {
		t.Errorf("the canary saw %d connections", n)
	}
}
