package wire

import (
	"time"

	"github.com/tidwall/gjson"

	"github.com/geminid/geminid/cookie"
)

// quotaWindows are the numbers of the windows in the usage of an account.
var quotaWindows = map[int64]string{1: "5h", 2: cookie.WeekWindow, 3: "credits"}

// quotaModels are the features that allowances of models go by; their first number is 1.
var quotaModels = map[int64]string{4: "pro", 11: "flash", 15: "thinking"}

// ParseUsage parses the body of jSf9Qc: at [1] a row for each window with what is left,
// the used share, the window's number and its end.
func ParseUsage(body gjson.Result) (all []cookie.Quota) {
	At(body, 1).ForEach(func(_, row gjson.Result) bool {
		window, known := quotaWindows[At(row, 2).Int()]
		left, used := At(row, 0), At(row, 1)
		if !known || left.Type != gjson.Number || used.Type != gjson.Number {
			return true
		}
		remaining := 1 - used.Num
		switch {
		case left.Num <= 0:
			remaining = 0
		case remaining <= 0:
			remaining = 1 // the share is not the used one after all
		}
		all = append(all, newQuota(cookie.EveryModel, window, remaining, At(row, 3, 0, 0)))
		return true
	})
	return all
}

// ParseModelQuotas parses the body of qpEbW: a row for each allowance with its numbers,
// the used percentage at 2, the end at 3, the total and what is left at 4 and 5. Two
// zeros are no limit.
func ParseModelQuotas(body gjson.Result) (all []cookie.Quota) {
	At(body, 0).ForEach(func(_, row gjson.Result) bool {
		model, known := quotaModels[At(row, 0, 1).Int()]
		total, left := At(row, 4).Num, At(row, 5).Num
		if known && At(row, 0, 0).Int() == 1 && total > 0 {
			all = append(all, newQuota(model, "current", left/total, At(row, 3, 0)))
		}
		return true
	})
	return all
}

// ParseExtras parses the body of aPya6c: whether extras are used up, their used share
// and the end.
func ParseExtras(body gjson.Result) (cookie.Quota, bool) {
	blocked, used := At(body, 0), At(body, 1)
	if !blocked.IsBool() || used.Type != gjson.Number {
		return cookie.Quota{}, false
	}
	remaining := 1 - used.Num
	if blocked.Bool() {
		remaining = 0
	}
	return newQuota("extras", "current", remaining, At(body, 2, 0)), true
}

// ParseAbuse parses the body of GPRiHf: the code of a restriction of the account, 0 for
// none.
func ParseAbuse(body gjson.Result) int { return int(At(body, 1, 1).Int() / 1_000_000) }

func newQuota(model, window string, remaining float64, reset gjson.Result) cookie.Quota {
	q := cookie.Quota{Model: model, Window: window, Remaining: min(max(remaining, 0), 1)}
	if seconds := reset.Int(); seconds > 0 && seconds < 1<<40 {
		q.Reset = time.Unix(seconds, 0)
	}
	return q
}
