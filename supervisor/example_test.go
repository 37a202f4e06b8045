package supervisor_test

import (
	"context"
	"fmt"

	"github.com/geminid/geminid/cookie"
	"github.com/geminid/geminid/supervisor"
)

// A supervisor takes cookies into use once a probe found them signed in, and lends
// them to requests. The daemon calls Tick every half minute and Flush at the end.
func ExampleNew() {
	ctx := context.Background()
	s, err := supervisor.New(supervisor.Config{Upstream: &upstream{}, Store: &memory{}})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer s.Flush(ctx)

	verdict := s.Offer(ctx, supervisor.Candidate{
		File:   "cookies.txt",
		Origin: supervisor.FromFile,
		Set:    cookie.NewSet(cookie.NewValue("psid"), cookie.NewValue("psidts"), nil),
	})
	fmt.Println(verdict.Result, verdict.State)

	s.Tick(ctx)
	err = s.Do(ctx, func(_ context.Context, lease supervisor.Lease) (committed bool, err error) {
		fmt.Println("asked with the session of", lease.Account)
		return true, nil
	})
	fmt.Println(err)
	// Output:
	// applied healthy
	// asked with the session of default
	// <nil>
}
