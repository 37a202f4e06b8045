package signin_test

import (
	"fmt"

	"github.com/geminid/geminid/cmd/gchat/internal/signin"
	"github.com/geminid/geminid/cmd/gchat/internal/ssh"
)

func ExamplePlan_ShellScript() {
	plan := signin.Plan{GOOS: "windows", Tunnel: &ssh.Tunnel{To: ssh.Destination{User: "me", Host: "gemini.example.org"}, Port: 1080}}
	fmt.Print(plan.ShellScript())
	// Output:
	// # in a window of its own, until the end:
	// ssh -N -D 127.0.0.1:1080 -o ExitOnForwardFailure=yes -o ServerAliveInterval=15 -o ControlPersist=no -o LogLevel=ERROR -S none -- me@gemini.example.org
	// # SOCKS5 proxy: 127.0.0.1:1080 (let it resolve names too); at the end:
}
