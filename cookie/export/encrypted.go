package export

import (
	"slices"
	"strings"

	"github.com/tidwall/gjson"

	"github.com/geminid/geminid/cookie"
)

// encryptedHeads are the first characters of encrypted texts: those of OpenSSL and
// CryptoJS (CookieCloud), PGP, age, Ansible.
var encryptedHeads = []string{
	"U2FsdGVkX1", "-----BEGIN PGP MESSAGE-----", "-----BEGIN AGE ENCRYPTED FILE-----", "age-encryption.org/", "$ANSIBLE_VAULT;",
}

// encryptedKeys are the keys, in lower case, of a JSON object that is encrypted.
var encryptedKeys = []string{"encrypted", "ciphertext", "cipher_text", "encrypteddata", "encrypted_data"}

// refuseEncrypted refuses a text that begins as encrypted ones do.
func refuseEncrypted(text string) *cookie.Rejection {
	if slices.ContainsFunc(encryptedHeads, func(head string) bool { return strings.HasPrefix(text, head) }) {
		return rejectEncrypted()
	}
	return nil
}

// isEncryptedJSON reports whether a document says that it is encrypted.
func isEncryptedJSON(root gjson.Result) bool {
	encrypted := false
	root.ForEach(func(key, value gjson.Result) bool {
		says := value.Type == gjson.True || value.Type == gjson.String && value.Str != ""
		encrypted = says && slices.Contains(encryptedKeys, strings.ToLower(key.Str))
		return !encrypted
	})
	return encrypted
}

func rejectEncrypted() *cookie.Rejection {
	return cookie.Reject(cookie.CodeEncrypted, "is encrypted, and the server has no password for it. Export the cookies without encryption, "+
		"or decrypt the file first.")
}
