package ssh

import (
	"bufio"
	"cmp"
	"context"
	"fmt"
	"io"
	"os/exec"
	"strings"
	"time"

	"github.com/geminid/geminid/cmd/gchat/internal/exit"
	"github.com/geminid/geminid/cookie"
	"github.com/geminid/geminid/supervisor/status"
)

// InboxDelivery puts a cookie file into the inbox of the server over ssh.
type InboxDelivery struct {
	To    Destination
	Inbox string // the folder on the server
	// Account is the account the cookies are for; empty means the default one.
	Account string
	// Wait is how long to wait for the verdict once the file is there.
	Wait time.Duration
	// Log receives progress and the standard error of ssh.
	Log io.Writer
}

// Deliver writes the cookies, a file that ends with a newline, into the inbox and
// waits for the verdict. It blocks until then, until Wait has passed, or until ctx
// ends. Every error is a [failure].
func (d InboxDelivery) Deliver(ctx context.Context, cookies []byte) (status.Verdict, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	ssh := exec.CommandContext(ctx, "ssh", append(append([]string{"-T"}, d.To.CommandArguments()...), "sh", "-s")...)
	ssh.Stdin = strings.NewReader(d.shellScript(cookies))
	ssh.Stderr = d.Log
	output, err := ssh.StdoutPipe()
	if err != nil {
		return status.Verdict{}, fmt.Errorf("preparing ssh: %w", err)
	}
	fmt.Fprintf(d.Log, "putting %s into %s on %s …\n", d.fileName(), d.Inbox, d.To)
	if err := ssh.Start(); err != nil {
		return status.Verdict{}, exit.New(exit.Unavailable, "ssh cannot be started: "+err.Error(), "install OpenSSH's client")
	}
	watch := inboxWatch{account: cmp.Or(d.Account, cookie.DefaultName)}
	for lines := bufio.NewScanner(output); !watch.over && lines.Scan(); {
		watch.readLine(lines.Text())
	}
	cancel() // the rest of the wait is not needed
	ended := ssh.Wait()
	switch {
	case watch.problem != "":
		return status.Verdict{}, exit.New(exit.Permission, "the server: "+watch.problem, "is the user in the group geminid there? check --inbox too")
	case watch.over, watch.verdict.Result != "":
		return watch.verdict, nil
	case !watch.delivered && ended != nil:
		return status.Verdict{}, exit.New(exit.Unavailable, fmt.Sprintf("ssh to %s ended: %v", d.To, ended), "try it by hand: ssh "+QuoteWords(d.To.CommandArguments()))
	}
	return status.Verdict{}, exit.New(exit.Temporary, fmt.Sprintf("delivered, but no verdict came within %s", status.FormatDuration(d.Wait)),
		"gchat cookies status, or on the server: geminid cookies status")
}
