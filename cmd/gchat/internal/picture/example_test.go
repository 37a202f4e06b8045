package picture_test

import (
	"errors"
	"fmt"

	"github.com/geminid/geminid/cmd/gchat/internal/exit"
	"github.com/geminid/geminid/cmd/gchat/internal/picture"
)

// A place that cannot take the pictures is refused before they are asked for.
func ExampleNewTarget() {
	_, err := picture.NewTarget("fox.gif", 1, false)
	if f, ok := errors.AsType[*exit.Failure](err); ok {
		fmt.Println(f.What)
		fmt.Println("next:", f.Next)
	}
	// Output:
	// fox.gif ends in .gif; pictures are written as PNG or JPEG
	// next: let the name end in .png or .jpg
}
