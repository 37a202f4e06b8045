package status

import (
	"cmp"
	"fmt"
	"time"
)

// Language is a language in which states have words.
type Language string

// The languages.
const (
	English Language = "en"
	Chinese Language = "zh"
)

// meanings explain the states to a reader without the manual.
var meanings = map[Language]map[State]string{
	English: {
		Healthy: "signed in and working", Expiring: "signed in, but its end is near", Degraded: "working with doubts",
		Unknown: "not proven yet", Suspect: "signed out by one answer, being confirmed", Unreachable: "Google cannot be reached", RateLimited: "slowed down by Google", Blocked: "refused by Google for now",
		Expired: "signed out", Missing: "no cookies yet", Unreadable: "its saved state cannot be read", PausedState: "paused by command",
	},
	Chinese: {
		Healthy: "已登录，工作正常", Expiring: "即将到期", Degraded: "可用，但有疑问",
		Unknown: "尚未验证", Suspect: "一次应答显示已退出登录，正在确认", Unreachable: "无法连接 Google", RateLimited: "被 Google 限速", Blocked: "暂时被 Google 拒绝",
		Expired: "已退出登录", Missing: "没有 Cookie", Unreadable: "无法读取已保存的会话", PausedState: "已暂停",
	},
}

// Meaning explains the state in half a sentence, empty for a state or a language
// that is not known.
func (s State) Meaning(l Language) string { return meanings[l][s] }

// Meaning explains how the account stands in half a sentence, empty for a state or a
// language that is not known.
func (a Account) Meaning(l Language) string { return a.Standing().Meaning(l) }

// counted is what n accounts in a state do.
type counted struct{ one, more string }

var countedWords = map[Language]map[State]counted{
	English: {
		Healthy: {"works", "work"}, Expiring: {"ends soon", "end soon"}, Degraded: {"is in doubt", "are in doubt"},
		Unknown: {"is not proven yet", "are not proven yet"}, Suspect: {"is being confirmed", "are being confirmed"}, Unreachable: {"cannot reach Google", "cannot reach Google"},
		RateLimited: {"is slowed down by Google", "are slowed down by Google"}, Blocked: {"is refused by Google for now", "are refused by Google for now"},
		Expired: {"has ended", "have ended"}, Missing: {"has no cookies", "have no cookies"}, Unreadable: {"cannot be read", "cannot be read"},
		PausedState: {"is paused", "are paused"},
	},
	Chinese: {
		Healthy: {one: "正常"}, Expiring: {one: "即将到期"}, Degraded: {one: "有疑问"},
		Unknown: {one: "尚未验证"}, Suspect: {one: "待确认"}, Unreachable: {one: "无法连接 Google"},
		RateLimited: {one: "被 Google 限速"}, Blocked: {one: "暂时被 Google 拒绝"},
		Expired: {one: "已失效"}, Missing: {one: "没有 Cookie"}, Unreadable: {one: "无法读取"},
		PausedState: {one: "已暂停"},
	},
}

// countedFormats take the number of accounts in a state, that of all, and what the
// former do.
var countedFormats = map[Language]struct{ first, next, between string }{
	English: {"%[1]d of %[2]d accounts %[3]s", "%[1]d %[3]s", ", "},
	Chinese: {"%[2]d 个账号中，%[1]d 个%[3]s", "%[1]d 个%[3]s", "，"},
}

// counted returns what n accounts in this state do; the word itself for a state that
// is not known.
func (s State) counted(n int, l Language) string {
	words := countedWords[l][s]
	if n > 1 {
		return cmp.Or(words.more, words.one, string(s))
	}
	return cmp.Or(words.one, string(s))
}

// FormatDuration writes the length of d in at most two units, rounded to the
// smaller one: "17 s", "4 min", "2 h 5 min", "3 d 4 h". The sign is dropped.
func FormatDuration(d time.Duration) string {
	d = d.Abs().Round(time.Second)
	if d < time.Minute {
		return fmt.Sprintf("%d s", d/time.Second)
	}
	if d = d.Round(time.Minute); d < time.Hour {
		return fmt.Sprintf("%d min", d/time.Minute)
	}
	if d < 48*time.Hour {
		return fmt.Sprintf("%d h %d min", d/time.Hour, d%time.Hour/time.Minute)
	}
	d = d.Round(time.Hour)
	return fmt.Sprintf("%d d %d h", d/(24*time.Hour), d%(24*time.Hour)/time.Hour)
}

// FormatMoment writes t as the clock of t's location shows it, with the distance
// from now: "15:04:05 (4 min ago)". More than twelve hours away it has a date
// instead of seconds. The zero time is "never".
func FormatMoment(t, now time.Time) string {
	if t.IsZero() {
		return "never"
	}
	layout := time.TimeOnly
	if now.Sub(t).Abs() > 12*time.Hour {
		layout = "2006-01-02 15:04"
	}
	if t.After(now) {
		return fmt.Sprintf("%s (in %s)", t.Format(layout), FormatDuration(t.Sub(now)))
	}
	return fmt.Sprintf("%s (%s ago)", t.Format(layout), FormatDuration(now.Sub(t)))
}
