package ssh

import (
	"os/exec"
	"strings"
	"testing"
)

func TestParseDestination(t *testing.T) {
	tests := []struct {
		text, args string // no args: refused
	}{
		{"host", "-- host"},
		{"me@host", "-- me@host"},
		{"me@host.example:2222", "-p 2222 -- me@host.example"},
		{"[2001:db8::1]:2222", "-p 2222 -- 2001:db8::1"},
		{"2001:db8::1", "-- 2001:db8::1"},
		{"me@[::1]", "-- me@::1"},
		{"my_alias", "-- my_alias"},
		{"", ""},
		{"@host", ""},
		{"me@", ""},
		{"-oProxyCommand=x", ""},
		{"-l@host", ""},
		{"host:0", ""},
		{"host:ssh", ""},
		{"host:70000", ""},
		{"a b", ""},
		{"host;reboot", ""},
		{"$(x)", ""},
		{"a@b@c", ""},
	}
	for _, tt := range tests {
		d, err := ParseDestination(tt.text)
		got := strings.Join(d.CommandArguments(), " ")
		if err != nil {
			got = ""
		}
		if got != tt.args {
			t.Errorf("parseDestination(%q): got %q, %v, want %q", tt.text, got, err, tt.args)
		}
	}
}

// TestShellWord lets a real shell read what was quoted.
func TestShellWord(t *testing.T) {
	sh, err := exec.LookPath("sh")
	if err != nil {
		t.Skip("no sh on this machine: quoting is not tested")
	}
	for _, word := range []string{"plain", "", "two words", "it's", `a"b\c`, "$HOME `x` $(x)", "a\nb", "-n", "*", "é", "~", "#", "!"} {
		out, err := exec.Command(sh, "-c", "printf %s "+QuoteWord(word)).Output()
		if err != nil || string(out) != word {
			t.Errorf("%q becomes %q, %v", word, out, err)
		}
	}
}

// TestInboxWatch makes verdicts of what the script on the server says.
func TestInboxWatch(t *testing.T) {
	status := func(name, state, generation, probe string) string {
		return `status {"status":"valid","accounts":[{"name":"` + name + `","state":"` + state + `","generation":` + generation +
			`,"last_probe":"2025-06-01T12:0` + probe + `:00Z","since":"2025-06-01T12:00:00Z"}]}`
	}
	file := func(name, state, minute, result string) string {
		return `status {"status":"valid","accounts":[{"name":"` + name + `","state":"` + state + `","generation":1,"last_file":{"time":"2025-06-01T12:0` +
			minute + `:00Z","kind":"file","result":"` + result + `","detail":"so it is"}}]}`
	}
	tests := []struct {
		name    string
		account string
		lines   []string
		want    string // result, or the reason; empty while it is open
	}{
		{"new generation", "default", []string{status("default", "healthy", "1", "0"), "delivered",
			status("default", "healthy", "1", "0"), status("default", "healthy", "2", "0")}, "applied"},
		{"the same session, probed again", "default", []string{status("default", "healthy", "1", "0"), "delivered", status("default", "healthy", "1", "5")}, ""},
		{"older cookies of the session in use", "default", []string{file("default", "healthy", "1", "applied"), "delivered",
			file("default", "healthy", "1", "applied"), file("default", "healthy", "2", "unchanged")}, "unchanged"},
		{"not provable now", "default", []string{file("default", "healthy", "1", "applied"), "delivered", file("default", "healthy", "2", "parked"),
			file("default", "healthy", "3", "applied")}, "applied"},
		{"of an account that was found by its session", "default", []string{file("mine", "healthy", "1", "applied"), "delivered", file("mine", "healthy", "2", "applied")}, "applied"},
		{"refused in the status", "default", []string{file("default", "healthy", "1", "applied"), "delivered", file("default", "healthy", "2", "rejected")}, "rejected so it is"},
		{"the very same file", "default", []string{file("default", "healthy", "1", "applied"), "same", file("default", "healthy", "1", "applied")}, "unchanged"},
		{"the very same file, which waits for its proof", "default", []string{file("default", "healthy", "1", "parked"), "same",
			file("default", "healthy", "1", "parked"), file("default", "healthy", "2", "applied")}, "applied"},
		{"the very same file of an ended session", "default", []string{file("default", "expired", "1", "applied"), "same", file("default", "expired", "1", "applied")},
			"rejected the very same file lies there already, and its session has ended"},
		{"new account", "work", []string{status("default", "healthy", "1", "0"), "delivered", status("work", "healthy", "1", "0")}, "applied"},
		{"a lone account of another name", "default", []string{status("mine", "expired", "1", "0"), "delivered", status("mine", "healthy", "2", "0")}, "applied"},
		{"nothing yet", "default", []string{status("default", "healthy", "1", "0"), "delivered", status("default", "healthy", "1", "0")}, ""},
		{"not yet proven", "default", []string{status("default", "expired", "1", "0"), "delivered", status("default", "unknown", "2", "0")}, ""},
		{"a change before the delivery", "default", []string{status("default", "healthy", "1", "0"), status("default", "healthy", "2", "0")}, ""},
		{"no geminid there", "default", []string{"status ", "delivered", "status ", "status "}, ""},
		{"note", "default", []string{"status ", "delivered", "refused head\t\tcookies.json is a web page.\tReally.\t\tfoot\t"}, "rejected cookies.json is a web page. Really."},
		{"short note", "default", []string{"status ", "delivered", "refused it is bad\t"}, "rejected it is bad"},
		{"no way in", "default", []string{"fail the inbox cannot be entered"}, "the inbox cannot be entered"},
		{"chatter of the login", "default", []string{"Welcome!", "", "status x"}, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := inboxWatch{account: tt.account}
			for _, line := range tt.lines {
				w.readLine(line)
			}
			got := strings.TrimSpace(w.problem + string(w.verdict.Result))
			if w.verdict.Result == "rejected" {
				got += " " + w.verdict.Message
			}
			if got != tt.want || w.over != (tt.want != "") {
				t.Errorf("got %q (over: %v), want %q", got, w.over, tt.want)
			}
		})
	}
}
