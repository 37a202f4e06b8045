package api_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus/testutil"

	"github.com/geminid/geminid/chat"
	"github.com/geminid/geminid/cookie"
	"github.com/geminid/geminid/gateway/api"
)

// server serves the rig over real TCP.
func (g *rig) server() *httptest.Server {
	server := httptest.NewUnstartedServer(nil)
	server.Config = api.NewServer(g.api.Handler(), nil)
	server.Start()
	g.t.Cleanup(server.Close)
	return server
}

func (g *rig) send(ctx context.Context, base string, c call) (*http.Response, error) {
	r := g.request(c)
	out, err := http.NewRequestWithContext(ctx, r.Method, base+r.URL.String(), strings.NewReader(c.body))
	if err != nil {
		return nil, err
	}
	out.Header = r.Header
	return http.DefaultClient.Do(out)
}

func TestClientLeavesInTheMiddle(t *testing.T) {
	for _, stream := range []bool{true, false} {
		t.Run(fmt.Sprintf("stream %v", stream), func(t *testing.T) {
			g := newRig(t)
			left := make(chan struct{}, 1)
			g.actor.plays(waits(left, "Hel"))
			server := g.server()
			defer http.DefaultClient.CloseIdleConnections()
			ctx, cancel := context.WithCancel(t.Context())
			if stream {
				resp, err := g.send(ctx, server.URL, generate("openai", true))
				if err != nil {
					t.Fatal(err)
				}
				defer resp.Body.Close()
				if _, err := bufio.NewReader(resp.Body).ReadString('\n'); err != nil {
					t.Fatal(err)
				}
				cancel()
			} else {
				time.AfterFunc(50*time.Millisecond, cancel)
				if resp, err := g.send(ctx, server.URL, generate("openai", false)); err == nil {
					resp.Body.Close()
					t.Fatal("an answer came")
				}
			}
			select {
			case <-left:
			case <-time.After(10 * time.Second):
				t.Fatal("the upstream call went on without its client")
			}
			server.Close() // waits for the handler
			route, code := "generate", "499"
			if stream {
				route, code = "stream", "200"
				if got := testutil.ToFloat64(g.metrics.StreamAborts.WithLabelValues("client")); got != 1 {
					t.Errorf("%v aborts counted", got)
				}
			}
			if got := testutil.ToFloat64(g.metrics.Requests.WithLabelValues("openai", route, "POST", code, "canceled", "false")); got != 1 {
				t.Errorf("%v counted as canceled", got)
			}
			if strings.Contains(g.log.String(), "level=ERROR") {
				t.Errorf("a client that leaves is no error:\n%s", g.log)
			}
		})
	}
}

// Pieces reach a client one by one, over a real connection.
func TestPiecesArriveAsTheyAreMade(t *testing.T) {
	g := newRig(t)
	next := make(chan string)
	g.actor.plays(func(_ context.Context, _ cookie.Set, _ *chat.Request, yield func(chat.Event, error) bool) {
		for piece := range next {
			if !yield(chat.Event{Kind: chat.Text, Text: piece}, nil) {
				return
			}
		}
		yield(chat.Event{Kind: chat.Finish, Reason: chat.Stop}, nil)
	})
	server := g.server()
	defer http.DefaultClient.CloseIdleConnections()
	go func() { next <- "piece-0" }()
	resp, err := g.send(t.Context(), server.URL, generate("openai", true))
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	reader := bufio.NewReader(resp.Body)
	for i := range 25 {
		for {
			line, err := reader.ReadString('\n')
			if err != nil {
				t.Fatalf("piece %d: %v", i, err)
			}
			if strings.Contains(line, fmt.Sprintf("piece-%d", i)) {
				break // the next piece is made only now
			}
		}
		if i < 24 {
			next <- fmt.Sprintf("piece-%d", i+1)
		}
	}
	close(next)
	rest, _ := io.ReadAll(reader)
	if !strings.HasSuffix(string(rest), "data: [DONE]\n\n") {
		t.Errorf("end: %q", rest)
	}
}
