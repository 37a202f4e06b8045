package keepalive_test

import (
	"fmt"
	"net/http"
	"time"

	"github.com/geminid/geminid/internal/keepalive"
)

// A transport that closes connections on which nothing arrives for 18 seconds.
func ExampleConfig_ApplyTo() {
	t := &http.Transport{ForceAttemptHTTP2: true}
	keepalive.Config{}.ApplyTo(t, 10*time.Second)
	fmt.Println(t.HTTP2.SendPingTimeout, t.HTTP2.PingTimeout)
	// Output: 10s 8s
}
