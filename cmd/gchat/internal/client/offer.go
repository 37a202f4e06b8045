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
	if err := decodeJSON(answer, &v); err != nil {
		return v, err
	}
	if v.Result == "" {
		return v, &APIError{Status: http.StatusOK, message: "the answer is not geminid's: a verdict was expected"}
	}
	return v, nil
}

// ExplainAdminError words the two ways in which the server keeps its admin routes to
// itself.
func ExplainAdminError(err error) error {
	var answer *APIError
	if !errors.As(err, &answer) {
		return err
	}
	switch answer.Status {
	case http.StatusNotFound:
		return exit.New(exit.Permission, "the server takes no cookies over HTTP: it has no admin key",
			"on the server: geminid keys add NAME --admin, then gchat login; or: gchat cookies update --ssh HOST")
	case http.StatusForbidden:
		return exit.New(exit.Permission, "this key may ask questions only: "+answer.Error(),
			"gchat login with an admin key (geminid keys add NAME --admin); or: gchat cookies update --ssh HOST")
	}
	return err
}
