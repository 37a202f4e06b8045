package daemon

import (
	"path/filepath"

	"github.com/geminid/geminid/api"
)

// Keys are the keys of clients; only their hashes are kept.
type Keys = api.Keys

// KeysPath is the key file of a state directory.
func KeysPath(stateDir string) string { return filepath.Join(stateDir, "keys") }

// OpenKeys opens the key file of the settings' state directory. A running daemon
// sees a change by itself.
func OpenKeys(s Settings) (*Keys, error) { return api.OpenKeys(KeysPath(s.StateDir)) }

// FixedKeys are two keys that live in memory only, for the demo.
func FixedKeys(client, admin string) *Keys {
	return api.StaticKeys(
		api.Key{Name: "demo", Role: api.RoleAPI, Digest: api.DigestOf(client)},
		api.Key{Name: "demo-admin", Role: api.RoleAdmin, Digest: api.DigestOf(admin)})
}
