package report

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/geminid/geminid/supervisor/status"
)

// Languages are those a report can be written in.
var Languages = []string{"en", "zh"}

// phrasebook writes in one language.
type phrasebook struct{ phrases map[string]string }

func phrasebookFor(language string) phrasebook {
	if language == "zh" {
		return phrasebook{chinese}
	}
	return phrasebook{english}
}

// phraseFor is the phrase of a key with its figures; a key without a phrase speaks for
// itself, such as the name of a model.
func (t phrasebook) phraseFor(key string, figures ...any) string {
	phrase, ok := t.phrases[key]
	if !ok {
		return key
	}
	if len(figures) == 0 {
		return phrase
	}
	return fmt.Sprintf(phrase, figures...)
}

// formatSpan writes a length of time in its two largest units.
func (t phrasebook) formatSpan(d time.Duration) string {
	switch {
	case d >= 24*time.Hour:
		return t.phraseFor("days", int(d/(24*time.Hour)), int(d%(24*time.Hour)/time.Hour))
	case d >= time.Hour:
		return t.phraseFor("hours", int(d/time.Hour), int(d%time.Hour/time.Minute))
	case d >= time.Minute:
		return t.phraseFor("minutes", int(d/time.Minute))
	}
	return t.phraseFor("seconds", strconv.FormatFloat(math.Round(d.Seconds()*100)/100, 'f', -1, 64))
}

// formatBytes writes bytes for a person.
func formatBytes(n int64) string {
	for _, u := range []struct {
		bytes int64
		name  string
	}{{1 << 30, "GiB"}, {1 << 20, "MiB"}, {1 << 10, "KiB"}} {
		if n >= u.bytes {
			return fmt.Sprintf("%.1f %s", float64(n)/float64(u.bytes), u.name)
		}
	}
	return fmt.Sprintf("%d B", n)
}

// formatPercent writes a share so that nearly all never looks like all.
func formatPercent(p float64) string {
	text := fmt.Sprintf("%.2f", p)
	if text == "100.00" && p < 100 {
		text = "99.99"
	}
	return strings.TrimSuffix(text, ".00") + " %"
}

// withStates adds the words for the states of sessions to phrases.
func withStates(language status.Language, phrases map[string]string) map[string]string {
	for _, state := range status.States() {
		phrases[string(state)] = state.Meaning(language)
	}
	return phrases
}

var english = withStates(status.English, map[string]string{
	"title": "geminid: %s to %s", "days": "%d d %d h", "hours": "%d h %d min", "minutes": "%d min", "seconds": "%s s",
	"offline": "Read from the file of hourly figures; the server was not asked.",
	"since":   "There are figures since %s.", "nothing": "There are no figures for this time.",
	"item": "item", "figure": "figure", "none": "none",

	"sessions": "Sessions", "availability": "answered", "of questions": "%s of %d questions", "nobody asked": "nobody asked",
	"no answer possible": "could not answer", "of time": "%s of %s watched", "while nobody asked": "… and nobody asked", "while unreachable": "… for want of a way to Google",
	"account":   "%s, %s",
	"predicted": "%s; end expected %s", "gone": "removed",
	"paused": "paused by command",

	"renewals": "Renewals", "rotated": "new value", "no_new_ts": "no new value", "unauthorized": "refused",
	"network": "network", "identity_changed": "another account answered", "skipped": "skipped",
	"lives": "values seen to end", "life": "%d, on average after %s; %s", "within": "95 %% within %s", "beyond": "some longer than %s",

	"requests": "Requests", "total": "total", "success": "answered", "error": "failed", "client_error": "the client's mistake",
	"throttled": "limited", "canceled": "client left",

	"limited": "Limited, by cause", "limiter_ip": "hourly limit of a client", "limiter_model": "pause between two of a model (only delayed)",
	"queue_full": "queue full", "upstream_quota": "quota of the account", "upstream_429": "Google said slow down",
	"upstream_blocked": "address refused by Google",

	"failures": "Errors, by cause", "answered with": "answered with %s", "call": "call to Google: %s", "broken": "stream ended early: %s",
	"200": "200, then broke off", "403": "403 (session ended)", "500": "500 (fault of this server)", "502": "502 (Google failed)",
	"503": "503 (no session to answer with)", "504": "504 (Google kept silent)",
	"signed_out": "signed out", "server_error": "server error", "malformed": "answer not understood",
	"client": "client left", "slow_client": "client too slow", "upstream_reset": "connection lost",
	"upstream_timeout": "silence for too long", "shutdown": "server stopped",

	"slowest": "Slowest models (to the first words)", "first": "%d answered, on average %s; %s",

	"disk": "Disk and logs", "free": "free", "of": "%s of %s (%s)", "growth": "%s; %s less a day", "state": "state directory",
	"audit log": "audit log", "journal": "system journal",

	"risk": "Next risk", "calm": "Nothing in sight.",
	"risk unreachable": "This server cannot reach Google, and no question is answered: geminid doctor names the cause and the cure.",
	"risk signed_out":  "%[1]s is signed out and nobody else can answer: export new cookies and drop the file into the inbox.",
	"risk account_out": "%[1]s is signed out; others answer for it: export new cookies and drop the file into the inbox.",
	"risk unreadable":  "The saved session of %[1]s cannot be read: geminid cookies status names the cause and the cure.",
	"risk refused":     "Google slows %[1]s down or refuses it: ask less for a while; it comes back by itself.",
	"risk ending":      "The session of %[1]s is expected to end %[4]s: export new cookies before.",
	"risk disk_fills":  "The disk has %[3]s left and is full about %[4]s at this pace: make room, or lower files_max_size.",
	"risk disk":        "The disk has only %[3]s (%[2]s) left: make room, or lower files_max_size.",
	"risk renewals":    "%[2]s of the renewals gave no new value: see geminid cookies status for the reason.",
	"risk errors":      "%[2]s of the questions got no answer: look at the causes above and at the log.",
	"risk limits":      "%[2]s of the requests were limited: raise requests_per_hour, or ask less.",
	"risk outages":     "For %[2]s of the time this server could not reach Google: look at its network, name servers and upstream_proxy.",
	"risk pauses":      "For %[2]s of the time nobody could answer: renew cookies earlier, or add an account.",
	"risk unwatched":   "For %[2]s of the time the server did not run: see systemctl status geminid.",
})

