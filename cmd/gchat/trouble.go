package main

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
	"time"
)

// explain turns what went wrong into words and an exit code. Errors of the
// network and of the server arrive here; a failure has its words already.
func (s *settings) explain(err error) error {
	var (
		told   *failure
		answer *apiError
		file   *fs.PathError
	)
	switch {
	case errors.As(err, &told):
		return told
	case errors.Is(err, context.Canceled):
		return interrupted
	case errors.As(err, &answer):
		return s.explainAnswer(answer)
	case errors.As(err, &file):
		return &failure{code: exitUnreadable, what: err.Error()}
	default:
		return s.explainNetwork(err)
	}
}

// advice is what an answer of the server means for the user.
type advice struct {
	exit int
	next string
}

// bringCookies is the remedy when the Google session is gone.
const bringCookies = "bring new cookies: gchat cookies quick, then save, then update (gchat cookies --help)"

// byCode holds the advice for the server's own codes, which tell more than the
// status does.
var byCode = map[string]advice{
	"cookies_expired":         {exitUnavailable, bringCookies},
	"cookies_missing":         {exitUnavailable, bringCookies},
	"model_not_found":         {exitUsage, "gchat models lists what there is"},
	"context_length_exceeded": {exitRefused, "ask with less text, or begin a new conversation (/reset)"},
	"invalid_api_key":         {exitPermission, "gchat login (a new key comes from: geminid keys add NAME, on the server)"},
}

// byStatus holds the advice for the statuses.
var byStatus = map[int]advice{
	http.StatusUnauthorized:          {exitPermission, "gchat login (a new key comes from: geminid keys add NAME, on the server)"},
	http.StatusForbidden:             {exitPermission, "use a key with the needed rights: gchat login"},
	http.StatusNotFound:              {exitUnavailable, "check the address: gchat login"},
	http.StatusMisdirectedRequest:    {exitConfig, "on the server, add the host to allowed_hosts or set public_url"},
	http.StatusRequestEntityTooLarge: {exitRefused, "ask with less text"},
	http.StatusTooManyRequests:       {exitTemporary, "wait a little and ask again"},
	http.StatusBadGateway:            {exitTemporary, "ask again; gchat cookies status tells how the session does"},
	http.StatusServiceUnavailable:    {exitTemporary, "ask again; gchat cookies status tells how the session does"},
	http.StatusGatewayTimeout:        {exitTemporary, "ask again"},
	http.StatusInternalServerError:   {exitUnavailable, "the server's log has the cause"},
	0:                                {exitTemporary, "ask again"}, // in the middle of a stream
	http.StatusOK:                    {exitConfig, "check the address: gchat login"},
}

// explainAnswer finds the advice for an answer of the server.
func (s *settings) explainAnswer(e *apiError) error {
	if e.status >= 300 && e.status < 400 {
		return &failure{exitConfig, s.server + " answers with a redirect to " + e.location,
			"give that address: gchat login --server …"}
	}
	f := &failure{code: exitRefused, what: e.Error()}
	if found, ok := byStatus[e.status]; ok {
		f.code, f.next = found.exit, found.next
	}
	if found, ok := byCode[e.code]; ok {
		f.code, f.next = found.exit, found.next
	}
	if e.status == http.StatusUnauthorized && s.key == "" {
		f.next = "this server wants a key: gchat login"
	}
	if e.retryAfter > 0 {
		f.next = "try again in " + span(e.retryAfter)
	}
	return f
}

// explainNetwork tells what kept the request from being answered. Go's own
// text of a failed request repeats method and URL; only its core is shown.
func (s *settings) explainNetwork(err error) error {
	var request *url.Error
	if !errors.As(err, &request) {
		var broken net.Error
		if errors.As(err, &broken) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, errSilent) {
			return &failure{exitTemporary, err.Error(), "ask again"}
		}
		return &failure{code: exitRefused, what: err.Error()} // nothing of the network's
	}
	f := &failure{code: exitUnavailable, what: fmt.Sprintf("no answer from %s: %v", s.server, request.Err)}
	var (
		dial *net.OpError
		name *net.DNSError
		cert *tls.CertificateVerificationError
	)
	switch {
	case errors.As(err, &cert):
		f.next = "check the address; the certificate must be for this name and from an authority this computer trusts"
	case errors.As(err, &name):
		f.what = fmt.Sprintf("the name %s is not known: %s", name.Name, name.Err)
		f.next = "check the address: gchat login, --server or GCHAT_SERVER"
	case strings.Contains(request.Err.Error(), "server gave HTTP response to HTTPS client"):
		f.next = "the server speaks plain http there: write http:// in the address"
	case strings.Contains(request.Err.Error(), "malformed HTTP"):
		f.next = "the server does not speak plain http there: try https:// in the address"
	case errors.As(err, &dial) && dial.Op == "dial":
		f.what = fmt.Sprintf("no connection to %s: %v", s.server, dial.Err)
		f.next = s.wayIn()
	default:
		f.code, f.next = exitTemporary, "ask again"
	}
	return f
}

// wayIn says what to look at when nobody listens.
func (s *settings) wayIn() string {
	if u, err := url.Parse(s.server); err == nil && loopback(u.Hostname()) {
		return "is geminid running here? For one on another machine: gchat login --server URL"
	}
	return "is geminid running there, on that address, and is the port open? (gchat login changes the address)"
}

// loopback reports whether host names this computer.
func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// span writes a duration as people say it: "17 s", "4 min", "2 h 5 min", "3 d 4 h".
func span(d time.Duration) string {
	d = d.Abs()
	switch {
	case d < time.Minute:
		return fmt.Sprintf("%d s", int(d.Round(time.Second).Seconds()))
	case d < time.Hour:
		return fmt.Sprintf("%d min", int(d.Round(time.Minute).Minutes()))
	case d < 48*time.Hour:
		d = d.Round(time.Minute)
		return fmt.Sprintf("%d h %d min", int(d.Hours()), int(d.Minutes())%60)
	default:
		hours := int(d.Round(time.Hour).Hours())
		return fmt.Sprintf("%d d %d h", hours/24, hours%24)
	}
}
