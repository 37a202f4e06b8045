package api

import (
	"bytes"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"html/template"
	"net/http"

	"github.com/geminid/geminid/chat"
	"github.com/geminid/geminid/supervisor"
)

//go:embed page.html
var pageHTML string

//go:embed page.css
var pageCSS string

var (
	pageTemplate = template.Must(template.New("page").Parse(pageHTML))
	pagePolicy   = "default-src 'none'; style-src 'sha256-" + digest64(pageCSS) + "'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)

func digest64(s string) string {
	sum := sha256.Sum256([]byte(s))
	return base64.StdEncoding.EncodeToString(sum[:])
}

// sentences say in one line what a state means for the person who asks.
var sentences = map[supervisor.State]string{
	supervisor.Healthy:     "The session is signed in and serving.",
	supervisor.Expiring:    "The session serves, and its end is near.",
	supervisor.Degraded:    "The session serves, but Gemini answers badly or in a way that is not understood.",
	supervisor.Unknown:     "A session is loaded and not proven yet.",
	supervisor.RateLimited: "Gemini asked this server to slow down.",
	supervisor.Blocked:     "Gemini refuses this server's address or account for now.",
	supervisor.Expired:     "The session has ended.",
	supervisor.Missing:     "There is no session yet.",
}

// page is the front door for people: the state in a word and what to do.
// Everything more needs a key.
func (a *API) page(x *exchange, _ *http.Request) {
	best, _, remedy := a.supervisor.Overall()
	var body bytes.Buffer
	err := pageTemplate.Execute(&body, map[string]any{
		"Word": word(best), "Sentence": sentences[best], "Remedy": remedy, "Ready": a.supervisor.Ready(),
		"CSS": template.CSS(pageCSS), // ours, not a client's
	})
	if err != nil {
		x.fail(chat.AsError(err))
		return
	}
	header := x.Header()
	header.Set("Content-Type", "text/html; charset=utf-8")
	header.Set("Content-Security-Policy", pagePolicy)
	header.Set("Referrer-Policy", "no-referrer")
	header.Set("Cache-Control", "no-store")
	x.WriteHeader(http.StatusOK)
	_, _ = x.Write(body.Bytes()) // a reader who is gone needs no answer
}
