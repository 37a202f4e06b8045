package media_test

import (
	"fmt"

	"github.com/geminid/geminid/chat/media"
)

// Clients often state the wrong type of picture.
func ExampleResolveType() {
	kind, err := media.ResolveType("image/png", []byte("\xff\xd8\xff\xe0\x00\x10JFIF"))
	fmt.Println(kind, media.FileExtension(kind), err)
	// Output: image/jpeg .jpg <nil>
}
