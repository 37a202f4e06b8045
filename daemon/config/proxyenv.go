package config

import "strings"

// UnreadProxies lists the variables of the environment by which other programs find
// their proxy. The server does not read them. env is [os.Getenv] of the process.
func UnreadProxies(env func(string) string) (names []string) {
	for _, name := range []string{"HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"} {
		if env(name) != "" {
			names = append(names, name)
		}
	}
	return names
}

// ProxyWarning says in one sentence with its cure that calls go past a proxy of the
// environment; empty if there is none, or if the settings say where calls go.
func ProxyWarning(s Settings, env func(string) string) string {
	names := UnreadProxies(env)
	if len(names) == 0 || s.UpstreamProxy != "" || s.UpstreamURL != "" {
		return ""
	}
	return strings.Join(names, ", ") + " is set, which geminid does not read, so that calls go out directly; set upstream_proxy if they shall take a proxy"
}
