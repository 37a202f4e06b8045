package daemon_test

import (
	"slices"
	"testing"

	"github.com/geminid/geminid/daemon"
	"github.com/geminid/geminid/daemon/config"
)

// TestProvidersCanBeChosen: the setting takes the upstreams that there are.
func TestProvidersCanBeChosen(t *testing.T) {
	for _, key := range config.Keys() {
		if key.Name == "provider" && !slices.Equal(key.Choices, daemon.ProviderNames()) {
			t.Errorf("the setting takes %v, there are %v", key.Choices, daemon.ProviderNames())
		}
	}
}

// TestLoadTakesProxies: what can stand in an address, and how the proxy gets it.
func TestLoadTakesProxies(t *testing.T) {
	for _, raw := range []string{
		"http://127.0.0.1:7890", "socks5h://[::1]:1080", "https://proxy.example.org", "HTTP://proxy:3128/",
		"http://me:p%25s%23s%2Fs@proxy:1", "http://me:p@ss:w0rd!$&'()*+,;=~@proxy:1", "http://bücher.example:8080", "socks5://me@proxy:1080",
	} {
		s, err := config.Load(config.Sources{Environ: []string{"HOME=/h", "GEMINID_UPSTREAM_PROXY=" + raw}})
		if err != nil || s.UpstreamProxy != raw {
			t.Errorf("%s: %v", raw, err)
			continue
		}
		if _, err := daemon.ProxyTransport(s); err != nil {
			t.Errorf("%s: %v", raw, err)
		}
	}
}
