package api_test

import (
	"context"
	"fmt"
	"iter"
	"log"
	"net/http"
	"net/http/httptest"

	"github.com/geminid/geminid/chat"
	"github.com/geminid/geminid/cookie"
	"github.com/geminid/geminid/gateway/api"
	"github.com/geminid/geminid/gateway/auth"
	"github.com/geminid/geminid/metrics"
	"github.com/geminid/geminid/supervisor"
)

// silent is a provider with one model and no answers.
type silent struct{}

func (silent) Models(cookie.Set) []chat.Model { return []chat.Model{{ID: "example-model"}} }

func (silent) Stream(context.Context, cookie.Set, *chat.Request) iter.Seq2[chat.Event, error] {
	return func(func(chat.Event, error) bool) {}
}

// The handler of an API with one key. A server around it comes from [api.NewServer].
func Example() {
	sessions, err := supervisor.New(supervisor.Config{Upstream: new(judge), Store: memory{}})
	if err != nil {
		log.Fatal(err)
	}
	surface, err := api.New(api.Config{
		Supervisor: sessions, Provider: silent{}, Metrics: metrics.New(metrics.Build{}),
		Keys: auth.StaticKeys(auth.Key{Name: "laptop", Role: auth.RoleAPI, Digest: auth.DigestOf("sk-example")}),
	})
	if err != nil {
		log.Fatal(err)
	}
	for _, key := range []string{"", "sk-example"} {
		r := httptest.NewRequest(http.MethodGet, "/v1/models", nil)
		if key != "" {
			r.Header.Set("Authorization", "Bearer "+key)
		}
		w := httptest.NewRecorder()
		surface.Handler().ServeHTTP(w, r)
		fmt.Println(w.Code)
	}
	// Output:
	// 401
	// 200
}
