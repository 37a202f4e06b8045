package responses

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"strings"
)

// sealKey signs thoughts. It changes with each start; what was signed before is then
// like what another server has signed.
var sealKey = []byte(rand.Text())

// sealThoughts returns thoughts in the form of encrypted_content: signed, so that they
// can be read again, and not secret, as the client is shown them too.
func sealThoughts(text string) string {
	return "gmd_" + base64.RawURLEncoding.EncodeToString(append(signThoughts(text), text...))
}

// openThoughts returns the thoughts that were sealed; ok is false if this server did not
// seal them.
func openThoughts(sealed string) (text string, ok bool) {
	rest, ok := strings.CutPrefix(sealed, "gmd_")
	if !ok {
		return "", false
	}
	data, err := base64.RawURLEncoding.DecodeString(rest)
	if err != nil || len(data) < sha256.Size {
		return "", false
	}
	text = string(data[sha256.Size:])
	return text, hmac.Equal(data[:sha256.Size], signThoughts(text))
}

func signThoughts(text string) []byte {
	mac := hmac.New(sha256.New, sealKey)
	_, _ = mac.Write([]byte(text))
	return mac.Sum(nil)
}
