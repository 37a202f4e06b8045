package docs_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/geminid/geminid/e2e/harness"
)

var asRoot = regexp.MustCompile(`(?m)^\$ sudo ([^#\n]*[^# \n])`)

// TestInstallationIsTried: what the READMEs have root do can not run on this
// machine. A fresh Debian in a container does it, command by command, so the two
// must not drift apart.
func TestInstallationIsTried(t *testing.T) {
	tried, err := os.ReadFile(filepath.Join(harness.Root(), "e2e", "systemd", "package_test.go"))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"README.md", "README.zh-CN.md"} {
		content, err := os.ReadFile(filepath.Join(harness.Root(), name))
		if err != nil {
			t.Fatal(err)
		}
		commands := asRoot.FindAllStringSubmatch(string(content), -1)
		if len(commands) < 3 {
			t.Errorf("%s has root do %d things", name, len(commands))
		}
		for _, command := range commands {
			if strings.HasPrefix(command[1], "apt install ./dist/geminid") {
				command[1] = "apt-get install -q -y ./geminid.deb" // the same without questions
			}
			if !strings.Contains(string(tried), command[1]+`"`) {
				t.Errorf("%s: no test of the package does %q", name, command[1])
			}
		}
	}
}
