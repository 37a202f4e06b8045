package peers_test

import (
	"fmt"

	"github.com/geminid/geminid/ops/peers"
)

func ExampleReadSettings() {
	file := []byte("HOST=127.0.0.1\nPORT=8000\nTEMPORARY_CHAT=true\nGEM_ID=abc\n")
	found, err := peers.ReadSettings("gemi2api-server", file, func(string, any) error { return nil })
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(found.Settings["listen"], found.Settings["chat_mode"])
	for _, left := range found.LeftOut {
		fmt.Printf("%s: %s\n", left.Name, left.Reason)
	}
	// Output:
	// 127.0.0.1:8000 temporary
	// GEM_ID: Gems are not used here
}
