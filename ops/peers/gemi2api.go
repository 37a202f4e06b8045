package peers

// gemi2API is Gemi2Api-Server: .env.
var gemi2API = peer{
	name: "gemi2api-server", usual: ".env", read: readEnv,
	rules: []rule{
		{name: "HOST", take: host},
		{name: "PORT", take: port},
		{name: "API_KEY", take: key(false)},
		{name: "SECURE_1PSID", take: session(psid, -1)},
		{name: "SECURE_1PSIDTS", take: session(psidts, -1)},
		{name: "PUBLIC_BASE_URL", take: link("public_url", "https")},
		{name: "TEMPORARY_CHAT", take: chatMode("temporary")},
		{name: "AUTO_DELETE_CHAT", take: chatMode("delete_after")},
		{name: "HTTP_PROXY", take: link("upstream_proxy", "http")},
		{name: "HTTPS_PROXY", take: link("upstream_proxy", "http")},
		{name: "LOG_LEVEL", take: logLevel},
		{name: "ENABLE_THINKING", why: "thoughts are always told, in their own field"},
		{name: "GEM_ID", why: "Gems are not used here"},
		{name: "CUSTOM_MODELS_FILE", why: choosy},
	},
}
