package simulator

import "time"

// Usage is how much of an account's allowance is used, beside what questions use.
type Usage struct {
	// Short and Week are the used shares of the five-hour and the weekly window.
	// From 1 on questions are refused with 1037.
	Short float64 `json:"short"`
	Week  float64 `json:"week"`
	// Blocked is the word of aPya6c: features beside the chat are used up.
	Blocked bool `json:"blocked"`
}

// window is one of an account's allowances. It starts over at multiples of span.
type window struct {
	number int // as the upstream counts them
	span   time.Duration
	total  int // answers that fit in
}

// The windows. An allowance is larger than what tests and load ask for.
var windows = [...]window{{1, 5 * time.Hour, 1_000_000}, {2, 7 * 24 * time.Hour, 10_000_000}}

// spent counts the answers within the present turn of each window.
type spent [len(windows)]struct {
	turn  int64
	count int
}

func (w window) turnAt(now time.Time) int64 { return now.Unix() / int64(w.span/time.Second) }

func (w window) resetAt(now time.Time) int64 { return (w.turnAt(now) + 1) * int64(w.span/time.Second) }

// countAnswer notes one answer in every window.
func (s *spent) countAnswer(now time.Time) {
	for i, w := range windows {
		if turn := w.turnAt(now); s[i].turn != turn {
			s[i].turn, s[i].count = turn, 0
		}
		s[i].count++
	}
}

// usedShare is how much of window i is used, at most 1.
func (ss *session) usedShare(i int, now time.Time) float64 {
	share := [...]float64{ss.Usage.Short, ss.Usage.Week}[i]
	if w := windows[i]; ss.spent[i].turn == w.turnAt(now) {
		share += float64(ss.spent[i].count) / float64(w.total)
	}
	return min(share, 1)
}

// usedUp reports whether an allowance is used up.
func (ss *session) usedUp(now time.Time) bool {
	return ss.usedShare(0, now) >= 1 || ss.usedShare(1, now) >= 1
}

// answerUsage is jSf9Qc: the plan, and of each window what is left, the used
// share, its number and when it starts over.
func (c *call) answerUsage(list) []any {
	now := c.s.now()
	c.s.sessions.mu.Lock()
	defer c.s.sessions.mu.Unlock()
	var rows []any
	for i, w := range windows {
		share := c.session.usedShare(i, now)
		left := int((1 - share) * float64(w.total))
		rows = append(rows, []any{left, share, w.number, []any{[]any{w.resetAt(now), 0}}})
	}
	return []any{c.who.Plan.planTier(), rows, false}
}

// answerQuotas is qpEbW: of each allowance that is named, by a number and a feature,
// the used part in percent, when it starts over, the total and what is left.
// Two zeros mean that there is no limit.
func (c *call) answerQuotas(p list) []any {
	now := c.s.now()
	c.s.sessions.mu.Lock()
	defer c.s.sessions.mu.Unlock()
	share := max(c.session.usedShare(0, now), c.session.usedShare(1, now))
	rows := []any{}
	for i := range p.listAt(0) {
		id := p.listAt(0).listAt(i)
		total, left, percent := 0, 0, 100*share
		for _, m := range c.who.offeredModels() {
			limit, limited := c.session.Quota[m.ID]
			if limited && limit > 0 && m.Number == quotaModels[id.numberAt(1)] && id.numberAt(0) == 1 {
				total, left = limit, max(limit-c.session.used[m.ID], 0)
				percent = 100 * float64(total-left) / float64(total)
			}
		}
		rows = append(rows, []any{[]any{id.numberAt(0), id.numberAt(1)}, nil, percent, []any{windows[0].resetAt(now), 0}, total, left})
	}
	return []any{rows}
}

// quotaModels are the model numbers behind the features that allowances name.
var quotaModels = map[int]int{11: 1, 15: 2, 4: 3}

// answerExtras is aPya6c: the allowance of everything beside the chat.
func (c *call) answerExtras(list) []any {
	now := c.s.now()
	c.s.sessions.mu.Lock()
	defer c.s.sessions.mu.Unlock()
	share := c.session.usedShare(0, now)
	if c.session.Usage.Blocked {
		share = 1
	}
	return []any{c.session.Usage.Blocked, share, []any{windows[0].resetAt(now), 0}}
}

// answerAbuse is GPRiHf: empty for an account in good standing, else the code of
// the restriction, in millions, and its signal.
func (c *call) answerAbuse(list) []any {
	if c.who.Abuse == 0 {
		return []any{}
	}
	return []any{nil, []any{nil, c.who.Abuse*1_000_000 + 42, nil, []any{nil, "unusual_activity"}}}
}

// planTier is the number of the plan in jSf9Qc.
func (p Plan) planTier() int {
	switch p {
	case Free:
		return 1
	case Plus:
		return 4
	default:
		return 2
	}
}
