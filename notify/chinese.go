package notify

var chinese = language{
	words: map[Kind]words{
		EndsSoon: {"geminid：会话 {account} 即将失效",
			"会话快要结束，而且没有成功续期。请从 gemini.google.com 重新导出 Cookie，并把文件放进收件目录（inbox）。",
			"预计失效时间：{detail}。"},
		Expired: {"geminid：会话 {account} 已失效",
			"Google 显示为未登录，请求已被拒绝。请在 Firefox 隐私窗口登录 gemini.google.com，导出 Cookie，把文件放进收件目录（inbox），然后直接关闭窗口，不要退出登录。", ""},
		Blocked: {"geminid：Google 暂时拒绝本服务器",
			"在等待结束之前，不会为 {account} 发出请求。只能等待；继续请求会让等待更久。", ""},
		Recovered: {"geminid：会话 {account} 已恢复", "会话处于登录状态，正在提供服务。", ""},
		FileRejected: {"geminid：Cookie 文件被拒绝",
			"正在使用的会话没有受到影响。", "{detail}"},
		FileAccepted: {"geminid：新的 Cookie 文件已启用", "Cookie 已被接受。", "账号 {detail}。"},
		RotationFailing: {"geminid：会话 {account} 续期失败",
			"连续几次续期都没有得到新值。会话目前仍可使用，但如果一直这样，终将失效。", ""},
		RotationWorks: {"geminid：会话 {account} 续期恢复正常", "新的值已保存。", ""},
		SecondHolder: {"geminid：会话 {account} 正被别处使用",
			"刚续期的值在一天内两次失效。可能有打开的浏览器标签页或另一台服务器在续期同一个会话；请直接关闭它，不要退出登录。", ""},
		Test: {"geminid：测试消息", "通知可以送达。", ""},
	},
	codes: map[string]string{
		"E_EMPTY": "文件是空的。", "E_TRUNCATED": "文件不完整，请重新导出并上传。", "E_TOO_BIG": "文件太大，不像是 Cookie 导出文件。",
		"E_BINARY": "这不是文本文件。", "E_HTML": "这是保存的网页，不是 Cookie 导出文件。", "E_PARSE": "无法识别文件格式。",
		"E_HAR_SANITIZED": "HAR 文件中没有 Cookie，请选择“包含敏感数据”重新导出。", "E_CHROME_ENCRYPTED": "这是 Chrome 自己的加密数据库，请用扩展导出 Cookie。",
		"E_MULTI_ACCOUNT": "文件中有多个账号，请只导出一个。", "E_EXPIRED": "文件中的 Cookie 已经过期，请重新导出。",
		"E_WRONG_DOMAIN": "文件来自其他网站，请在 gemini.google.com 页面导出。", "E_SIGNED_OUT": "导出时没有登录 Google，请先登录。",
		"E_NO_PSID": "缺少 __Secure-1PSID，请在 gemini.google.com 页面重新导出。", "E_PLACEHOLDER": "文件里还是示例文字，请填入真实的值。",
		"E_SWAPPED": "PSID 与 PSIDTS 的值写反了。", "E_BAD_VALUE": "某个 Cookie 的值无效，请重新导出。",
		"E_PERM": "没有读取该文件的权限，请执行 chmod g+r。", "E_TOO_MANY": "账号数量已达上限。",
		"E_PROBE_SIGNED_OUT": "格式正确，但 Google 显示为未登录，请重新登录后导出。",
	},
}
