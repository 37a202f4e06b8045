package api

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"net/http"
	"regexp"
	"time"

	"github.com/geminid/geminid/chat"
	"github.com/geminid/geminid/cookie"
	"github.com/geminid/geminid/supervisor"
)

var accountName = regexp.MustCompile(`^[a-z0-9][a-z0-9_-]{0,31}$`)

func (a *API) accounts(x *exchange, _ *http.Request) {
	x.writeJSON(http.StatusOK, struct {
		Accounts []supervisor.Account `json:"accounts"`
	}{nonNil(a.supervisor.Accounts())})
}

// history tells the lineage of every account, or of ?account=NAME alone.
func (a *API) history(x *exchange, r *http.Request) {
	type lineage struct {
		Account     string                  `json:"account"`
		Generations []supervisor.Generation `json:"generations"`
	}
	wanted := r.URL.Query().Get("account")
	body := struct {
		Accounts []lineage `json:"accounts"`
	}{[]lineage{}}
	for _, acc := range a.supervisor.Accounts() {
		if wanted != "" && acc.Name != wanted {
			continue
		}
		generations, err := a.supervisor.History(acc.Name)
		if err != nil {
			continue // removed a moment ago
		}
		body.Accounts = append(body.Accounts, lineage{acc.Name, nonNil(generations)})
	}
	if wanted != "" && len(body.Accounts) == 0 {
		x.failCommand(supervisor.ErrNoAccount)
		return
	}
	x.writeJSON(http.StatusOK, body)
}

// events tells what happened to the sessions in the last two days.
func (a *API) events(x *exchange, _ *http.Request) {
	x.writeJSON(http.StatusOK, struct {
		Events []supervisor.Event `json:"events"`
	}{nonNil(a.supervisor.Events())})
}

// Checked is the body of POST /api/cookies/check: what a file is, without any of
// its values.
type Checked struct {
	Usable   bool             `json:"usable"`
	Code     string           `json:"code,omitempty"` // E_… when it is not
	Message  string           `json:"message"`
	Format   string           `json:"format,omitempty"`
	Cookies  int              `json:"cookies,omitempty"`
	PSIDTS   bool             `json:"has_psidts"`
	Nominal  time.Time        `json:"nominal_expiry,omitzero"`
	Warnings []cookie.Warning `json:"warnings"`
}

// check looks into a file and keeps nothing of it.
func (a *API) check(x *exchange, r *http.Request) {
	content, name, ok := x.readFile(r)
	if !ok {
		return
	}
	export, err := cookie.Parse(name, content, a.now())
	if err != nil {
		code, message := rejection(err)
		x.writeJSON(http.StatusUnprocessableEntity, Checked{Code: code, Message: message, Warnings: []cookie.Warning{}})
		return
	}
	x.writeJSON(http.StatusOK, Checked{
		Usable: true, Message: "the file holds a session; whether Google still accepts it shows when it is brought in",
		Format: export.Format, Cookies: export.Count, PSIDTS: !export.Set.PSIDTS().IsZero(),
		Nominal: export.PSIDExpires, Warnings: nonNil(export.Warnings),
	})
}

// offer brings a file to an account. The session is proven at the upstream
// before it is used, which the client waits for; when the client leaves, the
// offer goes on.
func (a *API) offer(x *exchange, r *http.Request) {
	account := r.PathValue("account")
	if !accountName.MatchString(account) {
		x.fail(chat.Fault(chat.BadRequest, "an account's name begins with a small letter or digit and has up to 32 of a-z, 0-9, _ and -"))
		return
	}
	content, name, ok := x.readFile(r)
	if !ok {
		return
	}
	export, err := cookie.Parse(name, content, a.now())
	if err != nil {
		code, message := rejection(err)
		a.countRejected(account)
		x.writeJSON(http.StatusUnprocessableEntity, supervisor.Verdict{
			Account: account, Result: supervisor.Rejected, Code: code, Message: message,
		})
		return
	}
	sum := sha256.Sum256(content)
	verdict := a.supervisor.Offer(context.WithoutCancel(r.Context()), supervisor.Candidate{
		Account: account, File: name, Origin: supervisor.FromPush, Trigger: "push",
		Hash: hex.EncodeToString(sum[:]), Set: export.Set, Nominal: export.PSIDExpires,
	})
	x.writeJSON(verdictStatus(verdict.Result), verdict)
}

// countRejected counts a file that the supervisor never saw. A name that is no
// account's makes no series.
func (a *API) countRejected(account string) {
	for _, acc := range a.supervisor.Accounts() {
		if acc.Name == account {
			a.count.CookieFileLoads.WithLabelValues(account, string(supervisor.Rejected), "push").Inc()
		}
	}
}

// verdictStatus tells scripts how an offer ended: in use, waiting, or refused.
func verdictStatus(result supervisor.Result) int {
	switch result {
	case supervisor.Applied, supervisor.Unchanged:
		return http.StatusOK
	case supervisor.Parked:
		return http.StatusAccepted
	}
	return http.StatusUnprocessableEntity
}

func rejection(err error) (code, message string) {
	var r *cookie.Rejection
	if errors.As(err, &r) {
		return string(r.Code), r.Message
	}
	return "", "the file could not be read"
}

// readFile reads a cookie file from the body. ?name= says what to call it in
// messages.
func (x *exchange) readFile(r *http.Request) (content []byte, name string, ok bool) {
	if err := x.bound(r, cookie.MaxFile); err != nil {
		x.fail(err)
		return nil, "", false
	}
	content, err := io.ReadAll(r.Body)
	var tooLong *http.MaxBytesError
	switch {
	case errors.As(err, &tooLong):
		x.fail(tooLarge(tooLong.Limit))
		return nil, "", false
	case err != nil:
		x.fail(&chat.Error{Kind: chat.BadRequest, Message: "the file did not arrive whole", Err: err})
		return nil, "", false
	}
	if name = r.URL.Query().Get("name"); name == "" {
		name = "the upload"
	}
	return content, name, true
}
