package geminiweb

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"github.com/geminid/geminid/chat"
	"github.com/geminid/geminid/cookie"
	"github.com/geminid/geminid/upstream/geminiweb/wire"
)

// kin is what a name such as "3.6 Flash-Lite" says about a model.
type kin struct {
	class   Class // 0 if it names none
	version []int // nil if it names none
}

// parseKin reads the name of a model as answers and the model list have it. Names that
// the upstream translated say nothing.
func parseKin(name string) (k kin) {
	name = strings.ToLower(name)
	for _, family := range []struct {
		word  string
		class Class
	}{{"lite", Lite}, {"thinking", Thinking}, {"flash", Fast}, {"fast", Fast}, {"pro", Pro}} {
		if strings.Contains(name, family.word) {
			k.class = family.class
			break
		}
	}
	for word := range strings.FieldsSeq(name) {
		var version []int
		for part := range strings.SplitSeq(word, ".") {
			n, err := strconv.Atoi(part)
			if err != nil {
				version = nil
				break
			}
			version = append(version, n)
		}
		if version != nil {
			k.version = version
			break
		}
	}
	return k
}

// classOf returns the class of an offer: its number, else what its names and its id
// say.
func classOf(o wire.Offer) Class {
	return cmp.Or(Class(o.Class), parseKin(o.Version).class, classOfID(o.ID), parseKin(o.Name).class)
}

// classOfID returns the class of an id that is known to this program, else 0.
func classOfID(id string) Class {
	for class, ids := range upstreamIDs {
		if id == ids.free || id == ids.paid {
			return class
		}
	}
	return 0
}

// accepts reports whether an answer by served is one by the model that was asked for:
// of the same family, and not of an older version. Ids alone decide nothing, because
// some are pointers to whatever is current. What cannot be judged is accepted.
func (t target) accepts(served chat.Served) bool {
	if served.ID == t.id || served.ID == "" && served.Name == "" {
		return true
	}
	offer := t.account.findOffer(t.id)
	want, got := parseKin(offer.Version), parseKin(served.Name)
	answering := t.account.findOffer(served.ID)
	want.class = cmp.Or(want.class, classOf(offer), classOfID(t.id))
	if want.class == 0 && !t.chosen {
		want.class = t.class
	}
	got.class = cmp.Or(got.class, classOf(answering), classOfID(served.ID))
	switch {
	case want.class == 0 || got.class == 0:
		return true
	case got.class != want.class:
		return want.class == Fast && got.class == Thinking && t.thinking == chat.ThinkingExtended
	case want.version != nil && got.version != nil:
		return slices.Compare(got.version, want.version) >= 0
	}
	return !t.isGuestModel(served)
}

// isGuestModel reports whether the model that guests have answered for an account that
// pays.
func (t target) isGuestModel(served chat.Served) bool {
	return t.account.isPaid() && served.ID == upstreamIDs[Fast].free
}

// judgeServed judges the model that answers, once it is known or has changed.
func (t *streamCall) judgeServed() error {
	if t.served.ID != "" && t.served.ID != t.q.target.id {
		t.c.notice(SignServed, t.q.target.id, t.served.ID, t.served.Name)
	}
	if t.c.cfg.AllowDowngrade || t.q.target.accepts(t.served) {
		return nil
	}
	return t.downgradeError()
}

// downgradeError is the error for an answer of another model. If a guest's model
// answers for a paying account, the session itself is in doubt; a free account
// has that model anyway.
func (t *streamCall) downgradeError() error {
	e := newError(chat.Downgraded, cookie.Silent, "Google let "+cmp.Or(t.served.Name, t.served.ID)+" answer instead of "+t.q.target.public+
		"; wait until its limit is renewed, or set allow_downgrade").withDetail("another model answered")
	if t.q.target.isGuestModel(t.served) {
		e.finding = cookie.Finding{Evidence: cookie.WeakOut, Detail: "a guest's model answered"}
	}
	return e
}
