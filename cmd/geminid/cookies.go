package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"time"

	"github.com/geminid/geminid/cookie"
	"github.com/geminid/geminid/cookie/export"
	"github.com/geminid/geminid/supervisor/status"
)

type cookiesCmd struct {
	Status   cookiesStatusCmd  `cmd:"" help:"Show each session: state, why, since when, what happens next."`
	Check    cookiesCheckCmd   `cmd:"" help:"Check a cookie file without bringing it in. Exit 0 usable, 1 rejected, 2 not readable."`
	Import   cookiesImportCmd  `cmd:"" help:"Bring a cookie file in and wait for the verdict. Exit 0 in use, 1 rejected, 75 not proven yet."`
	History  cookiesHistoryCmd `cmd:"" help:"List the generations of a session."`
	Rotate   accountCmd        `cmd:"" help:"Renew the session now; not more often than once a minute."`
	Probe    accountCmd        `cmd:"" help:"Ask now whether the session is signed in."`
	Rollback accountCmd        `cmd:"" help:"Go back to the cookies before the present ones were brought, when they are still signed in."`
	Pause    accountCmd        `cmd:"" help:"Stop using and renewing an account."`
	Resume   accountCmd        `cmd:"" help:"End a pause."`
	Remove   cookiesRemoveCmd  `cmd:"" help:"Stop an account and wipe its cookies; it comes back by new cookies only. The history's hashes stay."`
}

type cookiesStatusCmd struct {
	remoteFlags
	Quiet bool `short:"q" help:"Print nothing; exit 0 when an account is valid or expiring, 1 otherwise."`
}

// Run prints the page.
func (c *cookiesStatusCmd) Run(ctx context.Context) error {
	r, err := c.openRemote()
	if err != nil {
		return err
	}
	var report status.Report
	_, raw, err := r.callJSON(ctx, http.MethodGet, "/api/cookies/status", nil, &report)
	if err != nil {
		return err
	}
	switch {
	case c.Quiet:
		if state := report.State(); state != status.Healthy && state != status.Expiring {
			return &silentExit{exitFailure}
		}
	case c.JSON:
		_, err = stdout.Write(raw)
	default:
		printStatus(stdout, report, time.Now())
	}
	return err
}

type cookiesCheckCmd struct {
	File string `arg:"" help:"The file, or - for standard input."`
}

// Run checks offline: nothing leaves this machine.
func (c *cookiesCheckCmd) Run() error {
	content, err := readFile(c.File)
	if err != nil {
		return &exitError{exitUnreadable, err}
	}
	result, err := export.Parse(displayName(c.File), content, time.Now())
	var rejected *cookie.Rejection
	if errors.As(err, &rejected) {
		printf("%s\n", rejected.Line())
		return &silentExit{exitFailure}
	}
	printf("usable: %s, %d cookies\n", result.Format, result.Count)
	for _, w := range result.Warnings {
		printf("%s: %s\n", w.Code, w.Message)
	}
	return nil
}

type cookiesImportCmd struct {
	remoteFlags
	File    string `arg:"" help:"The file, or - for standard input."`
	Account string `short:"a" help:"Account to bring it to; by default the session and the file's name tell." placeholder:"NAME"`
}

// Run offers the file to the server.
func (c *cookiesImportCmd) Run(ctx context.Context) error {
	content, err := readFile(c.File)
	if err != nil {
		return &exitError{exitUnreadable, err}
	}
	r, err := c.openRemote()
	if err != nil {
		return err
	}
	var v commandResult
	code, raw, err := r.callJSON(ctx, http.MethodPut, c.uploadPath(), content, &v)
	if err != nil {
		return err
	}
	if c.JSON {
		_, _ = stdout.Write(raw)
	} else {
		printf("%s\n", v)
	}
	switch {
	case code >= 400:
		return &silentExit{exitFailure}
	case code == http.StatusAccepted:
		return &silentExit{exitTemporary}
	}
	return nil
}

