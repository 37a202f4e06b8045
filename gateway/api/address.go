package api

import (
	"net/http"
	"net/netip"
	"slices"
	"strings"
)

// clientAddr returns the address that a request is counted and logged by: the
// peer's, or behind a trusted proxy the first address from the right of
// X-Forwarded-For that is not a trusted proxy itself. It reads no other header,
// because proxies pass forged ones on. The zero Addr means that the peer has none,
// as on a unix socket.
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

// parseAddr parses an address with or without a port. An IPv4 address that is
// written as an IPv6 one becomes IPv4. The zero Addr means that s is not an address.
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

// displayAddr returns the address as logs show it. If masked it returns the network
// alone.
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
