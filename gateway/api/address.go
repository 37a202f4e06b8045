package api

import (
	"net/http"
	"net/netip"
	"slices"
	"strings"
)

// clientAddr returns the address a request is counted and logged by: the peer's,
// or behind a trusted proxy the first address from the right of X-Forwarded-For
// that is no trusted proxy itself. No other header is read: proxies pass forged
// ones on. The zero Addr means that the peer has none, as on a unix socket.
func clientAddr(r *http.Request, trusted []netip.Prefix) netip.Addr {
	peer := parseAddr(r.RemoteAddr)
	if !containsAddr(trusted, peer) {
		return peer
	}
	client := peer
	lines := r.Header["X-Forwarded-For"]
	for i := len(lines) - 1; i >= 0; i-- {
		rest := lines[i]
		for rest != "" {
			cut := strings.LastIndexByte(rest, ',')
			hop := parseAddr(strings.TrimSpace(rest[cut+1:]))
			rest = rest[:max(cut, 0)]
			if !hop.IsValid() {
				return client
			}
			if client = hop; !containsAddr(trusted, hop) {
				return client
			}
		}
	}
	return client
}

// parseAddr reads an address with or without a port, an IPv4 one in IPv6 clothes
// as what it is. The zero Addr means that s is none.
func parseAddr(s string) netip.Addr {
	addr, err := netip.ParseAddr(strings.Trim(s, "[]"))
	if err != nil {
		withPort, err := netip.ParseAddrPort(s)
		if err != nil {
			return netip.Addr{}
		}
		addr = withPort.Addr()
	}
	return addr.Unmap().WithZone("")
}

// IsTrustedProxy reports whether addr is one of [Settings].TrustedProxies.
func (a *API) IsTrustedProxy(addr netip.Addr) bool {
	return containsAddr(a.live.Load().TrustedProxies, addr.Unmap())
}

func containsAddr(prefixes []netip.Prefix, addr netip.Addr) bool {
	return addr.IsValid() && slices.ContainsFunc(prefixes, func(p netip.Prefix) bool { return p.Contains(addr) })
}

// displayAddr is the address as logs show it; masked leaves only the network.
func displayAddr(addr netip.Addr, masked bool) string {
	switch {
	case !addr.IsValid():
		return "local"
	case !masked:
		return addr.String()
	case addr.Is4():
		return maskBits(addr, 24).String()
	default:
		return maskBits(addr, 48).String()
	}
}

func maskBits(addr netip.Addr, bits int) netip.Addr {
	p, err := addr.Prefix(bits)
	if err != nil {
		return addr
	}
	return p.Addr()
}
