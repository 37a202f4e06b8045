package remote

import (
	"net"
	"net/netip"
	"slices"
	"syscall"
)

// globalUnicast is the only part of IPv6 of which addresses are given out. Any other
// address is reserved, translated or of some network's own.
var globalUnicast = netip.MustParsePrefix("2000::/3")

// notPublic are the networks that are not the public internet: private, local,
// shared, reserved and for documentation, and those of globalUnicast that embed an
// IPv4 address or are special.
var notPublic = parsePrefixes(
	"0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12",
	"192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15",
	"198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
	"2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20",
)

func parsePrefixes(texts ...string) []netip.Prefix {
	var out []netip.Prefix
	for _, text := range texts {
		out = append(out, netip.MustParsePrefix(text))
	}
	return out
}

// checkAddress sees the address of a connection before it is made, after all names
// were resolved.
func (c *Client) checkAddress(_, address string, _ syscall.RawConn) error {
	to, err := netip.ParseAddrPort(address)
	if err != nil {
		return Unreachable
	}
	addr := to.Addr().Unmap()
	if c.exempt[netip.AddrPortFrom(addr, to.Port())] {
		return nil
	}
	if to.Port() != 443 || !isPublic(addr) {
		return Unreachable
	}
	return nil
}

// isPublic reports whether an address belongs to the public internet and not to
// this machine.
func isPublic(addr netip.Addr) bool {
	addr = addr.WithZone("")
	if addr.Is6() && !globalUnicast.Contains(addr) {
		return false
	}
	if !addr.IsGlobalUnicast() || slices.ContainsFunc(notPublic, func(p netip.Prefix) bool { return p.Contains(addr) }) {
		return false
	}
	return !isLocal(addr)
}

// isLocal reports whether an address is one of this machine's. Where that cannot be
// found out it is.
func isLocal(addr netip.Addr) bool {
	found, err := net.InterfaceAddrs()
	if err != nil {
		return true
	}
	return slices.ContainsFunc(found, func(a net.Addr) bool {
		prefix, err := netip.ParsePrefix(a.String())
		return err == nil && prefix.Addr().Unmap() == addr
	})
}
