package peers

// cliProxy is CLIProxyAPI: config.yaml, or one file of its auth-dir.
var cliProxy = peer{
	name: "cliproxyapi", settingsFile: "config.yaml", read: readYAML,
	rules: []rule{
		{name: "host", apply: setHost},
		{name: "port", apply: setPort},
		{name: "api-keys.*", apply: addKeys(false)},
		{name: "auth.providers.*.api-keys.*", apply: addKeys(false)},
		{name: "auth.providers.*.name", reason: "it says whose the keys below it are"},
		{name: "auth.providers.*.type", reason: "it says where the keys are"},
		{name: "remote-management.secret-key", apply: addKeys(true)},
		{name: "remote-management.allow-remote", reason: "what an admin key may do it may do from anywhere here"},
		{name: "remote-management.disable-control-panel", reason: "the status page shows nothing without a key"},
		{name: "proxy-url", apply: setURL("upstream_proxy", "http")},
		{name: "debug", apply: setDebug},
		{name: "tls.enable", apply: setHTTPS},
		{name: "tls.cert", apply: setPEMFile("tls_cert")},
		{name: "tls.key", apply: setPEMFile("tls_key")},
		{name: "gemini-web.max-chars-per-request", reason: promptLimit},
		{name: "gemini-web.context", reason: notStored},
		{name: "gemini-web.gem-mode", reason: "Gems are not used here"},
		{name: "auth-dir", reason: "import each gemini-web file in it: geminid config import --from cliproxyapi FILE"},
		{name: "request-retry", reason: "a request moves to another account by itself, before its first byte"},
		{name: "logging-to-file", reason: "the log goes to the journal"},
		// a file of the auth-dir
		{name: "type", reason: "it says what the file is"},
		{name: "secure_1psid", apply: setSessionPart(psid, -1)},
		{name: "secure_1psidts", apply: setSessionPart(psidts, -1)},
		{name: "label", apply: setSessionPart(label, -1)},
		{name: "last_refresh", reason: rotationLearned},
	},
}
