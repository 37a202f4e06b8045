package systemd_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/geminid/geminid/e2e/harness"
	"github.com/geminid/geminid/e2e/machine"
)

// TestReadme follows both READMEs to the letter in a clean Debian: their blocks on
// the installation and on cookies end in a served chat.
func TestReadme(t *testing.T) {
	for _, name := range []string{"README.md", "README.zh-CN.md"} {
		t.Run(name, func(t *testing.T) {
			content, err := os.ReadFile(filepath.Join(harness.Root(), name))
			if err != nil {
				t.Fatal(err)
			}
			s := &service{sim: harness.Simulate(t)}
			s.Machine = machine.Boot(t, map[string]string{"/root/dist/geminid_1.0.0_amd64.deb": deb(t, firstVersion)})
			s.Daemon = &harness.Daemon{URL: "http://" + s.Forward(t, "127.0.0.1:8100")}
			s.Write(t, "/root/Downloads/cookies.txt", s.sim.Session(t, "readme").Netscape(), 0o600)
			s.Write(t, "/usr/local/bin/sudo", "#!/bin/sh\nexec \"$@\"\n", 0o755) // we are root already
			s.dropIn(t, "upstream", "Service]\nEnvironment=GEMINID_UPSTREAM_URL=http://"+s.Lend(t, strings.TrimPrefix(s.sim.URL, "http://")))

			installing := commands(t, string(content), "apt install")
			if len(installing) != 4 || !strings.HasPrefix(installing[0], "make deb") {
				t.Fatalf("installing takes these commands: %q", installing)
			}
			for _, command := range installing[1:] { // the package is made on this machine
				if said := s.Do(t, "cd /root; "+command); strings.Contains(command, "keys add") {
					s.Key = s.keyOf(t, said)
				}
			}
			for _, command := range commands(t, string(content), "cookies import") {
				s.Do(t, strings.TrimPrefix(command, "bin/")) // it is installed here
			}
			s.serves(t)
			s.chat(t)
			if said := s.Do(t, "geminid cookies status"); !strings.HasPrefix(said, "VALID") {
				t.Errorf("the status is %s", said)
			}
			s.discreet(t)
		})
	}
}

var fence = regexp.MustCompile("(?s)```(?:sh|console)\n(.*?)```")

// commands are the commands of the one block that holds the words, without
// prompts.
func commands(t *testing.T, document, words string) (found []string) {
	t.Helper()
	for _, block := range fence.FindAllStringSubmatch(document, -1) {
		if !strings.Contains(block[1], words) {
			continue
		}
		for line := range strings.Lines(block[1]) {
			if line = strings.TrimPrefix(strings.TrimSpace(line), "$ "); line != "" {
				found = append(found, line)
			}
		}
		return found
	}
	t.Fatalf("no block speaks of %q", words)
	return nil
}
