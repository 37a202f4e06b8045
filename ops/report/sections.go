package report

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"time"
)

// row is one figure of the page, section a group of them.
type row struct{ name, value string }

type section struct {
	title string
	rows  []row
	lines []string // sentences instead of rows
}

// writer makes the page of a report in one language.
type writer struct {
	tongue
	*Report
	zone *time.Location
}

// sections are the page from top to bottom.
func (w writer) sections() []section {
	if w.Sum.Watched == 0 && w.Sum.Requests.Total() == 0 && len(w.Sum.Accounts) == 0 {
		return []section{{title: w.say("sessions"), lines: []string{w.say("nothing")}}}
	}
	return []section{
		{title: w.say("sessions"), rows: w.standing()},
		{title: w.say("renewals"), rows: w.renewed()},
		{title: w.say("requests"), rows: append([]row{{w.say("total"), fmt.Sprint(w.Sum.Requests.Total())}}, w.counted(w.Sum.Requests, "")...)},
		{title: w.say("limited"), rows: w.counted(w.Sum.Limited, "")},
		{title: w.say("failures"), rows: slices.Concat(w.counted(w.Sum.Errors, "answered with"),
			w.counted(w.Sum.Upstream, "call"), w.counted(w.Sum.Aborts, "broken"))},
		{title: w.say("slowest"), rows: w.models()},
		{title: w.say("disk"), rows: w.space()},
		{title: w.say("risk"), lines: w.warnings()},
	}
}

// standing is how much of the time could be answered, over all and by account.
func (w writer) standing() []row {
	whole := w.span(time.Duration(w.Sum.Watched) * time.Second)
	rows := []row{{w.say("could answer"), w.say("watched", served(w.Sum.Watched, w.Sum.Missed), whole)}}
	for _, name := range slices.Sorted(maps.Keys(w.Sum.Accounts)) {
		acc := w.Sum.Accounts[name]
		if acc.State == "" && acc.Watched == 0 {
			continue // removed before the time that this is about
		}
		state := w.say(cmp.Or(acc.State, "gone"))
		if acc.End > 0 {
			state = w.say("predicted", state, w.moment(time.Unix(acc.End, 0)))
		}
		rows = append(rows, row{name, w.say("account", served(acc.Watched, acc.Missed), state)})
	}
	return rows
}

// served is the share of the time that was not missed.
func served(watched, missed int64) string {
	if watched == 0 {
		return "–"
	}
	return percent(share(watched-missed, watched))
}

func (w writer) renewed() []row {
	rows := w.counted(w.Sum.Rotations, "")
	if lives := w.Sum.Lifetimes; !lives.IsZero() {
		rows = append(rows, row{w.say("lives"), w.say("life", lives.N, w.span(lives.Mean()), w.most(lives))})
	}
	return rows
}

// most says where nearly all of the measurements lie.
func (w writer) most(s Spread) string {
	bound, beyond := s.Share(.95)
	if beyond {
		return w.say("beyond", w.span(bound))
	}
	return w.say("within", w.span(bound))
}

// counted are counts, the largest first; frame says what they count.
func (w writer) counted(c Counts, frame string) []row {
	var rows []row
	kinds := slices.Sorted(maps.Keys(c))
	slices.SortStableFunc(kinds, func(a, b string) int { return cmp.Compare(c[b], c[a]) })
	for _, kind := range kinds {
		name := w.say(kind)
		if frame != "" {
			name = w.say(frame, name)
		}
		rows = append(rows, row{name, fmt.Sprint(c[kind])})
	}
	return rows
}

// shownModels bounds the list of slow models.
const shownModels = 8

func (w writer) models() []row {
	var rows []row
	for _, m := range w.Slowest() {
		if len(rows) < shownModels {
			rows = append(rows, row{m.Model, w.say("first", m.N, w.span(m.Mean()), w.most(m.Spread))})
		}
	}
	return rows
}

func (w writer) space() []row {
	d := w.Sum.Disk
	if d.Total == 0 {
		return nil
	}
	free := w.say("of", size(d.Free), size(d.Total), percent(share(d.Free, d.Total)))
	if w.Growth > 0 {
		free = w.say("growth", free, size(w.Growth))
	}
	rows := []row{{w.say("free"), free}, {w.say("state"), size(d.State)}, {w.say("audit log"), size(d.Log)}}
	if d.Journal > 0 {
		rows = append(rows, row{w.say("journal"), size(d.Journal)})
	}
	return rows
}

func (w writer) warnings() []string {
	if len(w.Risks) == 0 {
		return []string{w.say("calm")}
	}
	var out []string
	for _, r := range w.Risks {
		out = append(out, w.say("risk "+r.Kind, r.Account, percent(r.Percent), size(r.Bytes), w.moment(r.At)))
	}
	return out
}

func (w writer) moment(t time.Time) string { return t.In(w.zone).Format("2006-01-02 15:04") }

// head is the title and what must be known to read the page.
func (w writer) head() (title string, notes []string) {
	if !w.Live {
		notes = append(notes, w.say("offline"))
	}
	if !w.Since.IsZero() {
		notes = append(notes, w.say("since", w.moment(w.Since)))
	}
	return w.say("title", w.moment(w.From), w.moment(w.To)), notes
}
