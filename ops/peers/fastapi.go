package peers

import "strings"

// The reasons that come back.
const (
	learned   = "the pace of renewals is learned here"
	ownStore  = "conversations are not stored here"
	perClient = "what a client may see in a browser follows from its key here"
	choosy    = "models are those of the account here; see models and aliases"
	bounded   = "Google cuts what is longer than about 130,000 bytes, so that goes up as a file here; see max_prompt_bytes"
)

// fastAPI is Gemini-FastAPI: config/config.yaml, or the same as CONFIG_…
// variables with __ between the parts.
var fastAPI = peer{
	name: "gemini-fastapi", usual: "config.yaml",
	read: either(readYAML, readFastAPIEnv),
	rules: []rule{
		{name: "server.host", take: host},
		{name: "server.port", take: port},
		{name: "server.api_key", take: key(false)},
		{name: "server.https.enabled", take: https},
		{name: "server.https.cert_file", take: pem("tls_cert")},
		{name: "server.https.key_file", take: pem("tls_key")},
		{name: "gemini.clients.*.id", take: session(label, 2)},
		{name: "gemini.clients.*.secure_1psid", take: session(psid, 2)},
		{name: "gemini.clients.*.secure_1psidts", take: session(psidts, 2)},
		{name: "gemini.clients.*.proxy", take: proxy},
		{name: "gemini.timeout", take: seconds("first_byte_timeout")},
		{name: "gemini.watchdog_timeout", take: seconds("idle_timeout")},
		{name: "gemini.max_chars_per_request", why: bounded},
		{name: "gemini.chat_mode", take: fastAPIChat},
		{name: "gemini.auto_refresh", why: "sessions are always renewed here"},
		{name: "gemini.refresh_interval", why: learned},
		{name: "gemini.verbose", why: "see log_level"},
		{name: "gemini.model_strategy", why: choosy},
		{name: "gemini.models.*.model_name", why: choosy},
		{name: "gemini.guest_mode", why: "there are no answers without a session here"},
		{name: "cors.enabled", why: perClient},
		{name: "storage.path", why: ownStore},
		{name: "storage.max_size", why: ownStore},
		{name: "storage.retention_days", why: ownStore},
		{name: "logging.level", take: logLevel},
	},
}

func fastAPIChat(f *Found, v value) error {
	mode := "keep"
	if strings.EqualFold(v.text, "temporary") {
		mode = "temporary"
	}
	return f.set("chat_mode", mode)
}

// readFastAPIEnv reads CONFIG_SERVER__API_KEY as server.api_key.
func readFastAPIEnv(content []byte) ([]value, error) {
	values, err := readEnv(content)
	var out []value
	for _, v := range values {
		if name, ok := strings.CutPrefix(v.name, "CONFIG_"); ok {
			out = append(out, value{strings.ToLower(strings.ReplaceAll(name, "__", ".")), v.text})
		}
	}
	return out, err
}
