package config_test

import (
	"strings"
	"testing"

	"github.com/geminid/geminid/daemon/config"
)

// TestProxyWarning: a proxy of the environment is no secret that only doctor knows.
func TestProxyWarning(t *testing.T) {
	for _, tt := range []struct {
		set      string
		settings config.Settings
		want     string
	}{
		{"HTTPS_PROXY", config.Settings{}, "HTTPS_PROXY is set, which geminid does not read"},
		{"https_proxy ALL_PROXY", config.Settings{}, "https_proxy, ALL_PROXY is set"},
		{"HTTP_PROXY NO_PROXY", config.Settings{}, ""}, // the upstream is https
		{"HTTPS_PROXY", config.Settings{UpstreamProxy: "http://127.0.0.1:3128"}, ""},
		{"HTTPS_PROXY", config.Settings{UpstreamURL: "http://127.0.0.1:9"}, ""},
		{"", config.Settings{}, ""},
	} {
		env := func(name string) string {
			if strings.Contains(" "+tt.set+" ", " "+name+" ") {
				return "http://user:secret@127.0.0.1:9"
			}
			return ""
		}
		got := config.ProxyWarning(tt.settings, env)
		if tt.want == "" && got != "" || !strings.HasPrefix(got, tt.want) || strings.Contains(got, "secret") {
			t.Errorf("%s: %q, want %q", tt.set, got, tt.want)
		}
	}
}
