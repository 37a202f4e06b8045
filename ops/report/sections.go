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

// pageWriter makes the page of a report in one language.
type pageWriter struct {
	phrasebook
	*Report
	zone *time.Location
}

// buildSections are the page from top to bottom.
func (w pageWriter) buildSections() []section {
	if w.Sum.Watched == 0 && w.Sum.Requests.Total() == 0 && len(w.Sum.Accounts) == 0 {
		return []section{{title: w.phraseFor("sessions"), lines: []string{w.phraseFor("nothing")}}}
	}
	return []section{
		{title: w.phraseFor("sessions"), rows: w.sessionRows()},
		{title: w.phraseFor("renewals"), rows: w.renewalRows()},
		{title: w.phraseFor("requests"), rows: append([]row{{w.phraseFor("total"), fmt.Sprint(w.Sum.Requests.Total())}}, w.countRows(w.Sum.Requests, "")...)},
		{title: w.phraseFor("limited"), rows: w.countRows(w.Sum.Limited, "")},
		{title: w.phraseFor("failures"), rows: slices.Concat(w.countRows(w.Sum.Errors, "answered with"),
			w.countRows(w.Sum.Upstream, "call"), w.countRows(w.Sum.Aborts, "broken"))},
		{title: w.phraseFor("slowest"), rows: w.modelRows()},
		{title: w.phraseFor("disk"), rows: w.diskRows()},
		{title: w.phraseFor("risk"), lines: w.riskLines()},
	}
}

// sessionRows is what clients got, the time in which nothing could be answered, and
// how the accounts are.
func (w pageWriter) sessionRows() []row {
	span := func(seconds int64) string { return w.formatSpan(time.Duration(seconds) * time.Second) }
	rows := []row{
		{w.phraseFor("availability"), w.phraseFor("nobody asked")},
		{w.phraseFor("no answer possible"), w.phraseFor("of time", span(w.Sum.Missed), span(w.Sum.Watched))},
	}
	if w.Availability != nil {
		rows[0].value = w.phraseFor("of questions", formatPercent(*w.Availability), w.Sum.Asked)
	}
	if w.Sum.Missed > 0 {
		rows = append(rows, row{w.phraseFor("while nobody asked"), span(w.Sum.Unasked)})
	}
	if w.Sum.Unreachable > 0 {
		rows = append(rows, row{w.phraseFor("while unreachable"), span(w.Sum.Unreachable)})
	}
	for _, name := range slices.Sorted(maps.Keys(w.Sum.Accounts)) {
		acc := w.Sum.Accounts[name]
		if acc.State == "" && acc.Watched == 0 {
			continue // removed before the time that this is about
		}
		state := w.phraseFor(cmp.Or(acc.State, "gone"))
		if acc.End > 0 {
			state = w.phraseFor("predicted", state, w.formatTime(time.Unix(acc.End, 0)))
		}
		rows = append(rows, row{name, w.phraseFor("account", formatServed(acc.Watched, acc.Missed), state)})
	}
	return rows
}

// formatServed is the share of the time in which an account could answer.
func formatServed(watched, missed int64) string {
	if watched == 0 {
		return "–"
	}
	return formatPercent(percentOf(watched-missed, watched))
}

func (w pageWriter) renewalRows() []row {
	rows := w.countRows(w.Sum.Rotations, "")
	if lives := w.Sum.Lifetimes; !lives.IsZero() {
		rows = append(rows, row{w.phraseFor("lives"), w.phraseFor("life", lives.N, w.formatSpan(lives.Mean()), w.describeSpread(lives))})
	}
	return rows
}

// describeSpread says where nearly all of the measurements lie.
func (w pageWriter) describeSpread(s Spread) string {
	bound, beyond := s.Quantile(.95)
	if beyond {
		return w.phraseFor("beyond", w.formatSpan(bound))
	}
	return w.phraseFor("within", w.formatSpan(bound))
}

// countRows are counts, the largest first; frame names the things that they count.
func (w pageWriter) countRows(c Counts, frame string) []row {
	var rows []row
	kinds := slices.Sorted(maps.Keys(c))
	slices.SortStableFunc(kinds, func(a, b string) int { return cmp.Compare(c[b], c[a]) })
	for _, kind := range kinds {
		name := w.phraseFor(kind)
		if frame != "" {
			name = w.phraseFor(frame, name)
		}
		rows = append(rows, row{name, fmt.Sprint(c[kind])})
	}
	return rows
}

// maxModels bounds the list of slow models.
const maxModels = 8

func (w pageWriter) modelRows() []row {
	var rows []row
	for _, m := range w.SlowestModels() {
		if len(rows) < maxModels {
			rows = append(rows, row{m.Model, w.phraseFor("first", m.N, w.formatSpan(m.Mean()), w.describeSpread(m.Spread))})
		}
	}
	return rows
}

func (w pageWriter) diskRows() []row {
	d := w.Sum.Disk
	if d.Total == 0 {
		return nil
	}
	free := w.phraseFor("of", formatBytes(d.Free), formatBytes(d.Total), formatPercent(percentOf(d.Free, d.Total)))
	if w.Growth > 0 {
		free = w.phraseFor("growth", free, formatBytes(w.Growth))
	}
	rows := []row{{w.phraseFor("free"), free}, {w.phraseFor("state"), formatBytes(d.State)}, {w.phraseFor("audit log"), formatBytes(d.Log)}}
	if d.Journal > 0 {
		rows = append(rows, row{w.phraseFor("journal"), formatBytes(d.Journal)})
	}
	return rows
}

func (w pageWriter) riskLines() []string {
	if len(w.Risks) == 0 {
		return []string{w.phraseFor("calm")}
	}
	var out []string
	for _, r := range w.Risks {
		out = append(out, w.phraseFor("risk "+r.Kind, r.Account, formatPercent(r.Percent), formatBytes(r.Bytes), w.formatTime(r.At)))
	}
	return out
}

func (w pageWriter) formatTime(t time.Time) string { return t.In(w.zone).Format("2006-01-02 15:04") }

// titleAndNotes returns the title and the notes that the page needs to be understood.
func (w pageWriter) titleAndNotes() (title string, notes []string) {
	if !w.Live {
		notes = append(notes, w.phraseFor("offline"))
	}
	if !w.Since.IsZero() {
		notes = append(notes, w.phraseFor("since", w.formatTime(w.Since)))
	}
	return w.phraseFor("title", w.formatTime(w.From), w.formatTime(w.To)), notes
}
