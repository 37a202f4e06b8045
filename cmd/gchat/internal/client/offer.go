package client

import (
	"context"
	"errors"
	"net/http"
	"net/url"

	"github.com/geminid/geminid/cmd/gchat/internal/exit"
	"github.com/geminid/geminid/supervisor/status"
)

// OfferCookies sends new cookies and returns what the server made of them. Without an
// account the server finds the one they belong to.
func (c *Client) OfferCookies(ctx context.Context, account, name string, cookies []byte) (status.Verdict, error) {
	var v status.Verdict
	path := "/api/cookies"
	if account != "" {
		path = "/api/accounts/" + account + "/cookies"
	}
	answer, err := c.sendRequest(ctx, http.MethodPut, path+"?name="+url.QueryEscape(name), cookies)
	if err != nil {
		return v, err
	}
	defer answer.Body.Close()
	if answer.StatusCode >= 300 && answer.StatusCode != http.StatusUnprocessableEntity {
		return v, decodeRefusal(answer)
	}
	return v, decodeJSON(answer, &v, func() bool { return v.Result != "" })
}

// ExplainAdminError explains why the server, or something before it, keeps its admin
// routes closed. Other errors are returned as they are.
func ExplainAdminError(err error) error {
	answer, ok := errors.AsType[*APIError](err)
	if !ok {
		return err
	}
	const bySSH = "; or: gchat cookies update --ssh HOST"
	switch {
	case !answer.IsOwn():
		f, _ := errors.AsType[*exit.Failure](explainForeign(answer))
		return exit.New(f.Code, f.What, f.Next+bySSH)
	case answer.Status == http.StatusNotFound:
		return exit.New(exit.Permission, "the server takes no cookies over HTTP: it has no admin key",
			"on the server: geminid keys add NAME --admin, then gchat login"+bySSH)
	case answer.Status == http.StatusForbidden:
		return exit.New(exit.Permission, "this key may ask questions only: "+answer.Error(),
			"gchat login with an admin key (on the server: geminid keys add NAME --admin)"+bySSH)
	}
	return err
}
