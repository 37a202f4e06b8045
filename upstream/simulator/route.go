package simulator

import (
	"net"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// Operation names a kind of call in faults, counts and the journal.
type Operation string

// The operations. A fault or a count may also name a single RPC by its id.
const (
	OpGoogle     Operation = "google"      // www.google.com/, the preflight
	OpPage       Operation = "page"        // the app page
	OpRotate     Operation = "rotate"      // RotateCookies
	OpRotatePage Operation = "rotate_page" // the browser's keep-alive frame
	OpRPC        Operation = "rpc"         // batchexecute
	OpGenerate   Operation = "generate"    // StreamGenerate
	OpUpload     Operation = "upload"
	OpMedia      Operation = "media"
	OpOther      Operation = "other" // sign-in, consent and sorry pages, 404
)

// The hosts of the upstream that the simulator plays.
const (
	hostGemini   = "gemini.google.com"
	hostAccounts = "accounts.google.com"
	hostGoogle   = "www.google.com"
	hostConsent  = "consent.google.com"
	hostPush     = "content-push.googleapis.com"
	hostPushNew  = "push.clients6.google.com"
	hostMedia    = "lh3.googleusercontent.com"
	hostThumbs   = "encrypted-tbn0.gstatic.com"
	hostMiddle   = "work.fife.usercontent.google.com"
	hostContrib  = "contribution.usercontent.google.com"
)

const (
	pathRPC      = "/_/BardChatUi/data/batchexecute"
	pathGenerate = "/_/BardChatUi/data/assistant.lamda.BardFrontendService/StreamGenerate"
)

// route is one row of the table: a path that ends in / stands for all below it.
type route struct {
	hosts []string
	path  string
	op    Operation
	serve func(*call)
}

// routes is searched from the top. "/" is both Google's front page and, on the
// app's host, a redirect to the app, so the more special row comes first.
var routes = []route{
	{[]string{hostGemini}, "/app", OpPage, (*call).servePage},
	{[]string{hostGemini}, pathRPC, OpRPC, (*call).serveBatch},
	{[]string{hostGemini}, pathGenerate, OpGenerate, (*call).serveGenerate},
	{[]string{hostAccounts}, "/RotateCookies", OpRotate, (*call).serveRotate},
	{[]string{hostAccounts}, "/RotateCookiesPage", OpRotatePage, (*call).rotatePage},
	{[]string{hostAccounts}, "/RotateBoundCookies", OpRotatePage, (*call).rotateBound},
	{[]string{hostAccounts}, "/ServiceLogin", OpOther, (*call).signIn},
	{[]string{hostAccounts}, "/v3/signin/", OpOther, (*call).signIn},
	{[]string{hostConsent}, "/m", OpOther, (*call).consentPage},
	{[]string{hostGoogle}, "/sorry/index", OpOther, (*call).sorryPage},
	{[]string{hostPush, hostPushNew}, "/upload", OpUpload, (*call).uploadForm},
	{[]string{hostPush, hostPushNew}, "/upload/", OpUpload, (*call).uploadResumable},
	{[]string{hostMedia}, "/gg-dl/", OpMedia, (*call).mediaStart},
	{[]string{hostMedia, hostMiddle}, "/rd-gg-dl/", OpMedia, (*call).mediaHop},
	{[]string{hostMedia, hostMiddle}, "/rd-gg/", OpMedia, (*call).mediaHop},
	{[]string{hostMedia}, "/preview/", OpMedia, (*call).mediaPreview},
	{[]string{hostThumbs}, "/images", OpMedia, (*call).mediaPreview},
	{[]string{hostContrib}, "/download", OpMedia, (*call).mediaFile},
	{[]string{hostGoogle}, "/", OpGoogle, (*call).serveGoogle},
	{[]string{hostGemini}, "/", OpPage, (*call).toApp},
}

var nowhere = route{path: "", op: OpOther, serve: (*call).notFound}

// findRoute returns the route of a request, its Host without port, whether that is
// one of the upstream's, and the number in a /u/N prefix (0 without one).
func findRoute(r *http.Request) (rt route, host string, known bool, user int) {
	host = strings.ToLower(r.Host)
	if h, _, err := net.SplitHostPort(host); err == nil {
		host = h
	}
	known = isUpstream(host)
	path := r.URL.Path
	if host == hostGemini || !known {
		path, user = cutUser(path)
	}
	for _, rt := range routes {
		if rt.matchesRequest(path) && (!known || rt.servesHost(host)) {
			return rt, host, known, user
		}
	}
	return nowhere, host, known, user
}

func isUpstream(host string) bool {
	return slices.ContainsFunc(routes, func(rt route) bool { return rt.servesHost(host) })
}

func (rt route) servesHost(host string) bool { return slices.Contains(rt.hosts, host) }

func (rt route) matchesRequest(path string) bool {
	if rt.path == "/" || !strings.HasSuffix(rt.path, "/") {
		return path == rt.path
	}
	return strings.HasPrefix(path, rt.path)
}

// cutUser takes a multi-login prefix off a path: "/u/1/app" is "/app" of user 1.
func cutUser(path string) (string, int) {
	rest, ok := strings.CutPrefix(path, "/u/")
	if !ok {
		return path, 0
	}
	digits, rest, ok := strings.Cut(rest, "/")
	n, err := strconv.Atoi(digits)
	if !ok || err != nil || n < 0 {
		return path, 0
	}
	return "/" + rest, n
}