// uploadPath is where the file goes. The server finds the account; standard input has
// no name that could say so.
func (c *cookiesImportCmd) uploadPath() string {
	path := "/api/cookies"
	if c.Account != "" {
		path = "/api/accounts/" + url.PathEscape(c.Account) + "/cookies"
	}
	if c.File == "-" {
		return path
	}
	return path + "?name=" + url.QueryEscape(displayName(c.File))
}

type cookiesHistoryCmd struct {
	remoteFlags
	Account string `arg:"" optional:"" help:"Account; all when none is named."`
}

// Run prints the lineage.
func (c *cookiesHistoryCmd) Run(ctx context.Context) error {
	r, err := c.openRemote()
	if err != nil {
		return err
	}
	path := "/api/cookies/history"
	if c.Account != "" {
		path += "?account=" + url.QueryEscape(c.Account)
	}
	var h status.History
	_, raw, err := r.callJSON(ctx, http.MethodGet, path, nil, &h)
	if err != nil {
		return err
	}
	if c.JSON {
		_, err = stdout.Write(raw)
		return err
	}
	return printHistory(stdout, h)
}

// accountCmd is a command on one account; which one, its name on the command
// line says.
type accountCmd struct {
	remoteFlags
	Account string `arg:"" optional:"" help:"Account; may be left out when there is only one."`
}

// Run sends the command and prints the result.
func (c *accountCmd) Run(ctx context.Context, command commandName) error {
	r, err := c.openRemote()
	if err != nil {
		return err
	}
	account := c.Account
	if account == "" {
		if account, err = r.onlyAccount(ctx); err != nil {
			return err
		}
	}
	path, method := "/api/accounts/"+url.PathEscape(account), http.MethodDelete
	if command != "remove" {
		path, method = path+"/"+string(command), http.MethodPost
	}
	var out commandResult
	code, raw, err := r.callJSON(ctx, method, path, nil, &out)
	if err != nil {
		return err
	}
	out.Result = cmp.Or(out.Result, doneWords[command])
	if c.JSON {
		_, _ = stdout.Write(raw)
	} else {
		printf("%s\n", out)
	}
	if code >= 400 {
		return &silentExit{exitFailure}
	}
	return nil
}

// doneWords names the effect of commands whose answer is the account's state alone.
var doneWords = map[commandName]status.Result{"pause": "paused", "resume": "resumed", "remove": "removed"}

// cookiesRemoveCmd wants the account's name even if there is only one: there
// is no way back.
type cookiesRemoveCmd struct {
	remoteFlags
	Account string `arg:"" help:"Account."`
}

// Run sends the command.
func (c *cookiesRemoveCmd) Run(ctx context.Context, command commandName) error {
	return (&accountCmd{c.remoteFlags, c.Account}).Run(ctx, command)
}

// commandName is the last word of the command line's command.
type commandName string

// onlyAccount finds the account that was not named.
func (r *remote) onlyAccount(ctx context.Context) (string, error) {
	var s status.Report
	if _, _, err := r.callJSON(ctx, http.MethodGet, "/api/cookies/status", nil, &s); err != nil {
		return "", err
	}
	if len(s.Accounts) != 1 {
		return "", &exitError{exitUsage, fmt.Errorf("there are %d accounts; name the one you mean", len(s.Accounts))}
	}
	return s.Accounts[0].Name, nil
}

func readFile(path string) ([]byte, error) {
	if path == "-" {
		return io.ReadAll(io.LimitReader(os.Stdin, export.MaxFile+1))
	}
	content, err := export.ReadFile(path)
	if rejected, ok := errors.AsType[*cookie.Rejection](err); ok {
		return nil, errors.New(rejected.Line())
	}
	return content, err
}

func displayName(path string) string {
	if path == "-" {
		return "standard input"
	}
	return filepath.Base(path)
}
