package doctor

import (
	"cmp"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
)

// checkUpstream asks the upstream for an answer, and names the cause if none comes.
// The answer's date is kept for checkClock.
func checkUpstream(ctx context.Context, c *Config) []Finding {
	if c.Transport == nil || c.Upstream == "" {
		return nil
	}
	response, err := c.sendRequest(ctx, http.MethodHead, c.Upstream)
	if err != nil {
		problem := c.diagnose(err)
		return singleFinding(Bad, problem.text, problem.fix)
	}
	_ = response.Body.Close()
	if problem, bad := c.diagnoseAnswer(response); bad {
		return singleFinding(Bad, problem.text, problem.fix)
	}
	c.upstreamDate = response.Header.Get("Date")
	c.upstreamAnswered = true
	return singleFinding(Good, "the upstream answers", "")
}

// diagnosis is a cause with its cure.
type diagnosis struct{ text, fix string }

const (
	fixSignIn  = "write user:password@ before the host in upstream_proxy, with %XX for all but letters and digits in them"
	fixAllow   = "let the proxy connect to port 443 of gemini.google.com, accounts.google.com and *.googleusercontent.com"
	fixBeyond  = "see the log and the network of the proxy, or take another one (upstream_proxy)"
	fixScheme  = "correct the beginning of upstream_proxy: http://, https:// or socks5://, whichever the proxy speaks"
	fixPortal  = "sign in to the network's portal, or take a network or a proxy (upstream_proxy) that leads to Google"
	fixNetwork = "see that this machine reaches it: curl -I https://gemini.google.com; where Google is blocked set upstream_proxy"
)

// diagnose finds the cause of a call without an answer. It repeats no address.
func (c *Config) diagnose(err error) diagnosis {
	toProxy := isOp(err, "proxyconnect")
	if problem, ok := diagnoseCertificate(err, toProxy); ok {
		return problem
	}
	if c.Proxy != nil {
		if problem, ok := c.diagnoseProxy(err, toProxy); ok {
			return problem
		}
	}
	if dns, ok := errors.AsType[*net.DNSError](err); ok {
		if dns.IsTimeout || dns.IsTemporary && !dns.IsNotFound {
			return diagnosis{"the upstream cannot be reached: no name server answers", "see /etc/resolv.conf and: getent hosts gemini.google.com"}
		}
		return diagnosis{"the upstream cannot be reached: its name is not found", "see /etc/resolv.conf and: getent hosts gemini.google.com; curl -I https://gemini.google.com"}
	}
	if isTimeout(err) {
		return diagnosis{"the upstream cannot be reached: no answer within " + requestTimeout.String(), fixNetwork}
	}
	if _, ok := errors.AsType[tls.RecordHeaderError](err); ok {
		return diagnosis{"what answers in the place of the upstream does not speak TLS: a portal or a filter of this network", fixPortal}
	}
	return diagnosis{"the upstream cannot be reached: " + causeOf(err), fixNetwork}
}

// diagnoseCertificate explains a certificate that is not accepted.
func diagnoseCertificate(err error, ofProxy bool) (diagnosis, bool) {
	whose := "the upstream"
	if ofProxy {
		whose = "the proxy"
	}
	if invalid, ok := errors.AsType[x509.CertificateInvalidError](err); ok && invalid.Reason == x509.Expired {
		return diagnosis{"the certificate of " + whose + " is not valid at the time of this machine's clock: the clock is wrong, or the certificate has expired", "date -u; timedatectl set-ntp true"}, true
	}
	if _, ok := errors.AsType[x509.HostnameError](err); ok {
		if ofProxy {
			return diagnosis{"the certificate of the proxy is for another name", "write the name of the certificate into upstream_proxy"}, true
		}
		return diagnosis{"what answers in the place of the upstream has the certificate of another name: a portal or a filter of this network", fixPortal}, true
	}
	if _, ok := errors.AsType[*tls.CertificateVerificationError](err); !ok {
		return diagnosis{}, false
	}
	if ofProxy {
		return diagnosis{"the certificate of the proxy is from an authority that this machine does not trust", "add its CA to the system's (update-ca-certificates), or reach the proxy by http://"}, true
	}
	return diagnosis{"the certificate of the upstream is from an authority that this machine does not trust: the CA bundle is missing or old, or something on the way decrypts HTTPS",
		"install or update ca-certificates; where a proxy decrypts HTTPS, exempt Google from it: whoever decrypts it reads the cookies"}, true
}

// proxyStatus is the answer of a proxy to CONNECT in the error of the transport.
var proxyStatus = regexp.MustCompile(`the proxy refused: status (\d{3})`)

