package client

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"net/url"
	"strings"

	"github.com/geminid/geminid/cmd/gchat/internal/exit"
	"github.com/geminid/geminid/internal/provenance"
	"github.com/geminid/geminid/supervisor/status"
)

// ExplainError turns an error into words and an exit code. Errors of the
// network and of the server arrive here; a failure has its words already.
func ExplainError(err error, server string, hasKey bool) error {
	var (
		told   *exit.Failure
		answer *APIError
		file   *fs.PathError
	)
	switch {
	case errors.As(err, &told):
		return told
	case errors.Is(err, context.Canceled):
		return exit.ErrInterrupted
	case errors.As(err, &answer):
		return explainAnswer(answer, hasKey)
	case errors.As(err, &file):
		return &exit.Failure{Code: exit.Unreadable, What: err.Error()}
	default:
		return explainNetwork(err, server)
	}
}

// advice is the meaning of a server's answer for the user.
type advice struct {
	exit int
	next string
}

// NewCookiesAdvice is the remedy if the Google session is gone.
const NewCookiesAdvice = "bring new cookies: gchat cookies quick, then save, then update (gchat cookies --help)"

// adviceByCode holds the advice for the server's own codes, which say more than the
// status does.
var adviceByCode = map[string]advice{
	"cookies_expired":         {exit.Unavailable, NewCookiesAdvice},
	"cookies_missing":         {exit.Unavailable, NewCookiesAdvice},
	"upstream_blocked":        {exit.Temporary, "Google refuses the server for now; gchat cookies status tells until when"},
	"model_not_found":         {exit.Usage, "gchat models lists what there is"},
	"context_length_exceeded": {exit.Refused, "ask with less text, or begin a new conversation (/reset)"},
	"invalid_api_key":         {exit.Permission, "gchat login (a new key comes from: geminid keys add NAME, on the server)"},
}

// adviceByStatus holds the advice for the statuses.
var adviceByStatus = map[int]advice{
	http.StatusUnauthorized:          {exit.Permission, "gchat login (a new key comes from: geminid keys add NAME, on the server)"},
	http.StatusForbidden:             {exit.Permission, "use a key with the needed rights: gchat login"},
	http.StatusNotFound:              {exit.Unavailable, "check the address: gchat login"},
	http.StatusMisdirectedRequest:    {exit.Config, "on the server, add the host to allowed_hosts or set public_url"},
	http.StatusRequestEntityTooLarge: {exit.Refused, "ask with less text"},
	http.StatusTooManyRequests:       {exit.Temporary, "wait a little and ask again"},
	http.StatusBadGateway:            {exit.Temporary, "ask again; gchat cookies status tells how the session does"},
	http.StatusServiceUnavailable:    {exit.Temporary, "ask again; gchat cookies status tells how the session does"},
	http.StatusGatewayTimeout:        {exit.Temporary, "ask again"},
	http.StatusInternalServerError:   {exit.Unavailable, "the server's log has the cause"},
	0:                                {exit.Temporary, "ask again"}, // in the middle of a stream
}

// foreignCodes are the exit codes of answers that the server did not give.
var foreignCodes = map[provenance.Kind]int{
	provenance.Redirect: exit.Config,
	provenance.SignIn:   exit.Permission,
	provenance.Denied:   exit.Permission,
	provenance.Hidden:   exit.Unavailable,
	provenance.TooLarge: exit.Refused,
	provenance.Limited:  exit.Temporary,
	provenance.Gateway:  exit.Temporary,
	provenance.Webpage:  exit.Config,
	provenance.Other:    exit.Unavailable,
}

// explainForeign explains an answer that something else gave in the server's place.
func explainForeign(e *APIError) error {
	return exit.New(foreignCodes[e.foreign.Kind], e.Error(), e.foreign.Next)
}

// explainAnswer finds the advice for an answer that is not a success.
func explainAnswer(e *APIError, hasKey bool) error {
	if !e.IsOwn() {
		return explainForeign(e)
	}
	f := &exit.Failure{Code: exit.Refused, What: e.Error()}
	if found, ok := adviceByStatus[e.Status]; ok {
		f.Code, f.Next = found.exit, found.next
	}
	if found, ok := adviceByCode[e.code]; ok {
		f.Code, f.Next = found.exit, found.next
	}
	if e.Status == http.StatusUnauthorized && !hasKey {
		f.Next = "this server wants a key: gchat login"
	}
	if e.retryAfter > 0 {
		f.Next = "try again in " + status.FormatDuration(e.retryAfter)
	}
	return f
}

// explainNetwork says why the request was not answered. Go's own
// text of a failed request repeats method and URL; only its core is shown.
func explainNetwork(err error, server string) error {
	var request *url.Error
	if !errors.As(err, &request) {
		var broken net.Error
		if errors.As(err, &broken) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, errSilent) {
			return exit.New(exit.Temporary, err.Error(), "ask again")
		}
		return &exit.Failure{Code: exit.Refused, What: err.Error()} // nothing of the network's
	}
	f := &exit.Failure{Code: exit.Unavailable, What: fmt.Sprintf("no answer from %s: %v", server, request.Err)}
	var (
		dial *net.OpError
		name *net.DNSError
		cert *tls.CertificateVerificationError
	)
	switch {
	case errors.As(err, &cert):
		f.Next = "check the address; the certificate must be for this name and from an authority this computer trusts"
	case errors.As(err, &name):
		f.What = fmt.Sprintf("the name %s is not known: %s", name.Name, name.Err)
		f.Next = "check the address: gchat login, --server or GCHAT_SERVER"
	case strings.Contains(request.Err.Error(), "server gave HTTP response to HTTPS client"):
		f.Next = "the server speaks plain http there: write http:// in the address"
	case strings.Contains(request.Err.Error(), "malformed HTTP"):
		f.Next = "the server does not speak plain http there: try https:// in the address"
	case errors.As(err, &dial) && dial.Op == "dial":
		f.What = fmt.Sprintf("no connection to %s: %v", server, dial.Err)
		f.Next = adviseUnreachable(server)
	default:
		f.Code, f.Next = exit.Temporary, "ask again"
	}
	return f
}

// adviseUnreachable says where to look if no server listens.
func adviseUnreachable(server string) string {
	if u, err := url.Parse(server); err == nil && IsLoopback(u.Hostname()) {
		return "is geminid running here? For one on another machine: gchat login --server URL"
	}
	return "is geminid running there, on that address, and is the port open? (gchat login changes the address)"
}
