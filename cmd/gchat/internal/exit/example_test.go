package exit_test

import (
	"errors"
	"fmt"

	"github.com/geminid/geminid/cmd/gchat/internal/exit"
)

func ExampleNew() {
	err := exit.New(exit.Unreadable, "there is no saved session", "gchat cookies save")
	if f, ok := errors.AsType[*exit.Failure](err); ok {
		fmt.Printf("%s\n  next: %s\nexit code %d\n", f.What, f.Next, f.Code)
	}
	// Output:
	// there is no saved session
	//   next: gchat cookies save
	// exit code 2
}
