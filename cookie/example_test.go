package cookie_test

import (
	"fmt"

	"github.com/geminid/geminid/cookie"
)

// A value is shown by no format verb; a set with a renewed freshness cookie is the same
// login.
func Example() {
	set := cookie.NewSet(cookie.NewValue("g.a000-example-session"), cookie.NewValue("sidts-first"), nil)
	next := set.WithPSIDTS(cookie.NewValue("sidts-second"))
	fmt.Println(cookie.NewValue("secret").String() != "secret")
	fmt.Println(next.Identity() == set.Identity(), next.Key() == set.Key())
	// Output:
	// true
	// true false
}
