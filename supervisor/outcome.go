package supervisor

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/geminid/geminid/cookie"
	"github.com/geminid/geminid/metrics"
	"github.com/geminid/geminid/supervisor/status"
)

// rollbackHint names the commands that put older cookies back into use.
func (a *account) rollbackHint() string {
	return fmt.Sprintf("; to go back: geminid cookies rollback %s, or geminid cookies import FILE", a.name)
}

func (s *Supervisor) newRejection(name string, rejection *cookie.Rejection) Verdict {
	v := Verdict{Result: Rejected, State: Missing}
	if a := s.presentAccount(name); a != nil {
		v = a.newVerdict(Rejected, "")
	}
	v.Code, v.Message = string(rejection.Code), rejection.Message
	return v
}

func rejectTooMany(c Candidate) Verdict {
	rejection := cookie.RejectTooMany(c.File, MaxAccounts)
	return Verdict{Result: Rejected, Code: string(rejection.Code), Message: rejection.Message}
}

// recordOutcome counts and logs how an offer ended, and notes it for the status
// (LastFile). A content that it refused as signed out is remembered in the ledger.
func (s *Supervisor) recordOutcome(c Candidate, v Verdict) {
	trigger, account := cmp.Or(c.Trigger, "push"), metrics.NoAccount
	present := s.presentAccount(v.Account) != nil
	if present {
		account = v.Account
	}
	s.recordFileEvent(c.File, v, present)
	s.metrics.CookieFileLoads.WithLabelValues(account, string(v.Result), trigger).Inc()
	switch v.Result {
	case Applied, Unchanged:
		s.metrics.CookieFileLoaded.WithLabelValues(account).Set(1)
		s.metrics.CookieFileLoaded.WithLabelValues(metrics.NoAccount).Set(1) // the stray file is over
		s.metrics.CookieFileLoadSuccess.WithLabelValues(account).Set(float64(s.now().Unix()))
		if v.Result == Applied {
			s.log.Info("new cookies taken in", "account", v.Account, "file", c.File, "origin", c.Origin, "result", v.Message)
		}
	case Rejected:
		s.metrics.CookieFileLoaded.WithLabelValues(account).Set(0)
		s.log.Warn("cookies rejected; the present ones stay in use", "account", v.Account, "file", c.File, "code", v.Code, "reason", v.Message)
		if cookie.Code(v.Code) == cookie.CodeProbeSignedOut {
			s.rememberRefused(c, cookie.CodeProbeSignedOut, v.Message)
		}
		s.recordEvent(AuditEntry{Event: Event{Kind: status.EventRejected, Account: v.Account, Code: v.Code}, Set: s.mark(c.Set)})
	case Parked:
		s.log.Info("cookies parked", "account", v.Account, "file", c.File, "reason", v.Message)
	default: // no offer ends in a rollback
	}
}

func (a *account) newVerdict(r Result, message string) Verdict {
	a.mu.Lock()
	defer a.mu.Unlock()
	v := Verdict{Account: a.name, Result: r, State: a.memo.State, Since: a.memo.Since, Message: accountSentence(a.name, message)}
	if g := a.memo.newestGeneration(); g != nil && (r == Applied || r == RolledBack) {
		v.Since = g.Since
	}
	return v
}

// warningTexts are a candidate's warnings as the account's notes show them.
func warningTexts(c Candidate) []string {
	var out []string
	for _, w := range c.Warnings {
		out = append(out, fmt.Sprintf("%s (%s): %s", cmp.Or(c.File, "the cookies"), w.Code, w.Message))
	}
	return out
}

func accountSentence(account, message string) string {
	return fmt.Sprintf("%s: %s.", account, strings.TrimSuffix(message, "."))
}
