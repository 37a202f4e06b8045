package api_test

import (
	"net/http"
	"net/netip"
	"strings"
	"testing"

	"github.com/geminid/geminid/gateway/api"
)

func TestClientOf(t *testing.T) {
	local := []string{"127.0.0.0/8", "::1/128"}
	tests := []struct {
		name, peer string
		forwarded  []string
		trusted    []string
		want       string
	}{
		{"peer alone", "203.0.113.7:4000", nil, local, "203.0.113.7"},
		{"header of an untrusted peer", "203.0.113.7:4000", []string{"198.51.100.1"}, local, "203.0.113.7"},
		{"nobody is trusted", "127.0.0.1:4000", []string{"198.51.100.1"}, nil, "127.0.0.1"},
		{"behind one proxy", "127.0.0.1:4000", []string{"198.51.100.1"}, local, "198.51.100.1"},
		{"client forged a hop", "127.0.0.1:4000", []string{"10.9.9.9, 198.51.100.1"}, local, "198.51.100.1"},
		{"behind two proxies", "[::1]:4000", []string{"198.51.100.1, 127.0.0.5"}, local, "198.51.100.1"},
		{"two header lines", "127.0.0.1:4000", []string{"10.9.9.9", "198.51.100.1,127.0.0.5"}, local, "198.51.100.1"},
		{"all trusted", "127.0.0.1:4000", []string{"127.0.0.3, 127.0.0.2"}, local, "127.0.0.3"},
		{"garbage in between", "127.0.0.1:4000", []string{"198.51.100.1, unknown"}, local, "127.0.0.1"},
		{"empty header", "127.0.0.1:4000", []string{""}, local, "127.0.0.1"},
		{"only commas", "127.0.0.1:4000", []string{",,"}, local, "127.0.0.1"},
		{"with port", "127.0.0.1:4000", []string{"198.51.100.1:555"}, local, "198.51.100.1"},
		{"IPv6 with port", "127.0.0.1:4000", []string{"[2001:db8::1]:555"}, local, "2001:db8::1"},
		{"IPv6 in brackets", "127.0.0.1:4000", []string{"[2001:db8::1]"}, local, "2001:db8::1"},
		{"mapped peer", "[::ffff:127.0.0.1]:4000", []string{"::ffff:198.51.100.1"}, local, "198.51.100.1"},
		{"with zone", "[fe80::1%eth0]:4000", nil, nil, "fe80::1"},
		{"unix socket", "@", []string{"198.51.100.1"}, local, "invalid IP"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := &http.Request{RemoteAddr: tt.peer, Header: http.Header{}}
			for _, line := range tt.forwarded {
				r.Header.Add("X-Forwarded-For", line)
			}
			r.Header.Set("X-Real-Ip", "192.0.2.99")
			r.Header.Set("Forwarded", "for=192.0.2.99")
			if got := api.ClientOf(r, prefixes(tt.trusted)); got.String() != tt.want {
				t.Errorf("got %s, want %s", got, tt.want)
			}
		})
	}
}

func prefixes(texts []string) (out []netip.Prefix) {
	for _, p := range texts {
		out = append(out, netip.MustParsePrefix(p))
	}
	return out
}

func TestDisplayedAddress(t *testing.T) {
	tests := []struct{ addr, shown, masked string }{
		{"203.0.113.7", "203.0.113.7", "203.0.113.0"},
		{"2001:db8:1:2:3:4:5:6", "2001:db8:1:2:3:4:5:6", "2001:db8:1::"},
	}
	for _, tt := range tests {
		addr := netip.MustParseAddr(tt.addr)
		if api.Shown(addr, false) != tt.shown || api.Shown(addr, true) != tt.masked {
			t.Errorf("%s is shown as %s and %s", addr, api.Shown(addr, false), api.Shown(addr, true))
		}
	}
	if got := api.Shown(netip.Addr{}, true); got != "local" {
		t.Errorf("no address is shown as %q", got)
	}
}

func FuzzClientOf(f *testing.F) {
	f.Add("127.0.0.1:1", "198.51.100.1, 127.0.0.1")
	f.Add("[::1]:1", "[2001:db8::1]:2,,unknown")
	trusted := prefixes([]string{"127.0.0.0/8", "::1/128"})
	f.Fuzz(func(t *testing.T, peer, forwarded string) {
		r := &http.Request{RemoteAddr: peer, Header: http.Header{"X-Forwarded-For": {forwarded}}}
		got := api.ClientOf(r, trusted)
		if got.Is4In6() || got.Zone() != "" {
			t.Errorf("%v is not in its plain form", got)
		}
		if got.IsValid() && !strings.Contains(peer+forwarded, ".") && got.Is4() && !strings.Contains(peer+forwarded, ":") {
			t.Errorf("%v came from nowhere", got)
		}
		api.Shown(got, true)
	})
}
