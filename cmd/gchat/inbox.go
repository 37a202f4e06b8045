package main

import (
	"bufio"
	"context"
	"fmt"
	"os/exec"
	"strconv"
	"strings"
	"time"
)

// inboxScript runs in the shell on the server. It puts the cookies into the
// inbox in one step, readable for the daemon's group, and then says once a
// second what became of them: the daemon's note when the file was refused, the
// daemon's status otherwise. An old note goes first, unless the very same file
// was refused with it. The cookies come on the script's standard input, so they
// are never in a process list.
const inboxScript = `umask 007
cd -- "$inbox" || { echo "fail the inbox can not be entered"; exit 0; }
status() { echo "status $(geminid cookies status --json 2>/dev/null </dev/null | tr -d '\n')"; }
status
cannot() { rm -f -- ".$name.tmp"; echo "fail the file can not be written there"; exit 0; }
cat >".$name.tmp" <<'END_OF_COOKIES' || cannot
%sEND_OF_COOKIES
chmod 0660 ".$name.tmp" || cannot
cmp -s -- ".$name.tmp" "$name" || rm -f -- "$name.rejected.txt"
mv -f -- ".$name.tmp" "$name" || cannot
echo delivered
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
	watch := inboxWatch{account: u.Account}
	for lines := bufio.NewScanner(said); !watch.over && lines.Scan(); {
		watch.hear(lines.Text())
	}
	done() // the rest of the wait is not needed
	ended := ssh.Wait()
	switch {
	case watch.over:
		return watch.tell(c)
	case !watch.delivered && ended != nil:
		return &failure{exitUnavailable, fmt.Sprintf("ssh to %s ended: %v", to, ended), "try it by hand: ssh " + quoted(to.arguments())}
	}
	return &failure{exitTemporary, fmt.Sprintf("delivered, but nothing was heard of it within %s", span(u.Wait)),
		"gchat cookies status, or on the server: geminid cookies status"}
}

// fileName is the name that makes the daemon offer the file to the account.
func (u updateCommand) fileName() string {
	if u.Account == "default" {
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
	before    *account // nil when there was none, or nothing was told
	told      bool     // the first status has come
	delivered bool
	over      bool
	verdict   verdict
	broken    string // why the file could not be delivered
}

// hear takes in one line of the script.
func (w *inboxWatch) hear(line string) {
	word, rest, _ := strings.Cut(line, " ")
	switch word {
	case "fail":
		w.broken, w.over = rest, true
	case "refused":
		w.verdict = verdict{Account: w.account, Result: "rejected", Message: reason(rest)}
		w.over = true
	case "delivered":
		w.delivered = true
	case "status":
		w.compare(find([]byte(rest), w.account))
	}
}

// reason takes the daemon's sentence out of its note, whose newlines have become
// tabs: it stands between a heading and a footing.
func reason(note string) string {
	paragraphs := strings.Split(strings.Trim(note, "\t"), "\t\t")
	if len(paragraphs) > 2 {
		paragraphs = paragraphs[1 : len(paragraphs)-1]
	}
	return strings.ReplaceAll(strings.Join(paragraphs, " "), "\t", " ")
}

// compare looks for the proof that the account has taken the file: a new
// generation, or a younger probe of the one it had.
func (w *inboxWatch) compare(now *account) {
	if !w.told {
		w.told, w.before = true, now
		return
	}
	if now == nil || !w.delivered {
		return
	}
	taken := w.before == nil || now.Generation != w.before.Generation || now.LastProbe.After(w.before.LastProbe)
	if taken && (now.State == "healthy" || now.State == "expiring") {
		w.verdict = verdict{Account: now.Name, Result: "applied", State: now.State, Since: now.Since, Message: now.Evidence}
		w.over = true
	}
}

// find returns the account in a status; the only one when it is called
// differently, because a lone account takes every file called cookies.json.
func find(raw []byte, name string) *account {
	r, err := readReport(raw)
	if err != nil {
		return nil
	}
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
