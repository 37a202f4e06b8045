package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// script returns the commands that do what quick does, in its order, for a POSIX
// shell. Pasted one after the other they work: ssh goes to the background once
// the tunnel stands, and the last ones leave nothing of it behind.
func (t *trip) script() string {
	var b strings.Builder
	say := func(words ...string) { b.WriteString(quoted(words) + "\n") }
	end := func() {}
	if t.tunnel != nil {
		way := *t.tunnel
		ssh := []string{"ssh"}
		if t.goos == "windows" { // its ssh knows neither control sockets nor the background
			b.WriteString("# in a window of its own, until the end:\n")
		} else {
			folder := filepath.Join(os.TempDir(), fmt.Sprintf("gchat-%d", way.port))
			way.control = filepath.Join(folder, "ssh")
			say("mkdir", "-m", "700", folder)
			ssh = append(ssh, "-f")
			end = func() {
				say(append([]string{"ssh", "-S", way.control, "-O", "exit"}, way.to.arguments()...)...)
				say("rm", "-r", folder)
			}
		}
		say(append(ssh, way.arguments()...)...)
	}
	if t.browser == nil {
		fmt.Fprintf(&b, "# SOCKS5 proxy: 127.0.0.1:%d (let it resolve names too); at the end:\n", t.port())
		end()
		return b.String()
	}
	b.WriteString(t.profileScript())
	say(t.command()...)
	end()
	if t.browser.engine == chromium {
		say("rm", "-r", t.browser.profile)
	} else {
		b.WriteString("# next: gchat cookies save\n")
	}
	return b.String()
}

// profileScript returns the commands that make the profile as newProfile does,
// with Firefox's preferences in it.
func (t *trip) profileScript() string {
	folder := shellWord(t.browser.profile)
	parent, mark := shellWord(filepath.Dir(t.browser.profile)), shellWord(filepath.Join(t.browser.profile, profileMark))
	script := fmt.Sprintf("[ ! -e %s ] || rm -r %s\n(umask 077 && mkdir -p %s && mkdir %[2]s && : >%[1]s", mark, folder, parent)
	if t.browser.engine == chromium {
		return script + ")\n"
	}
	return fmt.Sprintf("%s && cat >%s) <<'END'\n%sEND\n", script, shellWord(filepath.Join(t.browser.profile, "user.js")), preferences(t.port()))
}
