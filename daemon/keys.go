package daemon

import (
	"cmp"
	"path/filepath"

	"github.com/geminid/geminid/api"
)

// Keys are the keys of clients; only their hashes are kept.
type Keys = api.Keys

// OpenKeys opens the key file that the settings name. A running daemon sees a
// change by itself.
func OpenKeys(s Settings) (*Keys, error) {
	return api.OpenKeys(KeysPath(s))
}

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
