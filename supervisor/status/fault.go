package status

import "github.com/geminid/geminid/cookie"

// Fault names why the upstream cannot be reached. Clients that import this package
// alone know it by this name.
type Fault = cookie.Fault

// chineseCauses are the causes of faults in Chinese.
var chineseCauses = map[Fault]string{
	cookie.FaultDNS: "找不到域名（DNS）", cookie.FaultRefused: "连接被拒绝", cookie.FaultTimeout: "连接超时",
	cookie.FaultRoute: "没有到达的路由", cookie.FaultReset: "连接在加密前被切断",
	cookie.FaultTLS: "证书不被信任（TLS）", cookie.FaultProxy: "代理无法连接",
	cookie.FaultPortal: "当前网络的登录门户代替 Google 作了应答", cookie.FaultOther: "无法建立连接",
}

// FaultMeaning says in half a sentence why the upstream cannot be reached, empty for
// no fault. A fault that this build does not know is called as one without a name.
func FaultMeaning(f Fault, l Language) string {
	if l != Chinese || f == "" {
		return f.Cause()
	}
	if cause, ok := chineseCauses[f]; ok {
		return cause
	}
	return chineseCauses[cookie.FaultOther]
}
