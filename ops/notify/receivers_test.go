package notify_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/geminid/geminid/ops/notify"
)

// sendRequest is one request that a receiver got.
type sendRequest struct {
	path   string
	header http.Header
	body   []byte
	fields map[string]any
}

// receiver is a real HTTP server that answers with a status.
func receiver(t *testing.T, status int) (url string, calls chan sendRequest) {
	t.Helper()
	calls = make(chan sendRequest, 8)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c := sendRequest{path: r.URL.Path, header: r.Header}
		c.body, _ = io.ReadAll(r.Body)        // half a body has no fields
		_ = json.Unmarshal(c.body, &c.fields) // looked at by the test
		calls <- c
		w.Header().Set("Location", "/elsewhere")
		w.WriteHeader(status)
		fmt.Fprint(w, "an answer with a s3cret")
	}))
	t.Cleanup(server.Close)
	return server.URL, calls
}

// try sends a test message over the network and returns how each channel took it.
func try(t *testing.T, c notify.Config) []notify.Outcome {
	t.Helper()
	n, err := notify.New(c)
	if err != nil {
		t.Fatal(err)
	}
	return n.SendTest(t.Context())
}

func TestWebhook(t *testing.T) {
	url, calls := receiver(t, http.StatusOK)
	out := try(t, notify.Config{Server: "box", Language: "zh", Webhook: notify.Webhook{URL: hidden(url + "/hook"), Secret: hidden("k3y")}})
	if len(out) != 1 || out[0].Channel != "webhook" || out[0].Err != nil {
		t.Fatalf("got %v", out)
	}
	c := <-calls
	timestamp := c.header.Get(notify.TimestampHeader)
	if c.path != "/hook" || c.header.Get(notify.SignatureHeader) != notify.SignBody("k3y", timestamp, c.body) || timestamp == "" {
		t.Errorf("got %s %v", c.path, c.header)
	}
	if notify.SignBody("other", timestamp, c.body) == c.header.Get(notify.SignatureHeader) {
		t.Error("any key signs alike")
	}
	var m notify.Message
	if err := json.Unmarshal(c.body, &m); err != nil || m.Event != notify.Test || m.Server != "box" || m.Title != "geminid：测试消息" || m.ID == "" || m.Time.IsZero() {
		t.Errorf("got %+v %v", m, err)
	}
	if _, said := c.fields["tried"]; said {
		t.Error("the message tells of our book")
	}
}

func TestUnsignedWebhook(t *testing.T) {
	url, calls := receiver(t, http.StatusOK)
	try(t, notify.Config{Webhook: notify.Webhook{URL: hidden(url)}})
	if c := <-calls; c.header.Get(notify.SignatureHeader) != "" || c.header.Get("Cookie") != "" {
		t.Errorf("got %v", c.header)
	}
}

func TestNtfy(t *testing.T) {
	url, calls := receiver(t, http.StatusOK)
	try(t, notify.Config{Server: "box", Ntfy: notify.Ntfy{URL: hidden(url + "/alerts/"), Token: hidden("tk")}})
	c := <-calls
	if c.path != "/" || c.fields["topic"] != "alerts" || c.fields["title"] != "geminid: test message" ||
		c.fields["message"] != "Notifications reach you.\n(box)" || c.header.Get("Authorization") != "Bearer tk" {
		t.Errorf("got %s %s %v", c.path, c.body, c.header)
	}
}

func TestTelegram(t *testing.T) {
	url, calls := receiver(t, http.StatusOK)
	c := notify.Config{Telegram: notify.Telegram{API: url + "/", Token: hidden("123:abc"), Chat: "@me"}}
	try(t, c)
	got := <-calls
	text, _ := got.fields["text"].(string)
	if got.path != "/bot123:abc/sendMessage" || got.fields["chat_id"] != "@me" || !strings.HasPrefix(text, "geminid: test message\n\n") {
		t.Errorf("got %s %s", got.path, got.body)
	}
}

// TestErrorsKeepSecrets: neither address nor answer is repeated, whoever fails.
func TestErrorsKeepSecrets(t *testing.T) {
	refusing, _ := receiver(t, http.StatusForbidden)
	moved, _ := receiver(t, http.StatusFound)
	for name, base := range map[string]string{"refused": refusing, "moved": moved, "nobody there": "http://127.0.0.1:1"} {
		out := try(t, notify.Config{
			Webhook:  notify.Webhook{URL: hidden(base + "/s3cret"), Secret: hidden("s3cret")},
			Ntfy:     notify.Ntfy{URL: hidden(base + "/s3cret"), Token: hidden("s3cret")},
			Telegram: notify.Telegram{API: base, Token: hidden("s3cret"), Chat: "1"},
		})
		if len(out) != 3 {
			t.Fatalf("%s: got %v", name, out)
		}
		for _, o := range out {
			if o.Err == nil || strings.Contains(o.Err.Error(), "s3cret") {
				t.Errorf("%s: %s says %v", name, o.Channel, o.Err)
			}
		}
	}
}

// TestLongReport: Telegram takes no more than 4096 characters.
func TestLongReport(t *testing.T) {
	bubble(t, func(t *testing.T) {
		short := make(chan int, 1)
		n, err := notify.New(notify.Config{
			Telegram: notify.Telegram{Token: hidden("1"), Chat: "1"},
			Transport: trip(func(r *http.Request) (*http.Response, error) {
				var m struct{ Text string }
				_ = json.NewDecoder(r.Body).Decode(&m)
				short <- len([]rune(m.Text))
				return &http.Response{StatusCode: http.StatusOK, Body: http.NoBody}, nil
			}),
		})
		if err != nil {
			t.Fatal(err)
		}
		go n.Run(t.Context())
		n.QueueReport("report", strings.Repeat("字", 9000))
		if got := <-short; got > 4096 || got < 3900 {
			t.Errorf("%d characters", got)
		}
	})
}

type trip func(*http.Request) (*http.Response, error)

// RoundTrip implements http.RoundTripper.
func (f trip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }
