package wire_test

import (
	"fmt"

	"github.com/geminid/geminid/upstream/geminiweb/wire"
)

func ExampleParseFrame() {
	frame, ok := wire.ParseFrame([]byte(`[["wrb.fr",null,"[null,[\"c_1\",\"r_1\"],null,null,[[\"rc_1\",[\"Hi\"],null,null,null,null,true,null,[2]]]]"]]`))
	fmt.Println(ok, frame.Text, frame.IDs.CID, frame.Done)
	// Output: true Hi c_1 true
}
