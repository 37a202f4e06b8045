package simulator_test

import (
	"fmt"
	"net/http"
	"time"

	"github.com/geminid/geminid/upstream/simulator"
)

// A session is signed in, its freshness cookie ages, and the page is asked for without a
// network.
func Example() {
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	upstream := simulator.New(simulator.Config{Now: func() time.Time { return now }})
	cookies := upstream.AddSession(simulator.SessionConfig{Life: simulator.Fixed(time.Hour)})

	request, err := http.NewRequest(http.MethodGet, "https://gemini.google.com/app", nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	request.Header.Set("Cookie", "__Secure-1PSID="+cookies.PSID+"; __Secure-1PSIDTS="+cookies.PSIDTS)
	response, err := (&http.Client{Transport: upstream}).Do(request)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer response.Body.Close()
	fmt.Println(response.StatusCode, upstream.Standing(cookies.PSID, cookies.PSIDTS).Alive)

	now = now.Add(2 * time.Hour)
	standing := upstream.Standing(cookies.PSID, cookies.PSIDTS)
	fmt.Println(standing.Alive, standing.Cause)
	// Output:
	// 200 true
	// false aged
}
