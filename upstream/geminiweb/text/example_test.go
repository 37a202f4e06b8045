package text_test

import (
	"fmt"

	"github.com/geminid/geminid/upstream/geminiweb/text"
)

// Each frame repeats the text so far; the Decoder returns the new part of it.
func ExampleDecoder() {
	frames := []string{
		`[["wrb.fr",null,"[null,[\"c_1\",\"r_1\"],null,null,[[\"rc_1\",[\"The tides\"],null,null,null,null,true,null,[1]]]]"]]`,
		`[["wrb.fr",null,"[null,[\"c_1\",\"r_1\"],null,null,[[\"rc_1\",[\"The tides come &am\"],null,null,null,null,true,null,[1]]]]"]]`,
		`[["wrb.fr",null,"[null,[\"c_1\",\"r_1\"],null,null,[[\"rc_1\",[\"The tides come &amp; go.\"],null,null,null,null,true,null,[2]]]]"]]`,
	}
	d := text.NewDecoder(text.Incremental)
	defer d.Release()
	for _, frame := range frames {
		delta, ok := d.DecodeFrame([]byte(frame))
		fmt.Printf("%t %q\n", ok, delta.Text)
	}
	fmt.Printf("%t %q\n", d.Done(), d.Flush().Text)
	// Output:
	// true "The tides"
	// true " come "
	// true "& go."
	// true ""
}
