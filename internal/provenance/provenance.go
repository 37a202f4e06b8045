package provenance

import "net/http"

// Header is set on every answer that the server itself gives, errors included. Its
// value is the version of the HTTP API. Proxies pass it on, and set it on none of
// their own answers.
const Header = "X-Geminid-Api"

// apiVersion is the value of [Header].
const apiVersion = "1"

// MarkOwn marks an answer as the server's own. It must be called before the status is
// written.
func MarkOwn(h http.Header) { h.Set(Header, apiVersion) }

// IsOwn reports whether the server itself gave the answer with these headers.
func IsOwn(h http.Header) bool { return h.Get(Header) != "" }

// Kind is the meaning of a foreign answer.
type Kind string

// The kinds of foreign answers.
const (
	Redirect Kind = "redirect" // to another address, which may be a sign-in page
	SignIn   Kind = "signin"   // a user and a password of the proxy's own, 401 and 407
	Denied   Kind = "denied"   // refused by a rule or a challenge
	Hidden   Kind = "hidden"   // a path that is kept inside, or that is nowhere
	TooLarge Kind = "large"    // a body beyond the proxy's limit
	Limited  Kind = "limited"  // too many requests for the proxy
	Gateway  Kind = "gateway"  // the server behind the proxy does not answer
	Webpage  Kind = "webpage"  // success, with a page or nothing in the place of data
	Other    Kind = "other"
)

// ClassifyStatus returns the kind of an answer that is not the server's own.
func ClassifyStatus(status int) Kind {
	switch status {
	case http.StatusUnauthorized, http.StatusProxyAuthRequired, http.StatusNetworkAuthenticationRequired:
		return SignIn
	case http.StatusForbidden, http.StatusUnavailableForLegalReasons:
		return Denied
	case http.StatusNotFound, http.StatusMethodNotAllowed, http.StatusGone:
		return Hidden
	case http.StatusRequestEntityTooLarge:
		return TooLarge
	case http.StatusTooManyRequests:
		return Limited
	case http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return Gateway
	}
	switch {
	case status >= 520 && status <= 530: // Cloudflare's words for the same
		return Gateway
	case status >= 300 && status < 400:
		return Redirect
	case status >= 200 && status < 300:
		return Webpage
	}
	return Other
}
