package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"

	"github.com/geminid/geminid/cookie"
)

const defaultInbox = "/var/lib/geminid/inbox"

type updateCommand struct {
	File    string        `arg:"" optional:"" type:"path" help:"The export, in any format; - is standard input (default: what gchat cookies save wrote)."`
	Account string        `help:"Account on the server; by default the session and the file's name tell." placeholder:"NAME"`
	SSH     string        `name:"ssh" help:"Put the file into the server's inbox over ssh: [user@]host[:port]." placeholder:"HOST"`
	Inbox   string        `default:"${inbox}" help:"The inbox on the server, for --ssh." placeholder:"DIR"`
	Wait    time.Duration `default:"60s" help:"How long to wait for the verdict, for --ssh."`
}

// Help implements kong.HelpProvider.
func (updateCommand) Help() string {
	return `Sends the session, and nothing of other sites, to the server over its HTTP API
(with an admin key, see gchat login) or over ssh into its inbox. The server asks
Google before it uses the session; what it says is printed.

Exit codes: 0 accepted, 1 refused, 2 the file can not be read, 75 not proven yet.

Examples:
  gchat cookies update
  gchat cookies update ~/Downloads/cookies.txt
  gchat cookies update --account work
  gchat cookies update --ssh me@gemini.example.org`
}

// Run reads, checks and sends.
func (u updateCommand) Run(c *console, s *settings) error {
	if u.Account != "" && !cookie.ValidAccount(u.Account) {
		return usage("--account: a name begins with a small letter or digit and has up to 32 of a-z, 0-9, _ and -", "gchat cookies status lists the accounts")
	}
	export, err := carriedExport(c, s.machine, u.File, time.Now())
	if err != nil {
		return err
	}
	data, err := encode(export)
	if err != nil {
		return err
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if u.SSH == "" {
		fmt.Fprintf(c.err, "asking %s, which asks Google …\n", s.server)
		v, err := s.client().offer(ctx, u.Account, u.called(), data)
		if err != nil {
			return adminAdvice(err)
		}
		return v.tell(c)
	}
	to, err := s.sshDestination(u.SSH)
	if err != nil {
		return err
	}
	return u.drop(ctx, c, to, data)
}

// called is what the server calls the file in its messages.
func (u updateCommand) called() string {
	switch u.File {
	case "":
		return "cookies.json"
	case "-":
		return "standard input"
	}
	return filepath.Base(u.File)
}

// offer sends new cookies and returns what the server made of them. Without an
// account the server finds the one they belong to.
func (c *client) offer(ctx context.Context, account, name string, cookies []byte) (verdict, error) {
	var v verdict
	path := "/api/cookies"
	if account != "" {
		path = "/api/accounts/" + account + "/cookies"
	}
	answer, err := c.send(ctx, http.MethodPut, path+"?name="+url.QueryEscape(name), cookies)
	if err != nil {
		return v, err
	}
	defer answer.Body.Close()
	if answer.StatusCode >= 300 && answer.StatusCode != http.StatusUnprocessableEntity {
		return v, refusal(answer)
	}
	if err := decode(answer, &v); err != nil {
		return v, err
	}
	if v.Result == "" {
		return v, &apiError{status: http.StatusOK, message: "the answer is not geminid's: a verdict was expected"}
	}
	return v, nil
}

// adminAdvice words the two ways in which the server keeps its admin routes to
// itself.
func adminAdvice(err error) error {
	var answer *apiError
	if !errors.As(err, &answer) {
		return err
	}
	switch answer.status {
	case http.StatusNotFound:
		return &failure{exitPermission, "the server takes no cookies over HTTP: it has no admin key",
			"on the server: geminid keys add NAME --admin, then gchat login; or: gchat cookies update --ssh HOST"}
	case http.StatusForbidden:
		return &failure{exitPermission, "this key may ask questions only: " + answer.Error(),
			"gchat login with an admin key (geminid keys add NAME --admin); or: gchat cookies update --ssh HOST"}
	}
	return err
}
