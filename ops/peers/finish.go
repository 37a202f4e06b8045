package peers

import (
	"net"
	"slices"
	"strings"
)

// combineParts combines settings that come in parts.
func (f *Found) combineParts() {
	f.shareProxy()
	f.Sessions = slices.DeleteFunc(f.Sessions, func(s Session) bool { return s.PSID == "" && s.Header == "" })
	if f.requests > 0 && f.window > 0 && !f.unlimited {
		const hour = 3_600_000
		f.Settings["requests_per_hour"] = max(1, f.requests*hour/f.window)
	}
	f.combineListen()
}

// shareProxy takes the proxy of the accounts if all of them have the same: here one
// serves all.
func (f *Found) shareProxy() {
	shared := len(f.proxies) >= len(f.Sessions) &&
		!slices.ContainsFunc(f.proxies, func(v value) bool { return v.text != f.proxies[0].text })
	for _, v := range f.proxies {
		if !shared {
			f.leaveOut(v, "there is one proxy for all accounts here, and these did not share one; see upstream_proxy")
		} else if err := setURL("upstream_proxy", "http")(f, v); err != nil {
			f.leaveOut(v, err.Error())
		}
	}
}

// combineListen keeps the port, and the certificate if it is complete. Other servers
// listen for everybody out of the box; here that takes a key and the wish, and a
// listener with HTTPS keeps it or stays on this machine.
func (f *Found) combineListen() {
	encrypted := f.https && f.cert != "" && f.key != ""
	if encrypted { // neither can be used without the other
		f.Settings["tls_cert"], f.Settings["tls_key"] = f.cert, f.key
	}
	if f.port == "" && f.host == "" {
		return
	}
	port, host := f.port, f.host
	if port == "" {
		port = "8100"
	}
	switch host {
	case "", "localhost", "127.0.0.1", "::1":
		host = "127.0.0.1"
	default:
		var missing []string
		if len(f.Keys) == 0 {
			missing = append(missing, "a key (geminid keys add NAME)")
		}
		if f.https && !encrypted {
			missing = append(missing, "a certificate (tls_cert and tls_key)")
		}
		if len(missing) > 0 {
			f.Notes = append(f.Notes, "it listened on "+host+"; here it listens on 127.0.0.1 until there is "+
				strings.Join(missing, " and ")+", then listen: "+net.JoinHostPort(host, port))
			host = "127.0.0.1"
		}
	}
	f.Settings["listen"] = net.JoinHostPort(host, port)
}
