package main

import (
	"bufio"
	"cmp"
	"context"
	"fmt"
	"os/exec"
	"strconv"
	"strings"
	"time"

	"github.com/geminid/geminid/cookie"
)

// inboxScript runs in the shell on the server. It puts the cookies into the
// inbox in one step, readable for the daemon's group, and then says once a
// second what became of them: the daemon's note when the file was refused, the
// daemon's status otherwise. An old note goes first, unless the very same file
// was refused with it; a file that lies there already, unrefused, is said to be
// the same, for the daemon does not look at it twice. The cookies come on the script's standard input, so they
// are never in a process list.
const inboxScript = `umask 007
cd -- "$inbox" || { echo "fail the inbox can not be entered"; exit 0; }
status() { echo "status $(geminid cookies status --json 2>/dev/null </dev/null | tr -d '\n')"; }
status
cannot() { rm -f -- ".$name.tmp"; echo "fail the file can not be written there"; exit 0; }
cat >".$name.tmp" <<'END_OF_COOKIES' || cannot
%sEND_OF_COOKIES
chmod 0660 ".$name.tmp" || cannot
word=delivered
if cmp -s -- ".$name.tmp" "$name"; then
  [ -f "$name.rejected.txt" ] || word=same
else
  rm -f -- "$name.rejected.txt"
fi
mv -f -- ".$name.tmp" "$name" || cannot
echo "$word"
while [ "$seconds" -gt 0 ]; do
  sleep 1
  seconds=$((seconds - 1))
  if [ -f "$name.rejected.txt" ]; then
    echo "refused $(tr '\n' '\t' <"$name.rejected.txt")"
    exit 0
  fi
  status
done
`

// drop puts the cookies into the inbox over ssh and waits for the verdict.
func (u updateCommand) drop(ctx context.Context, c *console, to destination, cookies []byte) error {
	ctx, done := context.WithCancel(ctx)
	defer done()
	ssh := exec.CommandContext(ctx, "ssh", append(append([]string{"-T"}, to.arguments()...), "sh", "-s")...)
	ssh.Stdin = strings.NewReader(u.script(cookies))
	ssh.Stderr = c.err
	said, err := ssh.StdoutPipe()
	if err != nil {
		return fmt.Errorf("preparing ssh: %w", err)
	}
	fmt.Fprintf(c.err, "putting %s into %s on %s …\n", u.fileName(), u.Inbox, to)
	if err := ssh.Start(); err != nil {
		return &failure{exitUnavailable, "ssh can not be started: " + err.Error(), "install OpenSSH's client"}
	}
	watch := inboxWatch{account: cmp.Or(u.Account, cookie.DefaultName)}
	for lines := bufio.NewScanner(said); !watch.over && lines.Scan(); {
		watch.hear(lines.Text())
	}
	done() // the rest of the wait is not needed
	ended := ssh.Wait()
	switch {
	case watch.over, watch.verdict.Result != "":
		return watch.tell(c)
	case !watch.delivered && ended != nil:
		return &failure{exitUnavailable, fmt.Sprintf("ssh to %s ended: %v", to, ended), "try it by hand: ssh " + quoted(to.arguments())}
	}
	return &failure{exitTemporary, fmt.Sprintf("delivered, but nothing was heard of it within %s", span(u.Wait)),
		"gchat cookies status, or on the server: geminid cookies status"}
}

// fileName is the name that makes the daemon offer the file to the account.
func (u updateCommand) fileName() string {
	if u.Account == "" || u.Account == cookie.DefaultName {
		return "cookies.json"
	}
	return u.Account + ".json"
}

// script is what the shell on the server gets to read.
func (u updateCommand) script(cookies []byte) string {
	var b strings.Builder
	fmt.Fprintf(&b, "inbox=%s\nname=%s\nseconds=%s\n", shellWord(u.Inbox), shellWord(u.fileName()),
		strconv.Itoa(int(u.Wait/time.Second)))
	fmt.Fprintf(&b, inboxScript, cookies) // which end with a newline
	return b.String()
}

