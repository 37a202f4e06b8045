package cookie

import "time"

// Quota is how much of one of an account's allowances is left, as the upstream says.
type Quota struct {
	// Model is the family that it is for, "all" for every question, or "extras" for
	// what is beside the chat.
	Model string `json:"model"`
	// Window is 5h, week or credits, "current" if the upstream names none.
	Window string `json:"window"`
	// Remaining is the share that is left, 0 to 1.
	Remaining float64 `json:"remaining"`
	// Reset is when the allowance starts over, zero if that is unknown.
	Reset time.Time `json:"reset,omitzero"`
}

// EveryModel is the Model of a Quota that all questions use up.
const EveryModel = "all"

// WeekWindow is the Window of a Quota for a week.
const WeekWindow = "week"

// UsedUp reports whether nothing of the allowance is left at now.
func (q Quota) UsedUp(now time.Time) bool {
	return q.Remaining <= 0 && (q.Reset.IsZero() || now.Before(q.Reset))
}

// TightestQuota returns the quota of every question of which least is left, the zero
// Quota if there is none.
func TightestQuota(all []Quota) (least Quota) {
	for _, q := range all {
		if q.Model == EveryModel && (least.Model == "" || q.Remaining < least.Remaining) {
			least = q
		}
	}
	return least
}
