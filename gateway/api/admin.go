package api

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"net/http"
	"time"

	"github.com/geminid/geminid/chat"
	"github.com/geminid/geminid/cookie"
	"github.com/geminid/geminid/cookie/export"
	"github.com/geminid/geminid/supervisor"
)

func (a *API) listAccounts(w http.ResponseWriter, r *http.Request) {
	a.writeJSON(w, r, http.StatusOK, struct {
		Accounts []supervisor.Account `json:"accounts"`
	}{nonNil(a.supervisor.Accounts())})
}

// listHistory answers with the lineage of every account, or of ?account=NAME alone,
// which may be a removed one.
func (a *API) listHistory(w http.ResponseWriter, r *http.Request) {
	type lineage struct {
		Account     string                  `json:"account"`
		Generations []supervisor.Generation `json:"generations"`
	}
	wanted := r.URL.Query().Get("account")
	body := struct {
		Accounts []lineage `json:"accounts"`
	}{[]lineage{}}
	names := []string{wanted}
	if wanted == "" {
		names = names[:0]
		for _, acc := range a.supervisor.Accounts() {
			names = append(names, acc.Name)
		}
	}
	for _, name := range names {
		if generations, err := a.supervisor.History(name); err == nil {
			body.Accounts = append(body.Accounts, lineage{name, nonNil(generations)})
		}
	}
	if wanted != "" && len(body.Accounts) == 0 {
		a.writeCommandError(w, r, supervisor.ErrNoAccount)
		return
	}
	a.writeJSON(w, r, http.StatusOK, body)
}

// listEvents answers with the events of the sessions in the last two days.
func (a *API) listEvents(w http.ResponseWriter, r *http.Request) {
	a.writeJSON(w, r, http.StatusOK, struct {
		Events []supervisor.Event `json:"events"`
	}{nonNil(a.supervisor.Events())})
}

// FileCheck is the body of POST /api/cookies/check: the properties of a file,
// without any of its values.
type FileCheck struct {
	Usable   bool             `json:"usable"`
	Code     string           `json:"code,omitempty"` // E_… if it is not usable
	Message  string           `json:"message"`
	Format   string           `json:"format,omitempty"`
	Cookies  int              `json:"cookies,omitempty"`
	PSIDTS   bool             `json:"has_psidts"`
	Nominal  time.Time        `json:"nominal_expiry,omitzero"`
	Warnings []cookie.Warning `json:"warnings"`
}

// checkFile parses a file and keeps nothing of it.
func (a *API) checkFile(w http.ResponseWriter, r *http.Request) {
	file, err := a.readFile(w, r)
	var failure *chat.Error
	switch {
	case errors.As(err, &failure):
		a.writeError(w, r, failure)
		return
	case err != nil:
		code, message := rejectionOf(err)
		a.writeJSON(w, r, http.StatusUnprocessableEntity, FileCheck{Code: code, Message: message, Warnings: []cookie.Warning{}})
		return
	}
	result := file.export
	a.writeJSON(w, r, http.StatusOK, FileCheck{
		Usable: true, Message: "the file holds a session; whether Google still accepts it shows when it is brought in",
		Format: result.Format, Cookies: result.Count, PSIDTS: !result.Set.PSIDTS().IsZero(),
		Nominal: result.PSIDExpires, Warnings: nonNil(result.Warnings),
	})
}

// offerFile offers a file to the account of the path, and without one to the account
// that the session or the file's name belongs to. The session is proven at the
// upstream before it is used. The client waits for that; if it leaves, the offer
// goes on.
func (a *API) offerFile(w http.ResponseWriter, r *http.Request) {
	account := r.PathValue("account")
	if account != "" && !cookie.ValidAccount(account) {
		a.writeError(w, r, chat.NewError(chat.BadRequest, "an account's name begins with a small letter or digit and has up to 32 of a-z, 0-9, _ and -"))
		return
	}
	file, err := a.readFile(w, r)
	var failure *chat.Error
	switch {
	case errors.As(err, &failure):
		a.writeError(w, r, failure)
		return
	case err != nil:
		code, message := rejectionOf(err)
		a.countRejected(account)
		a.writeJSON(w, r, http.StatusUnprocessableEntity, supervisor.Verdict{
			Account: account, Result: supervisor.Rejected, Code: code, Message: message,
		})
		return
	}
	verdict := a.supervisor.Offer(context.WithoutCancel(r.Context()), supervisor.Candidate{
		Account: account, File: file.name, Origin: supervisor.FromPush, Trigger: "push",
		Hash: file.hash, Set: file.export.Set, Nominal: file.export.PSIDExpires, Warnings: file.export.Warnings,
	})
	a.writeJSON(w, r, verdictStatus(verdict), verdict)
}

// countRejected counts a file that the supervisor never saw. A name that does not
// belong to an account makes no series.
func (a *API) countRejected(account string) {
	for _, acc := range a.supervisor.Accounts() {
		if acc.Name == account {
			a.count.CookieFileLoads.WithLabelValues(account, string(supervisor.Rejected), "push").Inc()
		}
	}
}

// verdictStatus returns the status by which scripts see how an offer ended: in use,
// not proven yet, or rejected.
func verdictStatus(v supervisor.Verdict) int {
	switch v.Result {
	case supervisor.Applied, supervisor.Unchanged:
		if v.IsUnproven() {
			return http.StatusAccepted
		}
		return http.StatusOK
	case supervisor.Parked:
		return http.StatusAccepted
	default:
		return http.StatusUnprocessableEntity
	}
}

func rejectionOf(err error) (code, message string) {
	var r *cookie.Rejection
	if errors.As(err, &r) {
		return string(r.Code), r.Message
	}
	return "", "the file could not be read"
}

// upload is a cookie file in a request's body.
type upload struct {
	name   string
	hash   string // SHA-256 in hex
	export *export.Result
}

// readFile reads and parses the body; ?name= is its name in messages. The error is a
// [*chat.Error] if the body did not arrive, and a [*cookie.Rejection] if it is not a
// usable file.
func (a *API) readFile(w http.ResponseWriter, r *http.Request) (*upload, error) {
	name := r.URL.Query().Get("name")
	if err := boundBody(w, r, export.MaxFile+1); err != nil {
		if chat.AsError(err).Kind == chat.TooLarge {
			return nil, export.RejectTooBig(name)
		}
		return nil, err
	}
	content, err := io.ReadAll(io.LimitReader(r.Body, export.MaxFile+1))
	if len(content) > export.MaxFile {
		return nil, export.RejectTooBig(name)
	}
	var refusal *chat.Error
	switch {
	case errors.As(err, &refusal):
		return nil, refusal
	case err != nil:
		return nil, &chat.Error{Kind: chat.BadRequest, Message: "the file did not arrive whole", Err: err}
	}
	result, err := export.Parse(name, content, a.now())
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(content)
	return &upload{name, hex.EncodeToString(sum[:]), result}, nil
}
