package geminiweb

import (
	"context"
	"fmt"

	"github.com/geminid/geminid/chat"
	"github.com/geminid/geminid/cookie"
	"github.com/geminid/geminid/upstream/geminiweb/wire"
)

const rpcStatus = "otAQ7b"

// Probe finds out whether a set is signed in. The status RPC decides. The page is
// read if this generation has none yet, if it could not be read after the last
// rotation, or if the RPC leaves a doubt. Probe returns no error, because a
// failure is evidence like any other. Finding.Set is set if the upstream
// refreshed cookies. A session that is signed in and whose questions are refused
// for their form is reported as drift. It blocks for two calls at most of 20
// seconds each, or three if a token has to be renewed.
func (c *Client) Probe(ctx context.Context, set cookie.Set) cookie.Finding {
	if set.IsZero() {
		return cookie.Finding{Evidence: cookie.SignedOut, Detail: "no session cookie"}
	}
	s, cached := c.sessions.Get(set.Key())
	var extra []cookie.Named
	if !cached || s.stale {
		read, news, err := c.refreshSession(ctx, set)
		switch {
		case err == nil:
			s, extra = read, news
		case !cached || findingOf(err).Evidence != cookie.Transient:
			return c.withCookies(findingOf(err), set, news)
		}
	}
	finding, news := c.callStatus(ctx, s, set)
	extra = append(extra, news...)
	if isDoubtful(finding) && cached {
		read, news, err := c.refreshSession(ctx, set)
		extra = append(extra, news...)
		if err != nil {
			return c.withCookies(findingOf(err), set, extra)
		}
		s = read
	}
	if isDoubtful(finding) && !s.tokenOnPage {
		finding = cookie.Finding{Evidence: cookie.SignedOut, Detail: finding.Detail + ", and the page is without access token"}
	}
	if finding.Evidence == cookie.SignedIn {
		if current, ok := c.sessions.Get(set.Key()); ok && current.pages >= s.pages {
			s = current // perhaps with another token since
		}
		c.storeSession(set, s)
		finding.Account, finding.PageRead = s.Account, s.readAt
		if cached { // whoever offers a session waits for its first probe
			c.addStanding(ctx, s, set, &finding)
		}
		finding = s.doubt.judgeProbe(finding, c.cfg.Now())
	}
	return c.withCookies(finding, set, extra)
}

// isDoubtful reports whether the page must help to judge: the status RPC was
// refused without a reason.
func isDoubtful(f cookie.Finding) bool {
	return f.Evidence == cookie.WeakOut || f.Evidence == cookie.Silent
}

// withCookies adds to a finding the set with the cookies that were refreshed. If
// the session's other cookies were refused it has none of them any more.
func (c *Client) withCookies(f cookie.Finding, set cookie.Set, extra []cookie.Named) cookie.Finding {
	switch refused := c.sendsPairOnly(set); {
	case refused && f.Evidence == cookie.SignedIn && len(set.Extra()) > 0:
		f.Set = set.WithoutExtra()
	case !refused && len(extra) > 0:
		f.Set = set.WithExtra(extra, c.cfg.Now())
	}
	return f
}

// callStatus calls the status RPC, judges its answer and remembers the plan and
// the models of the account.
func (c *Client) callStatus(ctx context.Context, s *session, set cookie.Set) (cookie.Finding, []cookie.Named) {
	body, extra, err := c.callRPC(ctx, s, set, rpcStatus, "[]")
	if err != nil {
		return findingOf(err), extra
	}
	read, ok := wire.ParseAccount(body)
	if !ok {
		c.cfg.Drifted("schema")
		return cookie.Finding{Evidence: cookie.Drift, Detail: "status RPC of another shape"}, extra
	}
	finding := judgeStatus(read.Status)
	if finding.Evidence == cookie.SignedIn {
		a := account{Account: read, known: true}
		a.models = c.listModels(a)
		c.accounts.Add(set.Identity(), a)
	}
	return finding, extra
}

// accountStatuses are the account statuses other than 1000, which is "signed in".
var accountStatuses = map[int]struct {
	evidence cookie.Evidence
	means    string
}{
	1014: {cookie.Transient, "temporarily unavailable"},
	1016: {cookie.SignedOut, "signed out"},
	1021: {cookie.Action, "Gemini rejects this account"},
	1033: {cookie.SignedIn, "signed in, with some features off"},
	1040: {cookie.Action, "terms of use are waiting to be accepted in the browser"},
	1042: {cookie.Action, "new terms of use are waiting to be accepted in the browser"},
	1054: {cookie.Action, "blocked by the account's guardian"},
	1057: {cookie.Action, "the account's guardian must approve"},
	1060: {cookie.Action, "Gemini is not offered where this server is"},
}

func judgeStatus(code int) cookie.Finding {
	if code == 0 || code == 1000 {
		return cookie.Finding{Evidence: cookie.SignedIn, Detail: "status RPC: signed in"}
	}
	s, ok := accountStatuses[code]
	if !ok {
		s.evidence, s.means = cookie.Drift, "unknown"
	}
	return cookie.Finding{Evidence: s.evidence, Detail: fmt.Sprintf("status RPC %d: %s", code, s.means)}
}

// Models returns the model list for a set: the table, and the models that the last
// status call of its account listed. It does not block. The list is shared and must
// not be changed.
func (c *Client) Models(set cookie.Set) []chat.Model {
	if a := c.accountOf(set); a.known {
		return a.models
	}
	return c.models
}

// accountOf returns the account of a set, the zero account if it is not known.
func (c *Client) accountOf(set cookie.Set) account {
	a, _ := c.accounts.Get(set.Identity())
	return a
}
