package notify_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"

	"github.com/geminid/geminid/ops/notify"
)

// address is a Secret: a webhook's address may hold a key.
type address string

func (a address) Reveal() string { return string(a) }

// A state may be reported as often as it is looked at: one notice goes out.
func ExampleDispatcher() {
	received := make(chan string, 8)
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		received <- string(body)
	}))
	defer server.Close()
	dispatcher, err := notify.New(notify.Config{Webhook: notify.Webhook{URL: address(server.URL)}})
	if err != nil {
		fmt.Println(err)
		return
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() { defer close(done); dispatcher.Run(ctx) }()
	for range 3 {
		dispatcher.HandleEvent(notify.Event{Kind: notify.Expired, Account: "default"})
	}
	<-received
	dispatcher.HandleEvent(notify.Event{Kind: notify.Recovered, Account: "default"})
	<-received
	cancel()
	<-done
	fmt.Println(len(received), "more notices")
	// Output: 0 more notices
}

func ExampleSignBody() {
	fmt.Println(notify.SignBody("secret", "1772349000", []byte(`{"event":"test"}`))[:15])
	// Output: sha256=f2795bd2
}
