package ssh_test

import (
	"fmt"

	"github.com/geminid/geminid/cmd/gchat/internal/ssh"
)

func ExampleParseDestination() {
	to, err := ssh.ParseDestination("me@[2001:db8::1]:2222")
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(ssh.QuoteWords(to.CommandArguments()))
	// Output: -p 2222 -- me@2001:db8::1
}
