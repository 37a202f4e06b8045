package peers

// webAI is WebAI-to-API: config.conf.
var webAI = peer{
	name: "webai-to-api", settingsFile: "config.conf", read: readINI,
	rules: []rule{
		{name: "Cookies.gemini_cookie_1psid", apply: setSessionPart(psid, -1)},
		{name: "Cookies.gemini_cookie_1psidts", apply: setSessionPart(psidts, -1)},
		{name: "Gemini.__Secure-1PSID", apply: setSessionPart(psid, -1)},
		{name: "Gemini.__Secure-1PSIDTS", apply: setSessionPart(psidts, -1)},
		{name: "Proxy.http_proxy", apply: setURL("upstream_proxy", "http")},
		{name: "Server.host", apply: setHost},
		{name: "Server.port", apply: setPort},
		{name: "Logging.level", apply: setLogLevel},
		{name: "Browser.name", reason: "cookies are not read from a browser here; export them"},
		{name: "AI.default_ai", reason: "there is one upstream here"},
		{name: "AI.default_model_gemini", reason: "clients name the model"},
		{name: "EnabledAI.*", reason: "there is one upstream here"},
	},
}
