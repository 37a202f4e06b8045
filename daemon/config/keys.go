package config

import (
	"cmp"
	"path/filepath"

	"github.com/geminid/geminid/gateway/auth"
)

// OpenKeys opens the key file that the settings name. A running daemon sees a
// change by itself. A file that is missing or empty is no error here, because keys
// can be added to it; the Err of the keys says whether a server may start.
func OpenKeys(s Settings) (*auth.Keys, error) {
	return auth.OpenKeys(auth.KeysConfig{Path: KeysPath(s), Mark: keysMark(s), Required: s.KeysFile != ""})
}

// keysMark returns the path of the mark in the state directory that keys were made,
// wherever their file is: a server that loses the file, or the setting that names it,
// still knows of them.
func keysMark(s Settings) string { return filepath.Join(s.StateDir, "keys.made") }

// KeysPath returns the path of the key file.
func KeysPath(s Settings) string { return cmp.Or(s.KeysFile, filepath.Join(s.StateDir, "keys")) }

// serviceKeys is the key file of the running service if systemd passes it one.
var serviceKeys = "/run/credentials/geminid.service/" + keysCredential

// ServiceKeys is the credential from which the running service reads its keys;
// empty when it reads the file of the settings, or these are of another server.
func ServiceKeys(src Sources) string {
	if IsService(src.configPath()) && isFile(serviceKeys) {
		return serviceKeys
	}
	return ""
}
