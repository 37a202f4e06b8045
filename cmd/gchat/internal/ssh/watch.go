package ssh

import (
	"strings"
	"time"

	"github.com/geminid/geminid/cookie"
	"github.com/geminid/geminid/supervisor/status"
)

// inboxWatch derives a verdict from the lines of the script.
type inboxWatch struct {
	account   string
	before    *status.Report // nil if the first status could not be read
	started   bool           // the first status has come
	delivered bool
	same      bool           // the very same file was there already
	over      bool           // no further line can change the verdict
	verdict   status.Verdict // parked while it is not over: the daemon tries again
	problem   string         // why the file could not be delivered
}

// readLine takes in one line of the script.
func (w *inboxWatch) readLine(line string) {
	word, rest, _ := strings.Cut(line, " ")
	switch word {
	case "fail":
		w.problem, w.over = rest, true
	case "refused":
		w.verdict = status.Verdict{Account: w.account, Result: status.Rejected}
		w.verdict.Code, w.verdict.Message = parseNote(rest)
		w.over = true
	case "delivered":
		w.delivered = true
	case "same":
		w.delivered, w.same = true, true
	case "status":
		w.compareStatus([]byte(rest))
	}
}

// parseNote finds the code and the sentence in the daemon's note about a refused
// file, whose newlines have become tabs: they are between a heading and a footing.
func parseNote(note string) (code, sentence string) {
	paragraphs := strings.Split(strings.Trim(note, "\t"), "\t\t")
	if len(paragraphs) > 2 {
		paragraphs = paragraphs[1 : len(paragraphs)-1]
	}
	text := strings.ReplaceAll(strings.Join(paragraphs, " "), "\t", " ")
	if code, sentence, ok := strings.Cut(text, ": "); ok && strings.HasPrefix(code, "E_") {
		return code, sentence
	}
	return "", text
}

// compareStatus looks for the outcome of the delivery: the daemon reports how the
// last file ended, and a new generation is proof as well.
func (w *inboxWatch) compareStatus(body []byte) {
	now, err := status.ParseReport(body)
	if !w.started {
		if w.started = true; err == nil {
			w.before = &now
		}
		return
	}
	if err != nil || !w.delivered {
		return
	}
	last := lastDecided(&now)
	if last != nil && (w.before == nil || last.LastFile.Time.After(lastDecision(w.before))) {
		w.setVerdict(last, status.Result(last.LastFile.Result), last.LastFile.Detail)
		w.verdict.Code = last.LastFile.Code
		return
	}
	if w.same && last != nil && last.LastFile.Result == string(status.Parked) {
		w.setVerdict(last, status.Parked, last.LastFile.Detail) // it is there, unproven, and is tried again
		return
	}
	w.compareGeneration(findAccount(&now, w.account))
}

// compareGeneration judges by the account alone, nil if there is none yet.
func (w *inboxWatch) compareGeneration(a *status.Account) {
	if a == nil {
		return
	}
	proven := a.State == status.Healthy || a.State == status.Expiring
	ended := a.State == status.Expired || a.State == status.Missing
	switch {
	case w.same && proven:
		w.setVerdict(a, status.Unchanged, "the very same file was taken in before")
	case w.same && ended:
		w.setVerdict(a, status.Rejected, "the very same file lies there already, and its session has ended")
	case proven && !w.same && w.isNewGeneration(a):
		w.setVerdict(a, status.Applied, a.Evidence)
	}
}

// isNewGeneration reports whether the account's cookies differ from those before
// the delivery.
func (w *inboxWatch) isNewGeneration(a *status.Account) bool {
	if w.before == nil {
		return true
	}
	earlier := findAccount(w.before, w.account)
	return earlier == nil || earlier.Generation != a.Generation
}

// setVerdict notes the verdict; one that is parked may still change.
func (w *inboxWatch) setVerdict(a *status.Account, result status.Result, message string) {
	w.verdict = status.Verdict{Account: a.Name, Result: result, State: a.State, Since: a.Since, Message: message}
	w.over = result != status.Parked
}

// lastDecided returns the account whose file was decided about last, nil if there
// is none.
func lastDecided(r *status.Report) *status.Account {
	var last *status.Account
	for i := range r.Accounts {
		if a := &r.Accounts[i]; a.LastFile != nil && (last == nil || a.LastFile.Time.After(last.LastFile.Time)) {
			last = a
		}
	}
	return last
}

// lastDecision returns when a file was decided about last, zero if none was.
func lastDecision(r *status.Report) time.Time {
	if a := lastDecided(r); a != nil {
		return a.LastFile.Time
	}
	return time.Time{}
}

// findAccount returns an account by its name, nil if there is none. A lone account
// of another name stands for the default one, because it takes every file called
// cookies.json.
func findAccount(r *status.Report, name string) *status.Account {
	for i := range r.Accounts {
		if r.Accounts[i].Name == name {
			return &r.Accounts[i]
		}
	}
	if len(r.Accounts) == 1 && name == cookie.DefaultName {
		return &r.Accounts[0]
	}
	return nil
}
