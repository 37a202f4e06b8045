package geminiweb

import (
	"time"

	"github.com/tidwall/gjson"

	"github.com/geminid/geminid/cookie"
	"github.com/geminid/geminid/upstream/geminiweb/wire"
)

// quotaWindows are the numbers of the windows in the usage of an account.
var quotaWindows = map[int64]string{1: "5h", 2: cookie.WeekWindow, 3: "credits"}

// quotaModels are the features that allowances of models go by; their first number is 1.
var quotaModels = map[int64]string{4: "pro", 11: "flash", 15: "thinking"}

// parseUsage parses the body of jSf9Qc: at [1] a row for each window with what is left,
// the used share, the window's number and its end.
func parseUsage(body gjson.Result) (all []cookie.Quota) {
	wire.At(body, 1).ForEach(func(_, row gjson.Result) bool {
		window, known := quotaWindows[wire.At(row, 2).Int()]
		left, used := wire.At(row, 0), wire.At(row, 1)
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
		all = append(all, newQuota(cookie.EveryModel, window, remaining, wire.At(row, 3, 0, 0)))
		return true
	})
	return all
}

// parseModelQuotas parses the body of qpEbW: a row for each allowance with its numbers,
// the used percentage at 2, the end at 3, the total and what is left at 4 and 5. Two
// zeros are no limit.
func parseModelQuotas(body gjson.Result) (all []cookie.Quota) {
	wire.At(body, 0).ForEach(func(_, row gjson.Result) bool {
		model, known := quotaModels[wire.At(row, 0, 1).Int()]
		total, left := wire.At(row, 4).Num, wire.At(row, 5).Num
		if known && wire.At(row, 0, 0).Int() == 1 && total > 0 {
			all = append(all, newQuota(model, "current", left/total, wire.At(row, 3, 0)))
		}
		return true
	})
	return all
}

// parseExtras parses the body of aPya6c: whether extras are used up, their used share
// and the end.
func parseExtras(body gjson.Result) (cookie.Quota, bool) {
	blocked, used := wire.At(body, 0), wire.At(body, 1)
	if !blocked.IsBool() || used.Type != gjson.Number {
		return cookie.Quota{}, false
	}
	remaining := 1 - used.Num
	if blocked.Bool() {
		remaining = 0
	}
	return newQuota("extras", "current", remaining, wire.At(body, 2, 0)), true
}

// parseAbuse parses the body of GPRiHf: the code of a restriction of the account, 0 for
// none.
func parseAbuse(body gjson.Result) int { return int(wire.At(body, 1, 1).Int() / 1_000_000) }

func newQuota(model, window string, remaining float64, reset gjson.Result) cookie.Quota {
	q := cookie.Quota{Model: model, Window: window, Remaining: min(max(remaining, 0), 1)}
	if seconds := reset.Int(); seconds > 0 && seconds < 1<<40 {
		q.Reset = time.Unix(seconds, 0)
	}
	return q
}
