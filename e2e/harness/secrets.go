package harness

import (
	"encoding/base64"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"sync"
)

var (
	secretsMu sync.Mutex
	secrets   []string
)

// Secret notes a text that no process may ever print: a cookie value, a key, a
// prompt, an answer. It returns the text.
func Secret(text string) string {
	secretsMu.Lock()
	defer secretsMu.Unlock()
	if len(text) >= 8 && !slices.Contains(secrets, text) {
		secrets = append(secrets, text)
	}
	return text
}

// inspect holds the words of all processes against the secrets in the shapes in
// which they leak, and looks for race reports.
func inspect() []string {
	everyoneMu.Lock()
	defer everyoneMu.Unlock()
	secretsMu.Lock()
	defer secretsMu.Unlock()
	var complaints []string
	for _, p := range everyone {
		said := p.Output()
		if at := strings.Index(said, "WARNING: DATA RACE"); at >= 0 {
			complaints = append(complaints, fmt.Sprintf("%s reported a race:\n%s", p.cmd.Path, said[at:min(len(said), at+4000)]))
		}
		for i, secret := range secrets {
			if shape := leaks(said, secret); shape != "" {
				complaints = append(complaints, fmt.Sprintf("%v printed secret %d (%.4s…, %s)", p.cmd.Args, i, secret, shape))
			}
		}
	}
	return complaints
}

// leaks says in which shape a text holds a secret, empty for none.
func leaks(text, secret string) string {
	turned := []byte(secret)
	slices.Reverse(turned)
	for _, shape := range []struct{ name, text string }{
		{"as it is", secret},
		{"percent-encoded", url.QueryEscape(secret)},
		{"in base64", strings.TrimRight(base64.StdEncoding.EncodeToString([]byte(secret)), "=")},
		{"backwards", string(turned)},
	} {
		if strings.Contains(text, shape.text) {
			return shape.name
		}
	}
	return ""
}

// Leaks names the secrets that a text holds, for outputs other than a process'
// own words: an error body, the metrics page.
func Leaks(text string) []string {
	secretsMu.Lock()
	defer secretsMu.Unlock()
	var found []string
	for _, secret := range secrets {
		if shape := leaks(text, secret); shape != "" {
			found = append(found, fmt.Sprintf("%.4s… %s", secret, shape))
		}
	}
	return found
}
