package peers

// webToAPI is gemini-web-to-api: .env.
var webToAPI = peer{
	name: "gemini-web-to-api", settingsFile: ".env", read: readEnv,
	rules: []rule{
		{name: "HOST", apply: setHost},
		{name: "PORT", apply: setPort},
		{name: "API_KEY", apply: addKeys(false)},
		{name: "GEMINI_COOKIES", apply: setSessionPart(header, -1)},
		{name: "GEMINI_1PSID", apply: setSessionPart(psid, -1)},
		{name: "GEMINI_1PSIDTS", apply: setSessionPart(psidts, -1)},
		{name: "GEMINI_TEMPORARY", apply: setChatMode("temporary")},
		{name: "GEMINI_PROXY", apply: setURL("upstream_proxy", "http")},
		{name: "LOG_LEVEL", apply: setLogLevel},
		{name: "RATE_LIMIT_ENABLED", apply: setRateLimited},
		{name: "RATE_LIMIT_WINDOW_MS", apply: setWindow},
		{name: "RATE_LIMIT_MAX_REQUESTS", apply: setRequests},
		{name: "GEMINI_REFRESH_INTERVAL", reason: rotationLearned},
		{name: "GEMINI_MAX_RETRIES", reason: "a request moves to another account by itself, before its first byte"},
	},
}
