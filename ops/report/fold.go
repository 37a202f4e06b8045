package report

import (
	"cmp"
	"maps"
	"slices"
	"time"
)

// Report is a stretch of time summed up.
type Report struct {
	From time.Time `json:"from"`
	To   time.Time `json:"to"`
	// Live reports whether a running server made it; else it was read from the file
	// and its states are those of Last, when the server last looked.
	Live bool      `json:"live"`
	Last time.Time `json:"last_hour,omitzero"`
	// Since is where the figures begin if that is later than From.
	Since time.Time `json:"figures_since,omitzero"`
	// Availability is the share of the asked questions that were answered, in
	// percent; nil if none was asked.
	Availability *float64 `json:"availability,omitempty"`
	// Sum is everything that happened, with the last standings.
	Sum Hour `json:"sum"`
	// Growth is by how many bytes a day the free space shrank; zero if it did not, or
	// if less than a day was watched.
	Growth int64 `json:"disk_growth_per_day,omitempty"`
	// Risks need attention, most pressing first.
	Risks []Risk `json:"risks"`
}

// FoldHours sums hours up, which must be in rising order.
func FoldHours(hours []Hour, from, to time.Time) Report {
	r := Report{From: from.UTC().Truncate(time.Second), To: to.UTC().Truncate(time.Second), Sum: Hour{Start: HourOf(from)}}
	for _, h := range hours {
		r.Sum.Add(h)
	}
	if len(hours) > 0 {
		if first := time.Unix(hours[0].Start, 0).UTC(); first.After(from) {
			r.Since = first
		}
		r.Last = time.Unix(hours[len(hours)-1].Start, 0).UTC()
	}
	if r.Sum.Asked > 0 {
		answered := percentOf(r.Sum.Answered, r.Sum.Asked)
		r.Availability = &answered
	}
	r.Growth = diskGrowthPerDay(hours)
	r.dropRemovedAccounts(hours)
	r.Risks = findRisks(&r)
	return r
}

// dropRemovedAccounts drops the standing of accounts that the last hour with any does
// not know: they were removed. Their counts stay.
func (r *Report) dropRemovedAccounts(hours []Hour) {
	for _, h := range slices.Backward(hours) {
		if len(h.Accounts) == 0 {
			continue
		}
		for name, acc := range r.Sum.Accounts {
			if _, there := h.Accounts[name]; !there {
				acc.State, acc.End = "", 0
				r.Sum.Accounts[name] = acc
			}
		}
		return
	}
}

// diskGrowthPerDay is how fast the disk fills, from the first and the last look at it.
func diskGrowthPerDay(hours []Hour) int64 {
	looked := func(h Hour) bool { return h.Disk.Total > 0 }
	first := slices.IndexFunc(hours, looked)
	if first < 0 {
		return 0
	}
	last := hours[first]
	for _, h := range slices.Backward(hours) {
		if looked(h) {
			last = h
			break
		}
	}
	days := float64(last.Start-hours[first].Start) / (24 * 3600)
	if days < 1 {
		return 0
	}
	return max(0, int64(float64(hours[first].Disk.Free-last.Disk.Free)/days))
}

// SlowModel is a model with how soon its answers begin.
type SlowModel struct {
	Model string
	Spread
}

// SlowestModels are the models, the one whose answers begin latest first.
func (r *Report) SlowestModels() []SlowModel {
	var out []SlowModel
	for _, name := range slices.Sorted(maps.Keys(r.Sum.Models)) {
		out = append(out, SlowModel{name, r.Sum.Models[name]})
	}
	slices.SortStableFunc(out, func(a, b SlowModel) int { return cmp.Compare(b.Mean(), a.Mean()) })
	return out
}

// percentOf is part of whole in percent, with 0 of nothing.
func percentOf(part, whole int64) float64 {
	if whole <= 0 {
		return 0
	}
	return 100 * float64(part) / float64(whole)
}
