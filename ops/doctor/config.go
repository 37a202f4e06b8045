package doctor

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"regexp"
	"strings"
	"time"

	"github.com/geminid/geminid/internal/statefile"
)

// quotedText is a piece of the file that an error repeats: it may be a secret in a
// wrong place.
var quotedText = regexp.MustCompile(`"[^"]*"`)

// fixAsRoot is what to do about places that this user may not look into.
const fixAsRoot = "run geminid doctor as root"

// checkConfig checks that the settings can be used, and warns if they are unwise.
func checkConfig(_ context.Context, c *Config) []Finding {
	if errors.Is(c.Problem, fs.ErrPermission) {
		return singleFinding(Warning, "the configuration cannot be read by this user", fixAsRoot)
	}
	if c.Problem != nil {
		return singleFinding(Bad, quotedText.ReplaceAllString(c.Problem.Error(), `"<value>"`), "correct the key it names and run: geminid check-config")
	}
	out := singleFinding(Good, "the configuration can be used", "")
	switch {
	case c.Listen == "":
	case errors.Is(c.KeysProblem, fs.ErrPermission):
		out = append(out, Finding{Level: Note, Text: "whether there are keys cannot be seen by this user", Fix: fixAsRoot})
	case c.KeysProblem != nil:
		out = append(out, Finding{Level: Bad, Text: "the keys cannot be read: " + c.KeysProblem.Error(), Fix: "restore or correct the file; or move it away and make new keys: geminid keys add NAME"})
	case c.Loopback:
		out = append(out, checkClientKeys(c)...)
		if c.Keys && !c.Admin {
			out = append(out, Finding{Level: Note, Text: "there is no admin key: the status page and the admin routes are closed to browsers", Fix: "geminid keys add NAME --admin"})
		}
	case c.Open && !c.Keys:
		out = append(out, checkClientKeys(c)...)
	case !c.Keys:
		out = append(out, Finding{Level: Bad, Text: "the listener can be reached from outside and there is no key: the server will not start", Fix: "geminid keys add NAME, or listen on 127.0.0.1"})
	case c.TLSCert == "":
		out = append(out, Finding{Level: Warning, Text: "the listener can be reached from outside without HTTPS: keys and chats cross the network readable", Fix: "listen on 127.0.0.1 behind Caddy, or set tls_cert and tls_key"})
	}
	if text, fix, ok := strings.Cut(c.ZoneProblem, "; "); ok {
		out = append(out, Finding{Level: Warning, Text: text, Fix: fix})
	}
	return append(out, checkCertificate(c)...)
}

// checkClientKeys judges a server without an API key, which needs one only to start
// in public.
func checkClientKeys(c *Config) []Finding {
	const fix = "geminid keys add NAME"
	switch {
	case c.Client:
		return nil
	case c.Admin:
		return singleFinding(Note, "there is no API key: clients are refused, and only the admin key may ask", fix)
	case c.Keyless && c.Open:
		return singleFinding(Bad, "the API can be reached from outside without a key (insecure_no_auth): anybody can use your account", fix+", and remove insecure_no_auth")
	case c.Keyless:
		return singleFinding(Warning, "there is no API key yet: every user and program of this machine may ask on your account", fix)
	}
	return singleFinding(Warning, "no key is left: every client is refused", fix)
}

const (
	certificateWarning = 14 * 24 * time.Hour
	maxPEM             = 1 << 20 // bytes of a certificate's chain, or of its key
)

// checkCertificate warns if the certificate ends soon or cannot be used.
func checkCertificate(c *Config) []Finding {
	if c.TLSCert == "" {
		return nil
	}
	raw, err := statefile.Read(c.TLSCert, maxPEM)
	if errors.Is(err, fs.ErrPermission) {
		return singleFinding(Note, "the certificate cannot be looked at by this user", "run geminid doctor as root, or with sudo -u geminid")
	}
	if err != nil {
		return singleFinding(Bad, "the certificate cannot be read: "+textWithoutPath(err), "make tls_cert readable for the service")
	}
	block, _ := pem.Decode(raw)
	if block == nil {
		return singleFinding(Bad, "tls_cert holds no PEM certificate", "point tls_cert to the full chain in PEM form")
	}
	cert, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		return singleFinding(Bad, "tls_cert holds no certificate that can be read", "point tls_cert to the full chain in PEM form")
	}
	key, err := statefile.Read(c.TLSKey, maxPEM)
	if err == nil {
		_, err = tls.X509KeyPair(raw, key)
	}
	switch {
	case errors.Is(err, fs.ErrPermission):
		return singleFinding(Note, "the key of the certificate cannot be looked at by this user", "run geminid doctor as root, or with sudo -u geminid")
	case err != nil:
		return singleFinding(Bad, "the certificate cannot be used with tls_key: "+textWithoutPath(err), "point tls_cert and tls_key to one pair in PEM form")
	}
	left := cert.NotAfter.Sub(c.Now())
	text := fmt.Sprintf("the certificate ends on %s", cert.NotAfter.UTC().Format(time.DateOnly))
	switch {
	case left <= 0:
		return singleFinding(Bad, text+", which is over", "renew it; geminid takes the new one up by itself")
	case left < certificateWarning:
		return singleFinding(Warning, text, "see why it is not renewed by now")
	}
	return singleFinding(Good, text, "")
}