// diagnoseProxy explains why a proxy that is there does not connect.
func (c *Config) diagnoseProxy(err error, toProxy bool) (diagnosis, bool) {
	text := err.Error()
	if match := proxyStatus.FindStringSubmatch(text); match != nil {
		status, _ := strconv.Atoi(match[1])
		return c.diagnoseStatus(status), true
	}
	for _, known := range socksAnswers {
		if strings.Contains(text, known.words) && isOp(err, "socks") {
			return known.diagnosis, true
		}
	}
	_, plain := errors.AsType[tls.RecordHeaderError](err)
	switch {
	case isOp(err, "socks") && !isTimeout(err):
		return diagnosis{"the SOCKS proxy does not connect to the upstream: " + causeOf(err), fixBeyond}, true
	case plain && toProxy:
		return diagnosis{"the proxy does not speak TLS, which https:// in upstream_proxy asks for", fixScheme}, true
	case strings.Contains(text, "malformed HTTP"), strings.Contains(text, "HTTP/0.9"):
		return diagnosis{"what listens there is no HTTP proxy", fixScheme}, true
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return diagnosis{"the proxy closes the connection without an answer", fixScheme + "; or see the log of the proxy"}, true
	case isTimeout(err):
		return diagnosis{"no answer through the proxy within " + requestTimeout.String() + ": it is of another kind than upstream_proxy says, or does not reach the upstream", fixScheme + "; or see the log of the proxy"}, true
	case toProxy:
		return diagnosis{"the proxy cannot be reached: " + causeOf(err), "start it, or correct upstream_proxy; calls never go around it"}, true
	}
	return diagnosis{}, false
}

// diagnoseStatus explains the answer of an HTTP proxy.
func (c *Config) diagnoseStatus(status int) diagnosis {
	switch {
	case status == http.StatusProxyAuthRequired && c.Proxy.User != nil:
		return diagnosis{"the proxy does not accept its user and password (407)", fixSignIn}
	case status == http.StatusProxyAuthRequired:
		return diagnosis{"the proxy asks for a user and a password (407)", fixSignIn}
	case status == http.StatusForbidden || status == http.StatusUnavailableForLegalReasons:
		return diagnosis{fmt.Sprintf("the proxy does not allow connections to the upstream (%d)", status), fixAllow}
	case status == http.StatusBadGateway || status == http.StatusServiceUnavailable || status == http.StatusGatewayTimeout:
		return diagnosis{fmt.Sprintf("the proxy cannot reach the upstream (%d)", status), fixBeyond}
	case status >= 300 && status < 400, status == http.StatusNetworkAuthenticationRequired:
		return diagnosis{fmt.Sprintf("a portal answers in the place of the proxy (%d)", status), fixPortal}
	}
	return diagnosis{fmt.Sprintf("the proxy does not open connections to port 443 (CONNECT is answered with %d)", status), "take an HTTP proxy that allows CONNECT; a web server or a reverse proxy is none"}
}

// socksAnswers are the refusals of RFC 1928 and RFC 1929 in the words of net/http.
var socksAnswers = []struct {
	words string
	diagnosis
}{
	{"no acceptable authentication methods", diagnosis{"the SOCKS proxy asks for another way to sign in: a user and a password are missing, or it wants none", fixSignIn}},
	{"username/password authentication failed", diagnosis{"the SOCKS proxy does not accept its user and password", fixSignIn}},
	{"invalid username/password", diagnosis{"the SOCKS proxy does not accept its user and password", fixSignIn}},
	{"not allowed by ruleset", diagnosis{"the SOCKS proxy does not allow connections to the upstream", fixAllow}},
	{"unexpected protocol version", diagnosis{"what listens there is no SOCKS5 proxy", fixScheme}},
	{"network unreachable", diagnosis{"the SOCKS proxy cannot reach the upstream", fixBeyond}},
	{"host unreachable", diagnosis{"the SOCKS proxy cannot reach the upstream", fixBeyond}},
	{"connection refused", diagnosis{"the SOCKS proxy cannot reach the upstream", fixBeyond}},
	{"TTL expired", diagnosis{"the SOCKS proxy cannot reach the upstream", fixBeyond}},
	{"general SOCKS server failure", diagnosis{"the SOCKS proxy cannot reach the upstream", fixBeyond}},
}

// diagnoseAnswer finds the answers that cannot be the upstream's: those of a portal,
// or of a proxy for an upstream without TLS.
func (c *Config) diagnoseAnswer(response *http.Response) (diagnosis, bool) {
	status := response.StatusCode
	if c.Proxy != nil && status == http.StatusProxyAuthRequired {
		return c.diagnoseStatus(status), true
	}
	target, err := url.Parse(response.Header.Get("Location"))
	away := err == nil && status >= 300 && status < 400 && target.Host != "" && !isGoogle(target.Hostname()) && c.Upstream != target.Scheme+"://"+target.Host
	if away || status == http.StatusNetworkAuthenticationRequired {
		return diagnosis{fmt.Sprintf("a portal of this network answers in the place of the upstream (%d)", status), fixPortal}, true
	}
	return diagnosis{}, false
}

func isGoogle(host string) bool {
	return host == "google.com" || strings.HasSuffix(host, ".google.com")
}

// isOp reports whether an error, or one that it wraps, is of an operation whose name
// begins so.
func isOp(err error, name string) bool {
	for op, ok := errors.AsType[*net.OpError](err); ok; op, ok = errors.AsType[*net.OpError](op.Err) {
		if strings.HasPrefix(op.Op, name) {
			return true
		}
	}
	return false
}

func isTimeout(err error) bool {
	timeout, ok := errors.AsType[net.Error](err)
	return ok && timeout.Timeout() || errors.Is(err, context.DeadlineExceeded)
}

// causeOf is an error without the address that was called.
func causeOf(err error) string {
	if call, ok := errors.AsType[*url.Error](err); ok {
		err = call.Err
	}
	if _, ok := errors.AsType[*net.DNSError](err); ok {
		return "its name is not found"
	}
	for op, ok := errors.AsType[*net.OpError](err); ok; op, ok = errors.AsType[*net.OpError](err) {
		err = op.Err
	}
	return cmp.Or(err.Error(), "unknown error")
}
