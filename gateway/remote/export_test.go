package remote

import (
	"net/netip"
	"time"
)

// Public is the rule for addresses.
func Public(addr netip.Addr) bool { return isPublic(addr) }

// Hurry shortens the time for a file.
func (c *Client) Hurry(d time.Duration) { c.timeout = d }
