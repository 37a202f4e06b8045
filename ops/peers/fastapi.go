package peers

import "strings"

// The reasons that come back.
const (
	rotationLearned = "the pace of renewals is learned here"
	notStored       = "conversations are not stored here"
	perKey          = "what a client may see in a browser follows from its key here"
	accountModels   = "models are those of the account here; see models and aliases"
	promptLimit     = "Google cuts what is longer than about 130,000 bytes, so that goes up as a file here; see max_prompt_bytes"
)

// fastAPI is Gemini-FastAPI: config/config.yaml, or the same as CONFIG_…
// variables with __ between the parts.
var fastAPI = peer{
	name: "gemini-fastapi", settingsFile: "config.yaml",
	read: readFirstOf(readYAML, readFastAPIEnv),
	rules: []rule{
		{name: "server.host", apply: setHost},
		{name: "server.port", apply: setPort},
		{name: "server.api_key", apply: addKeys(false)},
		{name: "server.https.enabled", apply: setHTTPS},
		{name: "server.https.cert_file", apply: setPEMFile("tls_cert")},
		{name: "server.https.key_file", apply: setPEMFile("tls_key")},
		{name: "gemini.clients.*.id", apply: setSessionPart(label, 2)},
		{name: "gemini.clients.*.secure_1psid", apply: setSessionPart(psid, 2)},
		{name: "gemini.clients.*.secure_1psidts", apply: setSessionPart(psidts, 2)},
		{name: "gemini.clients.*.proxy", apply: addProxy},
		{name: "gemini.timeout", apply: setSeconds("first_byte_timeout")},
		{name: "gemini.watchdog_timeout", apply: setSeconds("idle_timeout")},
		{name: "gemini.max_chars_per_request", reason: promptLimit},
		{name: "gemini.chat_mode", apply: fastAPIChat},
		{name: "gemini.auto_refresh", reason: "sessions are always renewed here"},
		{name: "gemini.refresh_interval", reason: rotationLearned},
		{name: "gemini.verbose", reason: "see log_level"},
		{name: "gemini.model_strategy", reason: accountModels},
		{name: "gemini.models.*.model_name", reason: accountModels},
		{name: "gemini.guest_mode", reason: "there are no answers without a session here"},
		{name: "cors.enabled", reason: perKey},
		{name: "storage.path", reason: notStored},
		{name: "storage.max_size", reason: notStored},
		{name: "storage.retention_days", reason: notStored},
		{name: "logging.level", apply: setLogLevel},
	},
}

func fastAPIChat(f *Found, v value) error {
	mode := "keep"
	if strings.EqualFold(v.text, "temporary") {
		mode = "temporary"
	}
	return f.setSetting("chat_mode", mode)
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
