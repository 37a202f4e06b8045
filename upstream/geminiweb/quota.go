package geminiweb

import (
	"context"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/tidwall/gjson"

	"github.com/geminid/geminid/cookie"
	"github.com/geminid/geminid/upstream/geminiweb/frame"
	"github.com/geminid/geminid/upstream/geminiweb/wire"
)

// quotaTimeout bounds the call for quotas, which a probe can do without.
const quotaTimeout = 8 * time.Second

// quotaCalls are the procedures that say what an account has left, made in one call.
var quotaCalls = []rpcCall{
	{"jSf9Qc", "[]"},
	{"qpEbW", "[[[1,11],[1,15],[1,4]]]"},
	{"aPya6c", "[]"},
	{"GPRiHf", "[]"},
}

// standing is what is known of an account's allowances.
type standing struct {
	asked  time.Time
	quotas []cookie.Quota
	abuse  int // code of a restriction, 0 for none
}

// addStanding adds the account's quotas and a restriction of it to a finding, asked for
// anew if that is due, if a question was refused since, and as long as the account is
// restricted. It says nothing about the session when they cannot be had.
func (c *Client) addStanding(ctx context.Context, s *session, set cookie.Set, f *cookie.Finding) {
	if c.cfg.QuotaEvery <= 0 {
		return
	}
	known, _ := c.standings.Get(set.Identity())
	refused := s.doubt.refusedSignIn()
	if now := c.cfg.Now(); known.asked.IsZero() || now.Sub(known.asked) >= c.cfg.QuotaEvery || refused.After(known.asked) || known.abuse != 0 {
		known.asked = now
		if read, err := c.callQuotas(ctx, s, set); err == nil {
			known.quotas, known.abuse = read.quotas, read.abuse
		}
		c.standings.Add(set.Identity(), known)
	}
	f.Quotas, f.Restriction = known.quotas, known.abuse
	if known.abuse == 0 {
		return
	}
	f.Evidence = cookie.Action
	if f.Detail = fmt.Sprintf("signed in, but Google restricts this account (code %d)", known.abuse); !refused.IsZero() {
		f.Evidence, f.Detail = cookie.Restricted, f.Detail+" and refuses its questions"
	}
}

// callQuotas asks all procedures in one call. Refused ones are left out.
func (c *Client) callQuotas(ctx context.Context, s *session, set cookie.Set) (read standing, err error) {
	ctx, cancel := context.WithTimeout(ctx, quotaTimeout)
	defer cancel()
	start := c.cfg.Now()
	defer func() { c.observeCall("batch", start, err) }()
	req, err := c.newBatch(ctx, s, "/usage", quotaCalls)
	if err != nil {
		return read, err
	}
	resp, err := c.sendRequest(req, set)
	if err != nil {
		return read, callError(ctx, err)
	}
	defer resp.Body.Close()
	if _, err := c.checkResponse(resp); err != nil {
		return read, err
	}
	frames := frame.NewReader(io.LimitReader(resp.Body, batchLimit))
	defer frames.Release()
	for {
		piece, err := frames.ReadFrame()
		if err != nil {
			return read, nil // what came before is good
		}
		if wire.ValidJSON(piece) {
			read.addFrame(piece)
		} else {
			frames.CutAgain()
		}
	}
}

func (s *standing) addFrame(piece []byte) {
	find := func(id string) (gjson.Result, bool) {
		body, refused, found := wire.FindCall(piece, id)
		return body, found && refused == nil
	}
	if body, ok := find("jSf9Qc"); ok {
		s.quotas = append(s.quotas, parseUsage(body)...)
	}
	if body, ok := find("qpEbW"); ok {
		s.quotas = append(s.quotas, parseModelQuotas(body)...)
	}
	if body, ok := find("aPya6c"); ok {
		if extras, ok := parseExtras(body); ok {
			s.quotas = append(s.quotas, extras)
		}
	}
	if body, ok := find("GPRiHf"); ok {
		s.abuse = parseAbuse(body)
	}
}

// quotaWait is how long a refusal for a used up limit lasts, as far as the account's
// quotas tell; 0 if they do not.
func (c *Client) quotaWait(set cookie.Set, class Class) (wait time.Duration) {
	known, _ := c.standings.Get(set.Identity())
	now := c.cfg.Now()
	for _, q := range known.quotas {
		if (q.Model == cookie.EveryModel || q.Model == familyNames[class]) && q.UsedUp(now) && !q.Reset.IsZero() {
			wait = max(wait, q.Reset.Sub(now))
		}
	}
	return min(wait, 24*time.Hour)
}

// familyNames are the classes as quotas name them.
var familyNames = map[Class]string{Fast: "flash", Thinking: "thinking", Pro: "pro"}

// rpcIDs joins the ids of calls for the query.
func rpcIDs(calls []rpcCall) string {
	ids := make([]string, len(calls))
	for i, call := range calls {
		ids[i] = call.id
	}
	return strings.Join(ids, ",")
}