// inboxWatch makes a verdict of what the script says.
type inboxWatch struct {
	account   string
	before    *report // nil when nothing was told
	told      bool    // the first status has come
	delivered bool
	same      bool // the very same file lay there already
	over      bool
	verdict   verdict // parked while it is not over: the daemon tries again
	broken    string  // why the file could not be delivered
}

// hear takes in one line of the script.
func (w *inboxWatch) hear(line string) {
	word, rest, _ := strings.Cut(line, " ")
	switch word {
	case "fail":
		w.broken, w.over = rest, true
	case "refused":
		w.verdict = verdict{Account: w.account, Result: "rejected"}
		w.verdict.Code, w.verdict.Message = reason(rest)
		w.over = true
	case "delivered":
		w.delivered = true
	case "same":
		w.delivered, w.same = true, true
	case "status":
		w.compare([]byte(rest))
	}
}

// reason takes the daemon's sentence and its code out of its note, whose newlines
// have become tabs: it stands between a heading and a footing.
func reason(note string) (code, sentence string) {
	paragraphs := strings.Split(strings.Trim(note, "\t"), "\t\t")
	if len(paragraphs) > 2 {
		paragraphs = paragraphs[1 : len(paragraphs)-1]
	}
	text := strings.ReplaceAll(strings.Join(paragraphs, " "), "\t", " ")
	if code, sentence, ok := strings.Cut(text, ": "); ok && strings.HasPrefix(code, "E_") {
		return code, sentence
	}
	return "", text
}

// compare looks for what became of the file: the daemon says how the last one
// ended, and a new generation is proof as well.
func (w *inboxWatch) compare(raw []byte) {
	now, err := readReport(raw)
	if !w.told {
		if w.told = true; err == nil {
			w.before = &now
		}
		return
	}
	if err != nil || !w.delivered {
		return
	}
	if a := now.lastTaken(); a != nil && (w.before == nil || a.LastFile.Time.After(w.before.lastTime())) {
		w.end(a, a.LastFile.Result, a.LastFile.Detail)
		w.verdict.Code = a.LastFile.Code
		return
	}
	if a := now.lastTaken(); w.same && a != nil && a.LastFile.Result == "parked" {
		w.end(a, "parked", a.LastFile.Detail) // it lies there unproven, and is tried again by itself
		return
	}
	a := now.find(w.account)
	if a == nil || a.State != "healthy" && a.State != "expiring" {
		if w.same && a != nil && (a.State == "expired" || a.State == "missing") {
			w.end(a, "rejected", "the very same file lies there already, and its session has ended")
		}
		return
	}
	switch {
	case w.same:
		w.end(a, "unchanged", "the very same file was taken in before")
	case w.before == nil || w.before.find(w.account) == nil || a.Generation != w.before.find(w.account).Generation:
		w.end(a, "applied", a.Evidence)
	}
}

// end notes the verdict; one that is parked may still change.
func (w *inboxWatch) end(a *account, result, message string) {
	w.verdict = verdict{Account: a.Name, Result: result, State: a.State, Since: a.Since, Message: message}
	w.over = result != "parked"
}

// lastTaken returns the account whose file ended last, nil when none is known.
func (r *report) lastTaken() *account {
	var last *account
	for i := range r.Accounts {
		if a := &r.Accounts[i]; a.LastFile != nil && (last == nil || a.LastFile.Time.After(last.LastFile.Time)) {
			last = a
		}
	}
	return last
}

// lastTime is when a file ended last, zero when none is known.
func (r *report) lastTime() time.Time {
	if a := r.lastTaken(); a != nil {
		return a.LastFile.Time
	}
	return time.Time{}
}

// find returns an account by its name; the only one when it is called
// differently, because a lone account takes every file called cookies.json.
func (r *report) find(name string) *account {
	for i := range r.Accounts {
		if r.Accounts[i].Name == name {
			return &r.Accounts[i]
		}
	}
	if len(r.Accounts) == 1 && name == "default" {
		return &r.Accounts[0]
	}
	return nil
}

// tell prints or returns how it ended.
func (w *inboxWatch) tell(c *console) error {
	if w.broken != "" {
		return &failure{exitPermission, "the server: " + w.broken, "is the user in the group geminid there? check --inbox too"}
	}
	return w.verdict.tell(c)
}
