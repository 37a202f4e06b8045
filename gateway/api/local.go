package api

import (
	"net/http"
	"slices"
	"strings"
)

// isKeyless reports whether the API asks for no key at all: on a loopback listener
// or with insecure_no_auth, and only if no key was ever made.
func (a *API) isKeyless(s *settings) bool {
	return (s.Loopback || s.InsecureNoAuth) && a.keys.IsKeyless()
}

// mayUseKeyless reports whether the client may use a server that asks for no key:
// every client with insecure_no_auth, else programs on this machine alone.
func mayUseKeyless(r *http.Request) bool { return stateOf(r).settings.InsecureNoAuth || isLocal(r) }

// isLocal reports whether the request was made on this machine, as far as can be
// seen. The address of the peer is not enough: a proxy or a tunnel on this machine
// passes the requests of others on from a loopback address. It shows itself by a
// header, by the name that clients know it by, or by an old version of HTTP.
func isLocal(r *http.Request) bool {
	return stateOf(r).client.IsLoopback() && isLoopbackName(hostname(r.Host)) && r.ProtoAtLeast(1, 1) && !passedByProxy(r)
}

// passedByProxy reports whether a header says that a proxy, a tunnel or a delivery
// network passed the request on. The header's value does not matter: a client that
// sends one loses the rights of programs on this machine, and nothing else.
func passedByProxy(r *http.Request) bool {
	for name := range r.Header {
		if namesProxy(name) {
			return true
		}
	}
	return false
}

// The names of headers that proxies add, in small letters and without separators: a
// gateway may have turned dashes into underscores.
var (
	proxyWords = []string{ // anywhere in the name
		"forward", "proxy", "clientip", "realip", "connectingip", "connectionip", "remoteip", "remoteaddr",
		"originatingip", "socketip", "userip", "externaladdress",
	}
	proxyPrefixes = []string{
		"cf", "xamzcf", "xamzntrace", "fastly", "fly", "tailscale", "ngrok", "akamai", "xakamai",
		"xazure", "xvercel", "xnf", "xarr", "xenvoy", "xvarnish", "xoriginal",
	}
	proxyNames = []string{"via", "cdnloop", "xhost", "xscheme", "surrogatecapability"}
)

var withoutSeparators = strings.NewReplacer("-", "", "_", "")

// namesProxy reports whether a header of this name is one that proxies add.
func namesProxy(header string) bool {
	name := strings.ToLower(withoutSeparators.Replace(header))
	return slices.Contains(proxyNames, name) ||
		slices.ContainsFunc(proxyWords, func(word string) bool { return strings.Contains(name, word) }) ||
		slices.ContainsFunc(proxyPrefixes, func(prefix string) bool { return strings.HasPrefix(name, prefix) })
}
