package peers

// webToAPI is gemini-web-to-api: .env.
var webToAPI = peer{
	name: "gemini-web-to-api", usual: ".env", read: readEnv,
	rules: []rule{
		{name: "HOST", take: host},
		{name: "PORT", take: port},
		{name: "API_KEY", take: key(false)},
		{name: "GEMINI_COOKIES", take: session(header, -1)},
		{name: "GEMINI_1PSID", take: session(psid, -1)},
		{name: "GEMINI_1PSIDTS", take: session(psidts, -1)},
		{name: "GEMINI_TEMPORARY", take: chatMode("temporary")},
		{name: "GEMINI_PROXY", take: link("upstream_proxy", "http")},
		{name: "LOG_LEVEL", take: logLevel},
		{name: "RATE_LIMIT_ENABLED", take: limited},
		{name: "RATE_LIMIT_WINDOW_MS", take: window},
		{name: "RATE_LIMIT_MAX_REQUESTS", take: requests},
		{name: "GEMINI_REFRESH_INTERVAL", why: learned},
		{name: "GEMINI_MAX_RETRIES", why: "a request moves to another account by itself, before its first byte"},
	},
}
