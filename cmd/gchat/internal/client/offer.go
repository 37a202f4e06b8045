package client

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"

	"github.com/geminid/geminid/cmd/gchat/internal/exit"
	"github.com/geminid/geminid/supervisor/status"
)

// OfferCookies sends new cookies and returns the server's verdict. Without an
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

// CheckAdmin returns nil if the server would take cookies from this client, and else
// the reason for which it would not.
func (c *Client) CheckAdmin(ctx context.Context) error {
	var body struct {
		Accounts []json.RawMessage
	}
	return c.getJSON(ctx, "/api/cookies", &body, func() bool { return body.Accounts != nil })
}

// IsClosed reports whether err means that no cookies get to the server this way,
// however often it is tried: it cannot be reached, its admin routes are closed to
// this key, or something before it keeps them inside.
func IsClosed(err error) bool {
	if answer, ok := errors.AsType[*APIError](err); ok {
		return !answer.IsOwn() || answer.Status == http.StatusNotFound || answer.Status == http.StatusForbidden || answer.Status == http.StatusUnauthorized
	}
	_, isNetwork := errors.AsType[*url.Error](err)
	return isNetwork && !errors.Is(err, context.Canceled)
}

// ExplainAdminError explains why the server keeps its admin routes closed. Other
// errors are returned as they are.
func ExplainAdminError(err error) error {
	answer, ok := errors.AsType[*APIError](err)
	switch {
	case !ok || !answer.IsOwn():
		return err
	case answer.Status == http.StatusNotFound:
		return exit.New(exit.Permission, "the server takes no cookies over HTTP: it has no admin key",
			"on the server: geminid keys add NAME --admin, then gchat login --admin")
	case answer.Status == http.StatusForbidden:
		return exit.New(exit.Permission, "this key may ask questions only: "+answer.Error(),
			"gchat login --admin with an admin key (on the server: geminid keys add NAME --admin)")
	}
	return err
}
