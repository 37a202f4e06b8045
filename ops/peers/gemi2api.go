package peers

// gemi2API is Gemi2Api-Server: .env.
var gemi2API = peer{
	name: "gemi2api-server", settingsFile: ".env", read: readEnv,
	rules: []rule{
		{name: "HOST", apply: setHost},
		{name: "PORT", apply: setPort},
		{name: "API_KEY", apply: addKeys(false)},
		{name: "SECURE_1PSID", apply: setSessionPart(psid, -1)},
		{name: "SECURE_1PSIDTS", apply: setSessionPart(psidts, -1)},
		{name: "PUBLIC_BASE_URL", apply: setURL("public_url", "https")},
		{name: "TEMPORARY_CHAT", apply: setChatMode("temporary")},
		{name: "AUTO_DELETE_CHAT", apply: setChatMode("delete_after")},
		{name: "HTTP_PROXY", apply: setURL("upstream_proxy", "http")},
		{name: "HTTPS_PROXY", apply: setURL("upstream_proxy", "http")},
		{name: "LOG_LEVEL", apply: setLogLevel},
		{name: "ENABLE_THINKING", reason: "thoughts are always told, in their own field"},
		{name: "GEM_ID", reason: "Gems are not used here"},
		{name: "CUSTOM_MODELS_FILE", reason: accountModels},
	},
}
