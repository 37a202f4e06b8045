package peers

// webAI is WebAI-to-API: config.conf.
var webAI = peer{
	name: "webai-to-api", usual: "config.conf", read: readINI,
	rules: []rule{
		{name: "Cookies.gemini_cookie_1psid", take: session(psid, -1)},
		{name: "Cookies.gemini_cookie_1psidts", take: session(psidts, -1)},
		{name: "Gemini.__Secure-1PSID", take: session(psid, -1)},
		{name: "Gemini.__Secure-1PSIDTS", take: session(psidts, -1)},
		{name: "Proxy.http_proxy", take: link("upstream_proxy", "http")},
		{name: "Server.host", take: host},
		{name: "Server.port", take: port},
		{name: "Logging.level", take: logLevel},
		{name: "Browser.name", why: "cookies are not read from a browser here; export them"},
		{name: "AI.default_ai", why: "there is one upstream here"},
		{name: "AI.default_model_gemini", why: "clients name the model"},
		{name: "EnabledAI.*", why: "there is one upstream here"},
	},
}
