package daemon

import (
	"cmp"
	"path/filepath"

	"github.com/geminid/geminid/gateway/api"
)

// Keys are the keys of clients; only their hashes are kept.
type Keys = api.Keys

// OpenKeys opens the key file that the settings name. A running daemon sees a
// change by itself. A file that is missing or empty is no error here, because keys
// can be added to it; the Err of the keys says whether a server may start.
func OpenKeys(s Settings) (*Keys, error) {
	return api.OpenKeys(api.KeysConfig{Path: KeysPath(s), Mark: keysMark(s), Required: s.KeysFile != ""})
}

// keysMark is what a key leaves in the state directory, wherever its file is: a
// server that loses the file, or the setting that names it, still knows of it.
func keysMark(s Settings) string { return filepath.Join(s.StateDir, "keys.made") }

// KeysPath is where the key file of the settings is.
func KeysPath(s Settings) string { return cmp.Or(s.KeysFile, filepath.Join(s.StateDir, "keys")) }

// CheckKeyName tells whether a key may have a name.
func CheckKeyName(name string) error { return api.CheckKeyName(name) }

// serviceKeys is the key file of the running service when systemd passes it one.
var serviceKeys = "/run/credentials/geminid.service/" + keysCredential

// ServiceKeys is the credential from which the running service reads its keys;
// empty when it reads the file of the settings, or these are of another server.
func ServiceKeys(src Sources) string {
	if IsService(src.file()) && isFile(serviceKeys) {
		return serviceKeys
	}
	return ""
}

// RoleAPI is the role of the keys that ask questions.
const RoleAPI = api.RoleAPI

// RoleAdmin is the role of the keys that may see and change the sessions.
const RoleAdmin = api.RoleAdmin

// ErrKeyExists is the error of a key whose name is taken.
var ErrKeyExists = api.ErrKeyExists

// FixedKeys are two keys that live in memory only, for the demo.
func FixedKeys(client, admin string) *Keys {
	return api.StaticKeys(
		api.Key{Name: "demo", Role: api.RoleAPI, Digest: api.DigestOf(client)},
		api.Key{Name: "demo-admin", Role: api.RoleAdmin, Digest: api.DigestOf(admin)})
}