var chinese = withStates(status.Chinese, map[string]string{
	"title": "geminid：%s 至 %s", "days": "%d 天 %d 小时", "hours": "%d 小时 %d 分", "minutes": "%d 分钟", "seconds": "%s 秒",
	"offline": "数据来自每小时统计文件，未询问服务器。",
	"since":   "统计数据始于 %s。", "nothing": "这段时间没有统计数据。",
	"item": "项目", "figure": "数值", "none": "无",

	"sessions": "会话", "availability": "已回答", "of questions": "%s，共 %d 次提问", "nobody asked": "无人提问",
	"no answer possible": "无法应答", "of time": "%s，共观察 %s", "while nobody asked": "… 且无人提问", "while unreachable": "… 因无法连接 Google",
	"account":   "%s，%s",
	"predicted": "%s；预计结束于 %s", "gone": "已移除",
	"paused": "已暂停",

	"renewals": "续期", "rotated": "得到新值", "no_new_ts": "没有新值", "unauthorized": "被拒绝",
	"network": "网络", "identity_changed": "应答的是另一个账号", "skipped": "跳过",
	"lives": "已失效的值", "life": "%d 个，平均寿命 %s；%s", "within": "95 %% 不超过 %s", "beyond": "有的超过 %s",

	"requests": "请求", "total": "总数", "success": "成功", "error": "失败", "client_error": "客户端错误",
	"throttled": "被限流", "canceled": "客户端离开",

	"limited": "限流（按原因）", "limiter_ip": "单个客户端每小时上限", "limiter_model": "同一模型的请求间隔（仅延迟）",
	"queue_full": "队列已满", "upstream_quota": "账号配额", "upstream_429": "Google 要求放慢",
	"upstream_blocked": "地址被 Google 拒绝",

	"failures": "错误（按原因）", "answered with": "返回 %s", "call": "调用 Google：%s", "broken": "流提前结束：%s",
	"200": "200，随后中断", "403": "403（会话已结束）", "500": "500（本服务故障）", "502": "502（Google 出错）",
	"503": "503（没有可用会话）", "504": "504（Google 没有响应）",
	"signed_out": "已退出登录", "server_error": "服务器错误", "malformed": "无法理解的应答",
	"client": "客户端离开", "slow_client": "客户端太慢", "upstream_reset": "连接中断",
	"upstream_timeout": "太久没有响应", "shutdown": "服务停止",

	"slowest": "最慢的模型（到首个文字）", "first": "%d 次回答，平均 %s；%s",

	"disk": "磁盘与日志", "free": "可用空间", "of": "%s，共 %s（%s）", "growth": "%s；每天减少 %s", "state": "状态目录",
	"audit log": "审计日志", "journal": "系统日志",

	"risk": "下一个风险", "calm": "目前没有。",
	"risk unreachable": "本服务器无法连接 Google，所有提问都得不到回答：运行 geminid doctor 查看原因和解决办法。",
	"risk signed_out":  "%[1]s 已退出登录，且没有其他账号可用：请重新导出 Cookie 并放入收件目录。",
	"risk account_out": "%[1]s 已退出登录，目前由其他账号应答：请重新导出 Cookie 并放入收件目录。",
	"risk unreadable":  "无法读取已保存的会话 %[1]s：原因和解决办法见 geminid cookies status。",
	"risk refused":     "%[1]s 被 Google 限速或拒绝：请暂时减少提问，之后会自动恢复。",
	"risk ending":      "%[1]s 的会话预计于 %[4]s 结束：请提前导出新的 Cookie。",
	"risk disk_fills":  "磁盘剩余 %[3]s，按目前速度约于 %[4]s 用尽：请清理空间，或调小 files_max_size。",
	"risk disk":        "磁盘仅剩 %[3]s（%[2]s）：请清理空间，或调小 files_max_size。",
	"risk renewals":    "%[2]s 的续期没有得到新值：原因见 geminid cookies status。",
	"risk errors":      "%[2]s 的提问没有得到回答：请查看上面的原因和日志。",
	"risk limits":      "%[2]s 的请求被限流：请调大 requests_per_hour，或减少提问。",
	"risk outages":     "%[2]s 的时间里本服务器无法连接 Google：请检查网络、DNS 和 upstream_proxy。",
	"risk pauses":      "%[2]s 的时间里无人应答：请更早更新 Cookie，或增加一个账号。",
	"risk unwatched":   "%[2]s 的时间里服务没有运行：请查看 systemctl status geminid。",
})
