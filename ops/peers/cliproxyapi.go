package peers

// cliProxy is CLIProxyAPI: config.yaml, or one file of its auth-dir.
var cliProxy = peer{
	name: "cliproxyapi", usual: "config.yaml", read: readYAML,
	rules: []rule{
		{name: "host", take: host},
		{name: "port", take: port},
		{name: "api-keys.*", take: key(false)},
		{name: "auth.providers.*.api-keys.*", take: key(false)},
		{name: "auth.providers.*.name", why: "it says whose the keys below it are"},
		{name: "auth.providers.*.type", why: "it says where the keys are"},
		{name: "remote-management.secret-key", take: key(true)},
		{name: "remote-management.allow-remote", why: "what an admin key may do it may do from anywhere here"},
		{name: "remote-management.disable-control-panel", why: "the status page shows nothing without a key"},
		{name: "proxy-url", take: link("upstream_proxy", "http")},
		{name: "debug", take: debug},
		{name: "tls.enable", take: https},
		{name: "tls.cert", take: pem("tls_cert")},
		{name: "tls.key", take: pem("tls_key")},
		{name: "gemini-web.max-chars-per-request", why: bounded},
		{name: "gemini-web.context", why: ownStore},
		{name: "gemini-web.gem-mode", why: "Gems are not used here"},
		{name: "auth-dir", why: "import each gemini-web file in it: geminid config import --from cliproxyapi FILE"},
		{name: "request-retry", why: "a request moves to another account by itself, before its first byte"},
		{name: "logging-to-file", why: "the log goes to the journal"},
		// a file of the auth-dir
		{name: "type", why: "it says what the file is"},
		{name: "secure_1psid", take: session(psid, -1)},
		{name: "secure_1psidts", take: session(psidts, -1)},
		{name: "label", take: session(label, -1)},
		{name: "last_refresh", why: learned},
	},
}
