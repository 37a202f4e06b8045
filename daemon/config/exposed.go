package config

import (
	"fmt"
	"os"
	"strings"
)

// ExposedFiles names the files that every user of the machine may read and should
// not, in one sentence each with the cure: the configuration if a secret stands in
// it, and the key of the certificate. A file that is away or cannot be looked at
// exposes nothing.
func (s *Settings) ExposedFiles() (sentences []string) {
	for _, file := range []struct{ path, key string }{{s.sources().file, s.firstSecretKey()}, {s.TLSKey, "tls_key"}} {
		if file.key != "" && isWorldReadable(file.path) {
			sentences = append(sentences, fmt.Sprintf("every user may read %s, which holds %s; run chmod o= on it", file.path, file.key))
		}
	}
	return sentences
}

func isWorldReadable(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().Perm()&0o004 != 0
}

// firstSecretKey returns the first key that has a secret in the configuration file,
// even if another source wins. It is empty if there is none.
func (s *Settings) firstSecretKey() string {
	for _, key := range keys {
		var alone Settings
		if value, ok := s.sources().inFile[key.Name]; ok && value.decodeInto(key.fieldOf(&alone)) &&
			(alone.HoldsSecrets() || strings.Contains(alone.UpstreamProxy, "@")) {
			return key.Name
		}
	}
	return ""
}
