package status

import (
	"fmt"
	"math"
	"time"

	"github.com/geminid/geminid/cookie"
)

// quotaModels and quotaWindows say in words what an allowance is for.
var (
	quotaModels  = map[string]string{cookie.EveryModel: "all questions", "extras": "beside the chat"}
	quotaWindows = map[string]string{"5h": " in 5 hours", cookie.WeekWindow: " in a week", "credits": " by credits"}
)

// QuotaText says in English what is left of an allowance, and when it starts over:
// "all questions in a week: 8 % left, full again in 3 d 4 h".
func QuotaText(q cookie.Quota, now time.Time) string {
	model, ok := quotaModels[q.Model]
	if !ok {
		model = q.Model
	}
	text := fmt.Sprintf("%s%s: %.0f %% left", model, quotaWindows[q.Window], math.Floor(100*q.Remaining))
	if q.Reset.After(now) {
		text += ", full again in " + FormatDuration(q.Reset.Sub(now))
	}
	return text
}
