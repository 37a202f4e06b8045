package limit

import (
	"net/netip"
	"time"
)

// MaxClients is how many clients are remembered at once.
const MaxClients = 10_000

// siteFactor is how many times as much the clients of one IPv6 site may use as one
// client: providers hand out /48 networks, which hold 65,536 networks of one
// client each.
const siteFactor = 4

const (
	clientBits = 64 // of IPv6: one household
	siteBits   = 48 // of IPv6: one customer of a provider, at most
)

// Client is who a use counts for.
type Client struct {
	// Addr is the client's address. Of an IPv6 address the /64 network counts.
	Addr netip.Addr
	// Key identifies the API key that the client used, such as its digest. Empty
	// means that it used none, or that none is counted.
	Key string
}

// Clients limits how often clients may do something within any span of time. A
// use counts for the client's address, for its key from whatever address it is
// used, and four times as large for the site (the IPv6 /48 network) that the
// address belongs to.
//
// Make it with [NewClients]. It is safe for concurrent use.
type Clients struct{ window *Window[bucket] }

// bucket is one of the things that a use counts for.
type bucket struct {
	network netip.Prefix
	key     string
}

// NewClients returns limits over span. They remember [MaxClients] clients.
func NewClients(span time.Duration) *Clients {
	return &Clients{window: NewWindow[bucket](span, 3*MaxClients)}
}

// TakeUse counts one use by client unless limit uses count already. The
// [Allowance] is the smallest of those that apply.
func (c *Clients) TakeUse(client Client, limit int) Use {
	use := Use{clients: c}
	for _, b := range bucketsOf(client) {
		most := limit
		if b.network.Bits() == siteBits && b.network.Addr().Is6() {
			most *= siteFactor
		}
		a := c.window.TakeUse(b, most)
		if !a.OK {
			use.Return()
			return Use{Allowance: a}
		}
		if len(use.taken) == 0 || a.Remaining < use.Remaining {
			use.Allowance = a
		}
		use.taken = append(use.taken, taken{b, a})
	}
	return use
}

// Use is a use that was counted, or refused if it is not OK.
type Use struct {
	Allowance

	clients *Clients
	taken   []taken
}

type taken struct {
	bucket    bucket
	allowance Allowance
}

// Return takes the use back. A refused use and the zero Use have nothing to
// return.
func (u *Use) Return() {
	for _, t := range u.taken {
		u.clients.window.ReturnUse(t.bucket, t.allowance)
	}
	u.taken = nil
}

// bucketsOf returns the buckets of a client, the narrowest first.
func bucketsOf(client Client) []bucket {
	buckets := []bucket{{network: prefixOf(client.Addr, clientBits)}}
	if client.Key != "" {
		buckets = append(buckets, bucket{key: client.Key})
	}
	if client.Addr.Unmap().Is6() {
		buckets = append(buckets, bucket{network: prefixOf(client.Addr, siteBits)})
	}
	return buckets
}

// NetworkOf returns the network by which limits know the client at addr: the
// address itself of IPv4, the /64 of IPv6, and the zero Prefix of the zero Addr,
// which stands for this machine.
func NetworkOf(addr netip.Addr) netip.Prefix { return prefixOf(addr, clientBits) }

// prefixOf returns the network of addr with so many bits if it is an IPv6 one.
func prefixOf(addr netip.Addr, bits int) netip.Prefix {
	addr = addr.Unmap().WithZone("")
	if addr.Is4() {
		bits = 32
	}
	network, err := addr.Prefix(bits)
	if err != nil {
		return netip.Prefix{} // the zero Addr
	}
	return network
}
