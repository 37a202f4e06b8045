package monitoring_test

import (
	"bufio"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"mime"
	"net"
	"net/http"
	"net/http/httptest"
	"net/mail"
	"net/textproto"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/geminid/geminid/e2e/harness"
)

// receivers are where the daemon itself tells its owner things: a webhook, an
// ntfy server, Telegram's and a mail server, all on loopback.
type receivers struct {
	t    *testing.T
	http string // base URL
	smtp string // address

	mu     sync.Mutex
	titles map[string][]string // by channel
	events []string            // of the webhook
	raw    strings.Builder     // every byte that came
}

// The secrets of the channels; the harness looks for them in all that is printed.
var (
	hookSecret = harness.Secret("hook-signing-secret")
	hookPath   = harness.Secret("hook-path-with-a-key")
	topicToken = harness.Secret("tk_ntfy_access_token")
	botToken   = harness.Secret("987654:telegram-bot-token")
)

func openReceivers(t *testing.T) *receivers {
	t.Helper()
	r := &receivers{t: t, titles: map[string][]string{}}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /"+hookPath, r.webhook)
	mux.HandleFunc("POST /bot"+botToken+"/sendMessage", r.telegram)
	mux.HandleFunc("POST /{$}", r.ntfy)
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	r.http = server.URL
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	r.smtp = listener.Addr().String()
	var all sync.WaitGroup
	all.Go(func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			all.Go(func() { defer conn.Close(); r.mail(conn) })
		}
	})
	t.Cleanup(func() { listener.Close(); all.Wait() })
	return r
}

// settings are what the daemon needs to reach them.
func (r *receivers) settings() []string {
	return []string{
		fmt.Sprintf("notify_webhook: %q", r.http+"/"+hookPath), fmt.Sprintf("notify_webhook_secret: %q", hookSecret),
		fmt.Sprintf("notify_ntfy: %q", r.http+"/alerts"), fmt.Sprintf("notify_ntfy_token: %q", topicToken),
		fmt.Sprintf("notify_telegram_api: %q", r.http), fmt.Sprintf("notify_telegram_token: %q", botToken), "notify_telegram_chat: -100200300",
		fmt.Sprintf("notify_mail_server: smtp://%s", r.smtp), "notify_mail_from: geminid@example.org", "notify_mail_to: [owner@example.org]",
		"notify_name: box",
	}
}

func (r *receivers) took(channel, title string, raw []byte) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.titles[channel] = append(r.titles[channel], title)
	r.raw.Write(raw)
}

// fields reads the JSON of a call.
func (r *receivers) fields(request *http.Request) (raw []byte, fields map[string]any) {
	raw, err := io.ReadAll(request.Body)
	if err == nil {
		err = json.Unmarshal(raw, &fields)
	}
	if err != nil {
		r.t.Errorf("%s: %v", request.URL.Path, err)
	}
	return raw, fields
}

func (r *receivers) webhook(_ http.ResponseWriter, request *http.Request) {
	raw, fields := r.fields(request)
	mac := hmac.New(sha256.New, []byte(hookSecret))
	fmt.Fprintf(mac, "%s.%s", request.Header.Get("X-Geminid-Timestamp"), raw)
	if request.Header.Get("X-Geminid-Signature") != "sha256="+hex.EncodeToString(mac.Sum(nil)) {
		r.t.Errorf("a call is signed %q", request.Header.Get("X-Geminid-Signature"))
	}
	r.took("webhook", fmt.Sprint(fields["title"]), raw)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.events = append(r.events, fmt.Sprint(fields["event"]))
}

func (r *receivers) ntfy(_ http.ResponseWriter, request *http.Request) {
	raw, fields := r.fields(request)
	if fields["topic"] != "alerts" || request.Header.Get("Authorization") != "Bearer "+topicToken {
		r.t.Errorf("ntfy got topic %v", fields["topic"])
	}
	r.took("ntfy", fmt.Sprint(fields["title"]), raw)
}

func (r *receivers) telegram(_ http.ResponseWriter, request *http.Request) {
	raw, fields := r.fields(request)
	if fields["chat_id"] != "-100200300" {
		r.t.Errorf("Telegram got chat %v", fields["chat_id"])
	}
	title, _, _ := strings.Cut(fmt.Sprint(fields["text"]), "\n")
	r.took("telegram", title, raw)
}

// mail takes one letter as a relay on the same machine does.
func (r *receivers) mail(conn net.Conn) {
	in := textproto.NewReader(bufio.NewReader(conn))
	fmt.Fprint(conn, "220 box ready\r\n")
	for {
		line, err := in.ReadLine()
		if err != nil {
			return
		}
		answer := "250 yes"
		switch verb, _, _ := strings.Cut(line, " "); verb {
		case "DATA":
			fmt.Fprint(conn, "354 speak\r\n")
			text, _ := in.ReadDotBytes() // half a letter has no subject
			letter, err := mail.ReadMessage(strings.NewReader(string(text)))
			if err != nil {
				r.t.Errorf("a letter that can not be read: %v", err)
				return
			}
			subject, err := new(mime.WordDecoder).DecodeHeader(letter.Header.Get("Subject"))
			if err != nil {
				r.t.Error(err)
			}
			r.took("mail", subject, text)
		case "QUIT":
			answer = "221 bye"
		}
		fmt.Fprint(conn, answer+"\r\n")
	}
}

// await waits until the webhook was told of events in this order, and of no other.
func (r *receivers) await(events ...string) {
	r.t.Helper()
	want := strings.Join(events, " ")
	got := func() string {
		r.mu.Lock()
		defer r.mu.Unlock()
		return strings.Join(r.events, " ")
	}
	patiently(r.t, 90*time.Second, "the owner is told: "+want, func() bool { return len(got()) >= len(want) })
	if got() != want {
		r.t.Errorf("the owner was told %q, want %q", got(), want)
	}
}

// agree waits until all channels were told the same.
func (r *receivers) agree() {
	r.t.Helper()
	patiently(r.t, 90*time.Second, "all channels tell the same", func() bool {
		r.mu.Lock()
		defer r.mu.Unlock()
		for _, channel := range []string{"ntfy", "telegram", "mail"} {
			if fmt.Sprint(r.titles[channel]) != fmt.Sprint(r.titles["webhook"]) {
				return false
			}
		}
		return true
	})
}

// all is everything that came.
func (r *receivers) all() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.raw.String()
}
