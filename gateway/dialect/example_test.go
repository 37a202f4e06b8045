package dialect_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"time"

	"github.com/geminid/geminid/chat"
	"github.com/geminid/geminid/gateway/dialect/registry"
)

// A request is decoded and its answer encoded by the dialect that claims it.
func Example() {
	r := httptest.NewRequest(http.MethodPost, "/v1/chat/completions",
		strings.NewReader(`{"model":"gemini-2.5-flash","messages":[{"role":"user","content":"Hello"}]}`))
	d, _ := registry.FindDialect(r)
	call, err := d.Decode(r, func(string) string { return "" })
	if err != nil {
		panic(err)
	}
	fmt.Println(d.Name, call.Op, chat.FormatPrompt(call.Chat))

	call.ID, call.Created = "1", time.Unix(0, 0)
	_, _ = d.EncodeAnswer(call, chat.Answer{Text: "Hi.", Reason: chat.Stop}).WriteTo(os.Stdout)
	// Output:
	// openai generate Hello
	// {"id":"1","object":"chat.completion","created":0,"model":"gemini-2.5-flash","choices":[{"index":0,"message":{"role":"assistant","content":"Hi."},"logprobs":null,"finish_reason":"stop"}],"usage":{"prompt_tokens":2,"completion_tokens":1,"total_tokens":3}}
}
