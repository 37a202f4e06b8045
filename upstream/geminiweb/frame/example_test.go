package frame_test

import (
	"fmt"
	"strings"

	"github.com/geminid/geminid/upstream/geminiweb/frame"
)

func ExampleReader_ReadFrame() {
	body := ")]}'\n\n" +
		"14\n" + `[["wrb.fr"]]` + "\n" +
		"12\n" + `[["e",23]]` + "\n"
	r := frame.NewReader(strings.NewReader(body))
	defer r.Release()
	for {
		piece, err := r.ReadFrame()
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(string(piece))
	}
	// Output:
	// [["wrb.fr"]]
	// [["e",23]]
	// EOF
}
