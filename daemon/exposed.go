package daemon

import (
	"fmt"
	"os"
	"reflect"
	"strings"
)

// ExposedFiles tells what every user of the machine may read and should not, in one
// sentence for each file with the cure: the configuration when a secret stands in
// it, and the key of the certificate. A file that is away or can not be looked at
// exposes nothing.
func ExposedFiles(src Sources, s Settings) (sentences []string) {
	config := src.configPath()
	for _, file := range []struct{ path, what string }{{config, firstSecretKey(config)}, {s.TLSKey, "tls_key"}} {
		if file.what != "" && isWorldReadable(file.path) {
			sentences = append(sentences, fmt.Sprintf("every user may read %s, which holds %s; run chmod o= on it", file.path, file.what))
		}
	}
	return sentences
}

func isWorldReadable(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().Perm()&0o004 != 0
}

// firstSecretKey is the first key of a configuration file that holds a secret, empty
// when there is none. A file that can not be read was refused by Load.
func firstSecretKey(path string) string {
	body, _ := os.ReadFile(path)
	set, _ := readYAML(path, body)
	var s Settings
	for i, key := range SettingNames() {
		if g, ok := set[key]; ok && g.decodeInto(reflect.ValueOf(&s).Elem().Field(i)) &&
			(s.HoldsSecrets() || strings.Contains(s.UpstreamProxy, "@")) {
			return key
		}
	}
	return ""
}
