package limit_test

import (
	"fmt"
	"net/netip"
	"testing"
	"testing/synctest"
	"time"

	"github.com/geminid/geminid/gateway/limit"
)

// TestClients checks for whom a use counts: with a limit of 3 uses, how many of a
// client are allowed after those of others.
func TestClients(t *testing.T) {
	many := func(format, key string, n int) (clients []limit.Client) {
		for i := range n {
			clients = append(clients, limit.Client{Addr: netip.MustParseAddr(fmt.Sprintf(format, i)), Key: key})
		}
		return clients
	}
	tests := []struct {
		name   string
		before []limit.Client
		client limit.Client
		want   int
	}{
		{"a new client", nil, limit.Client{Addr: netip.MustParseAddr("192.0.2.1")}, 3},
		{"this machine, which has no address", nil, limit.Client{}, 3},
		{"another address", many("192.0.2.%d", "", 2), limit.Client{Addr: netip.MustParseAddr("192.0.2.9")}, 3},
		{"the same address", many("192.0.2.%[1]d", "", 1), limit.Client{Addr: netip.MustParseAddr("192.0.2.0")}, 2},
		{"the same address, written as IPv6", many("192.0.2.%d", "", 1), limit.Client{Addr: netip.MustParseAddr("::ffff:192.0.2.0")}, 2},
		{"the same address with another key", many("192.0.2.%d", "a", 1), limit.Client{Addr: netip.MustParseAddr("192.0.2.0"), Key: "b"}, 2},
		{"the same key from another address", many("192.0.2.%d", "a", 2), limit.Client{Addr: netip.MustParseAddr("198.51.100.1"), Key: "a"}, 1},
		{"a key that is used up", many("192.0.2.%d", "a", 3), limit.Client{Addr: netip.MustParseAddr("198.51.100.1"), Key: "a"}, 0},
		{"the same household", many("2001:db8:1:1::%d", "", 2), limit.Client{Addr: netip.MustParseAddr("2001:db8:1:1:ffff::1")}, 1},
		{"another household of the site", many("2001:db8:1:%x::", "", 3), limit.Client{Addr: netip.MustParseAddr("2001:db8:1:ff::1")}, 3},
		{"a site that is nearly used up", many("2001:db8:1:%x::", "", 10), limit.Client{Addr: netip.MustParseAddr("2001:db8:1:ff::1")}, 2},
		{"a site that is used up", many("2001:db8:1:%x::", "", 12), limit.Client{Addr: netip.MustParseAddr("2001:db8:1:ff::1")}, 0},
		{"another site", many("2001:db8:1:%x::", "", 12), limit.Client{Addr: netip.MustParseAddr("2001:db8:2::1")}, 3},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c := limit.NewClients(time.Hour)
				for _, other := range tt.before {
					if use := c.TakeUse(other, 3); !use.OK {
						t.Fatalf("%v was refused", other)
					}
				}
				for n := range 5 {
					use := c.TakeUse(tt.client, 3)
					if use.OK != (n < tt.want) || use.OK && use.Remaining != tt.want-n-1 || use.Reset != time.Hour {
						t.Errorf("use %d of %d: %+v", n+1, tt.want, use.Allowance)
					}
				}
			})
		})
	}
}

// TestReturnedUses checks that a use that is returned counts nowhere, and that a
// refused one never did.
func TestReturnedUses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := limit.NewClients(time.Hour)
		key := func(addr string) limit.Client { return limit.Client{Addr: netip.MustParseAddr(addr), Key: "k"} }
		used := c.TakeUse(key("2001:db8::1"), 1)
		if !used.OK {
			t.Fatal("the first use was refused")
		}
		for range 20 { // by the key, whatever the address
			if other := c.TakeUse(key("2001:db8:0:1::1"), 1); other.OK {
				t.Error("a key was used twice")
			} else {
				other.Return()
			}
		}
		if free := c.TakeUse(limit.Client{Addr: netip.MustParseAddr("2001:db8:0:1::1")}, 1); !free.OK {
			t.Error("refused uses counted for the address")
		}
		used.Return()
		used.Return() // the second time it does nothing
		if again := c.TakeUse(key("2001:db8::1"), 1); !again.OK || again.Remaining != 0 {
			t.Errorf("after the return: %+v", again.Allowance)
		}
		if c.TakeUse(key("2001:db8::1"), 1).OK {
			t.Error("a use was returned twice")
		}
	})
}

func TestNetworkOf(t *testing.T) {
	for addr, want := range map[string]string{
		"203.0.113.7": "203.0.113.7/32", "::ffff:203.0.113.7": "203.0.113.7/32",
		"2001:db8:1:2:3:4:5:6": "2001:db8:1:2::/64", "fe80::1%eth0": "fe80::/64",
	} {
		if got := limit.NetworkOf(netip.MustParseAddr(addr)); got.String() != want {
			t.Errorf("network of %s: %s, want %s", addr, got, want)
		}
	}
	if got := limit.NetworkOf(netip.Addr{}); got != (netip.Prefix{}) {
		t.Errorf("network of this machine: %s", got)
	}
}
