package signin

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/geminid/geminid/cmd/gchat/internal/browser"
	"github.com/geminid/geminid/cmd/gchat/internal/ssh"
)

// ShellScript returns the steps of quick as commands, in its order, for a POSIX
// shell. Pasted one after the other they work: ssh goes to the background once
// the tunnel stands, and the last ones leave nothing of it behind.
func (t *Plan) ShellScript() string {
	var b strings.Builder
	say := func(words ...string) { b.WriteString(ssh.QuoteWords(words) + "\n") }
	end := func() {}
	if t.Tunnel != nil {
		way := *t.Tunnel
		ssh := []string{"ssh"}
		if t.GOOS == "windows" { // its ssh knows neither control sockets nor the background
			b.WriteString("# in a window of its own, until the end:\n")
		} else {
			folder := filepath.Join(os.TempDir(), fmt.Sprintf("gchat-%d", way.Port))
			way.Control = filepath.Join(folder, "ssh")
			say("mkdir", "-m", "700", folder)
			ssh = append(ssh, "-f")
			end = func() {
				say(append([]string{"ssh", "-S", way.Control, "-O", "exit"}, way.To.CommandArguments()...)...)
				say("rm", "-r", folder)
			}
		}
		say(append(ssh, way.CommandArguments()...)...)
	}
	if t.Browser == nil {
		fmt.Fprintf(&b, "# SOCKS5 proxy: 127.0.0.1:%d (let it resolve names too); at the end:\n", t.proxyPort())
		end()
		return b.String()
	}
	b.WriteString(t.profileScript())
	say(t.browserCommand()...)
	end()
	if t.Browser.Engine == browser.Chromium {
		say("rm", "-r", t.Browser.Profile)
	} else {
		b.WriteString("# next: gchat cookies save\n")
	}
	return b.String()
}

// profileScript returns the commands that make the profile as newProfile does,
// with Firefox's preferences in it.
func (t *Plan) profileScript() string {
	folder := ssh.QuoteWord(t.Browser.Profile)
	parent, mark := ssh.QuoteWord(filepath.Dir(t.Browser.Profile)), ssh.QuoteWord(filepath.Join(t.Browser.Profile, browser.ProfileMark))
	script := fmt.Sprintf("[ ! -e %s ] || rm -r %s\n(umask 077 && mkdir -p %s && mkdir %[2]s && : >%[1]s", mark, folder, parent)
	if t.Browser.Engine == browser.Chromium {
		return script + ")\n"
	}
	return fmt.Sprintf("%s && cat >%s) <<'END'\n%sEND\n", script, ssh.QuoteWord(filepath.Join(t.Browser.Profile, "user.js")), browser.FirefoxPreferences(t.proxyPort()))
}
