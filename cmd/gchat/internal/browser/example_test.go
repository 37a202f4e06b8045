package browser_test

import (
	"fmt"

	"github.com/geminid/geminid/cmd/gchat/internal/browser"
)

func ExampleMachine_FindInstalled() {
	m := browser.Machine{
		GOOS: "linux", Home: "/home/me", Getenv: func(string) string { return "" },
		FindProgram: func(name string) (string, error) {
			if name == "firefox" {
				return "/usr/bin/firefox", nil
			}
			return "", fmt.Errorf("no %s", name)
		},
	}
	for _, b := range m.FindInstalled(browser.Firefox) {
		fmt.Println(b.Name, b.Program)
	}
	// Output: Firefox /usr/bin/firefox
}
