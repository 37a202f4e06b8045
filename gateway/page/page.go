package page

import (
	"bytes"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"net/http"
	"time"
)

// View holds the facts that the page shows to everybody.
type View struct {
	// State is the best account's state: healthy, expiring, degraded, unknown,
	// suspect, unreachable, rate_limited, blocked, expired, missing or unreadable.
	State string
	// Fault names why the upstream cannot be reached, empty if it can.
	Fault string
	// Word is the state's name for scripts.
	Word string
	// Remedy is the step for a person, in English; empty if there is none.
	Remedy string
	// Accounts counts the accounts by state, worst first; empty if there are fewer
	// than two.
	Accounts []Count
	// Retry is how long the upstream is not asked after it refused, zero if it is asked.
	Retry time.Duration
	// Ready says that questions are answered.
	Ready bool
	// Base is the address at which clients find the server, without a slash at
	// the end.
	Base string
	// Models are the names that clients may ask for.
	Models []string
}

// Count is how many accounts are in a state, paused being one.
type Count struct {
	State string
	N     int
}

//go:embed page.html
var html string

//go:embed page.css
var style string

// policy lets the page's own style and script run and talk to its own server,
// and nothing else. Text cannot become script in it: trusted types forbid the
// ways in which it could.
var policy = "default-src 'none'; script-src 'sha256-" + hashForPolicy(script) + "'; style-src 'sha256-" + hashForPolicy(style) + "'; " +
	"connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; " +
	"require-trusted-types-for 'script'; trusted-types 'none'"

func hashForPolicy(s string) string {
	sum := sha256.Sum256([]byte(s))
	return base64.StdEncoding.EncodeToString(sum[:])
}

// ServePage answers with the page, in the language that the request prefers. An
// error means that nothing was written yet.
func ServePage(w http.ResponseWriter, r *http.Request, v View) error {
	l := matchLocale(r.Header.Get("Accept-Language"))
	var body bytes.Buffer
	err := l.template.Execute(&body, map[string]any{
		"View": v, "Lang": l.name, "Texts": l.texts, "Sentence": l.stateSentence(v), "Todo": l.stateRemedy(v),
		"Others":  l.otherAccounts(v),
		"Clients": l.clientSettings(v),
		"Style":   template.CSS(style), "Script": template.JS(script), // ours, not a client's
	})
	if err != nil {
		return fmt.Errorf("making the status page: %w", err)
	}
	header := w.Header()
	header.Set("Content-Type", "text/html; charset=utf-8")
	header.Set("Content-Language", l.name)
	header.Add("Vary", "Accept-Language")
	header.Set("Cache-Control", "no-store")
	header.Set("Content-Security-Policy", policy)
	header.Set("Cross-Origin-Opener-Policy", "same-origin")
	header.Set("Cross-Origin-Resource-Policy", "same-origin")
	header.Set("Referrer-Policy", "no-referrer")
	w.WriteHeader(http.StatusOK)
	_, _ = w.Write(body.Bytes()) // a reader who is gone needs no answer
	return nil
}
