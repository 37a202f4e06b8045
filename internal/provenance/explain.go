package provenance

import (
	"cmp"
	"fmt"
	"net/http"
	"net/url"
	"strings"
)

// Explanation names a foreign answer and the step to take, in one
// sentence each.
type Explanation struct {
	Kind Kind
	What string // names the status and, if it said so, the program that answered
	Next string
}

// goAround is the way past everything that stands before the server.
const goAround = "go around it: ssh -L 8100:127.0.0.1:8100 HOST, then http://127.0.0.1:8100"

// causes and remedies hold the sentences of each kind.
var (
	causes = map[Kind]string{
		SignIn:   "something before geminid wants a name and a password of its own",
		Denied:   "something before geminid refuses the request",
		Hidden:   "a web server before geminid keeps this path inside, or geminid is not at this address",
		TooLarge: "a web server before geminid takes no body of this size",
		Limited:  "something before geminid limits requests",
		Gateway:  "the web server is there, and geminid behind it does not answer",
		Webpage:  "the answer is not geminid's: a page of this network (a portal to sign in at?) or of another program",
		Other:    "the answer is not geminid's",
	}
	remedies = map[Kind]string{
		Redirect: "give the address that it leads to; if that is a page to sign in at, let the proxy pass requests on without it (geminid checks keys itself), or " + goAround,
		SignIn:   "let it pass requests on without them (geminid checks keys itself), or " + goAround,
		Denied:   "allow it there, or " + goAround,
		Hidden:   "check the address; for administration open the path in the web server (the Caddyfile and nginx.conf of geminid say how), or " + goAround,
		TooLarge: "raise its limit (nginx: client_max_body_size 0), or send less",
		Limited:  "wait, or raise its limit",
		Gateway:  "on the server: systemctl status geminid",
		Webpage:  "open the address in a browser and look who answers",
		Other:    "check the address, and what stands before the server",
	}
)

// ExplainForeign explains an answer that is not the server's own. It reads no body, and
// quotes neither a query nor anything that holds a terminal's control characters.
func ExplainForeign(r *http.Response) Explanation {
	kind := ClassifyStatus(r.StatusCode)
	cause := causes[kind]
	if kind == Redirect {
		cause = "the answer is a redirect to " + cmp.Or(redirectTarget(r), "nowhere")
	}
	who := ""
	if name := printableWord(r.Header.Get("Server")); name != "" {
		who = ", by " + name
	}
	return Explanation{
		Kind: kind, Next: remedies[kind],
		What: fmt.Sprintf("%s (%s%s)", cause, strings.TrimSpace(fmt.Sprint(r.StatusCode, " ", http.StatusText(r.StatusCode))), who),
	}
}

// redirectTarget returns where a redirect leads, without its query, which may hold a token;
// empty if it leads nowhere.
func redirectTarget(r *http.Response) string {
	u, err := url.Parse(r.Header.Get("Location"))
	if err != nil || u.String() == "" {
		return ""
	}
	if r.Request != nil && r.Request.URL != nil {
		u = r.Request.URL.ResolveReference(u)
	}
	return printableWord((&url.URL{Scheme: u.Scheme, Host: u.Host, Path: u.Path}).String())
}

// printableWord returns a word of a header as far as it can be shown, empty if it cannot.
func printableWord(text string) string {
	const longest = 100
	if len(text) > longest || strings.ContainsFunc(text, func(r rune) bool { return r < ' ' || r > '~' }) {
		return ""
	}
	return text
}
