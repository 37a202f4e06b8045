package client_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"

	"github.com/geminid/geminid/cmd/gchat/internal/client"
	"github.com/geminid/geminid/cmd/gchat/internal/exit"
	"github.com/geminid/geminid/internal/provenance"
)

func ExampleClient_StreamChat() {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		provenance.MarkOwn(w.Header())
		w.Header().Set("Content-Type", "text/event-stream")
		fmt.Fprint(w, `data: {"choices":[{"delta":{"content":"Hello"}}]}`+"\n\ndata: [DONE]\n\n")
	}))
	defer server.Close()
	c := client.New(server.URL, "gmd_key", "example/1.0")
	request := client.ChatRequest{Model: "gemini-2.5-flash", Messages: []client.Message{{Role: "user", Content: "Hi"}}}
	for delta, err := range c.StreamChat(context.Background(), request) {
		if err != nil {
			fmt.Println(client.ExplainError(err, server.URL, true))
			return
		}
		fmt.Println(delta.Text)
	}
	// Output: Hello
}

func ExampleExplainError() {
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusBadGateway)
	}))
	defer proxy.Close()
	_, err := client.New(proxy.URL, "gmd_key", "example/1.0").ListModels(context.Background())
	if f, ok := errors.AsType[*exit.Failure](client.ExplainError(err, proxy.URL, true)); ok {
		fmt.Println(f.What)
		fmt.Println("next:", f.Next)
	}
	// Output:
	// the web server is there, and geminid behind it does not answer (502 Bad Gateway)
	// next: on the server: systemctl status geminid
}
