package doctor_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/big"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/geminid/geminid/ops/doctor"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

// server answers what is asked of it, or fails.
type server map[string]string

func (s server) ask(_ context.Context, path string, out any) error {
	body, ok := s[path]
	if !ok {
		return &fs.PathError{Op: "dial", Path: "/run/geminid.sock", Err: fs.ErrNotExist}
	}
	if raw, ok := out.(*[]byte); ok {
		*raw = []byte(body)
		return nil
	}
	return json.Unmarshal([]byte(body), out)
}

// closed is a server that does not let this user in.
func closed(context.Context, string, any) error {
	return fmt.Errorf("opening the socket: %w", fs.ErrPermission)
}

// network answers every call.
type network func(r *http.Request) (*http.Response, error)

func (n network) RoundTrip(r *http.Request) (*http.Response, error) { return n(r) }

func answer(body string, date time.Time) network {
	return func(*http.Request) (*http.Response, error) {
		header := http.Header{}
		if !date.IsZero() {
			header.Set("Date", date.Format(http.TimeFormat))
		}
		return &http.Response{StatusCode: http.StatusOK, Header: header, Body: io.NopCloser(strings.NewReader(body))}, nil
	}
}

func says(yes, known bool) func() (bool, bool) { return func() (bool, bool) { return yes, known } }

var dead network = func(*http.Request) (*http.Response, error) {
	return nil, &url.Error{Op: "Get", URL: "https://secret.example.org", Err: &net.DNSError{Name: "secret.example.org"}}
}

// root is a file system of a machine.
func root(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, content := range files {
		path := filepath.Join(dir, name)
		must(t, os.MkdirAll(filepath.Dir(path), 0o755))
		must(t, os.WriteFile(path, []byte(content), 0o644))
	}
	return dir
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// file writes a file with a mode and returns its path.
func file(t *testing.T, content string, mode fs.FileMode) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "file")
	must(t, os.WriteFile(path, []byte(content), 0o600))
	must(t, os.Chmod(path, mode))
	return path
}

func dir(t *testing.T, mode fs.FileMode) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "dir")
	must(t, os.Mkdir(path, 0o700))
	must(t, os.Chmod(path, mode))
	return path
}

// crowd is a directory with n files.
func crowd(t *testing.T, n int) string {
	t.Helper()
	dir := t.TempDir()
	for i := range n {
		must(t, os.WriteFile(filepath.Join(dir, fmt.Sprint(i)), nil, 0o600))
	}
	return dir
}

// mounts is what the kernel says of a file that is mounted into an inbox.
const mounts = `22 1 8:1 / / rw - ext4 /dev/sda1 rw
23 22 8:1 /home/me/in /data/in rw - ext4 /dev/sda1 rw
24 22 8:1 /home/me/in /data/in\040box rw - ext4 /dev/sda1 rw
25 24 8:1 /home/me/cookies.txt /data/in\040box/cookies.txt rw - ext4 /dev/sda1 rw
26 22 8:1 /x /data/in\040boxes rw - ext4 /dev/sda1 rw
`

// checkCertificate writes one that ends at a moment, with its key in the same file.
func checkCertificate(t *testing.T, end time.Time) doctor.Config {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	must(t, err)
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: end}
	raw, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	must(t, err)
	private, err := x509.MarshalPKCS8PrivateKey(key)
	must(t, err)
	both := append(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: raw}), pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: private})...)
	path := file(t, string(both), 0o600)
	return doctor.Config{TLSCert: path, TLSKey: path}
}

// listening is a port that a program of ours listens on, with what it answers.
func listening(t *testing.T, status int) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	s := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(status) })}
	done := make(chan struct{})
	go func() { defer close(done); _ = s.Serve(l) }()
	t.Cleanup(func() { _ = s.Close(); <-done })
	return l.Addr().String()
}

func unused(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	defer l.Close()
	return l.Addr().String()
}

func account(state string) string {
	return fmt.Sprintf(`{"accounts":[{"name":"my-secret-name","state":%q,"persisted":true,"remedy":"do this","last_proof":"2026-11-23T11:59:00Z"}]}`, state)
}

const ufwOn = "# /etc/ufw/ufw.conf\nENABLED=yes\n"

func rules(tuple string) string {
	return "*filter\n### tuple ### " + tuple + " 0.0.0.0/0 any 0.0.0.0/0 in\n-A ufw-user-input -j ACCEPT\n"
}

// TestChecks gives each check a patient and expects one finding of it.
func TestChecks(t *testing.T) {
	alive := server{"/livez": `{"status":"alive"}`}
	exits := func(address string) string {
		state := dir(t, 0o700)
		must(t, doctor.Exits{"a": {Address: netip.MustParseAddr(address), Since: noon}}.Save(state))
		return state
	}
	tests := []struct {
		name, group string
		config      doctor.Config
		level       doctor.Level // empty: nothing is said
		text, fix   string
	}{
		{"good config", "config", doctor.Config{}, doctor.Good, "can be used", ""},
		{"broken config", "config", doctor.Config{Problem: errors.New(`/etc/geminid.yaml:3: watch: "hunter2" is not one of`)}, doctor.Bad, `:3: watch: "<value>"`, "check-config"},
		{"public without key", "config", doctor.Config{Listen: "0.0.0.0:8100"}, doctor.Bad, "will not start", "keys add"},
		{"open to everybody", "config", doctor.Config{Listen: ":8100", Open: true, Keyless: true}, doctor.Bad, "anybody can use", "insecure_no_auth"},
		{"public without HTTPS", "config", doctor.Config{Listen: ":8100", Keys: true}, doctor.Warning, "without HTTPS", "Caddy"},
		{"hidden keys", "config", doctor.Config{Listen: ":8100", KeysProblem: &fs.PathError{Op: "open", Path: "keys", Err: fs.ErrPermission}}, doctor.Note, "cannot be seen by this user", "as root"},
		{"broken keys", "config", doctor.Config{Listen: ":8100", KeysProblem: errors.New("keys:3: no digest")}, doctor.Bad, "keys:3: no digest", "keys add"},
		{"hidden config", "config", doctor.Config{Problem: fmt.Errorf("reading: %w", fs.ErrPermission)}, doctor.Warning, "by this user", "as root"},
		{"open to everybody behind a proxy", "config", doctor.Config{Listen: "127.0.0.1:8100", Loopback: true, Open: true, Keyless: true}, doctor.Bad, "anybody can use", "insecure_no_auth"},
		{"consent, and every key revoked", "config", doctor.Config{Listen: ":8100", Open: true}, doctor.Warning, "every client is refused", "keys add"},
		{"no key yet", "config", doctor.Config{Listen: "127.0.0.1:8100", Loopback: true, Keyless: true}, doctor.Warning, "every user and program of this machine may ask", "keys add"},
		{"every key revoked", "config", doctor.Config{Listen: "127.0.0.1:8100", Loopback: true}, doctor.Warning, "every client is refused", "keys add"},
		{"an admin key alone", "config", doctor.Config{Listen: "127.0.0.1:8100", Loopback: true, Keys: true, Admin: true}, doctor.Note, "only the admin key may ask", "keys add"},
		{"no admin key", "config", doctor.Config{Listen: "127.0.0.1:8100", Loopback: true, Keys: true, Client: true}, doctor.Note, "no admin key", "--admin"},
		{"good certificate", "config", checkCertificate(t, noon.AddDate(0, 2, 0)), doctor.Good, "ends on 2027-01-23", ""},
		{"old certificate", "config", checkCertificate(t, noon.AddDate(0, 0, 3)), doctor.Warning, "ends on 2026-11-26", "not renewed"},
		{"dead certificate", "config", checkCertificate(t, noon.AddDate(0, 0, -1)), doctor.Bad, "which is over", "renew"},
		{"another one's key", "config", doctor.Config{TLSCert: checkCertificate(t, noon).TLSCert, TLSKey: checkCertificate(t, noon).TLSKey}, doctor.Bad, "private key does not match", "one pair"},
		{"no key of the certificate", "config", doctor.Config{TLSCert: checkCertificate(t, noon).TLSCert, TLSKey: "/gone"}, doctor.Bad, "tls_key: no such file", "one pair"},
		{"open key of the certificate", "permissions", doctor.Config{TLSKey: file(t, "x", 0o644)}, doctor.Bad, "key of the certificate", "chmod o= "},
		{"no certificate", "config", doctor.Config{TLSCert: "/gone"}, doctor.Bad, "cannot be read: no such file", "tls_cert"},
		{"certificate that is a pipe", "config", doctor.Config{TLSCert: pipe(t)}, doctor.Bad, "cannot be read: it is a named pipe", "tls_cert"},
		{"key of the certificate that is a pipe", "config", doctor.Config{TLSCert: checkCertificate(t, noon).TLSCert, TLSKey: pipe(t)}, doctor.Bad, "tls_key: it is a named pipe", "one pair"},
		{"certificate of noise", "config", doctor.Config{TLSCert: file(t, "x", 0o600)}, doctor.Bad, "no PEM", "tls_cert"},

		{"private", "permissions", doctor.Config{StateDir: dir(t, 0o700), InboxDir: dir(t, 0o770), KeysFile: file(t, "", 0o600), Socket: file(t, "", 0o660)}, doctor.Good, "private", ""},
		{"open state", "permissions", doctor.Config{StateDir: dir(t, 0o755)}, doctor.Bad, "state directory", "chmod 700 "},
		{"open keys", "permissions", doctor.Config{KeysFile: file(t, "", 0o640)}, doctor.Bad, "mode 640", "chmod 600 "},
		{"open inbox", "permissions", doctor.Config{InboxDir: dir(t, 0o777)}, doctor.Bad, "mode 777", "chmod o-rwx "},
		{"secrets in an open file", "permissions", doctor.Config{File: file(t, "", 0o644), Secrets: true}, doctor.Bad, "configuration file", "chmod 640 "},
		{"no secrets in an open file", "permissions", doctor.Config{File: file(t, "", 0o644)}, doctor.Good, "", ""},
		{"no state yet", "permissions", doctor.Config{StateDir: "/nowhere/at/all"}, doctor.Note, "does not exist yet", "when it starts"},
		{"state is a file", "permissions", doctor.Config{StateDir: file(t, "", 0o600)}, doctor.Bad, "is no directory", "move it away"},
		{"no socket yet", "permissions", doctor.Config{Socket: "/nowhere/sock"}, doctor.Good, "", ""},

		{"disk of what is to come", "disk", doctor.Config{StateDir: filepath.Join(t.TempDir(), "a", "b")}, doctor.Good, "free for the state", ""},
		{"no state directory", "disk", doctor.Config{}, "", "", ""},

		{"file events", "inotify", doctor.Config{InboxDir: t.TempDir()}, doctor.Good, "at once", ""},
		{"few watchers", "inotify", doctor.Config{InboxDir: t.TempDir(), Root: root(t, map[string]string{"proc/sys/fs/inotify/max_user_instances": "8\n"})}, doctor.Note, "only 8", "sysctl"},
		{"polling", "inotify", doctor.Config{InboxDir: t.TempDir(), Poll: true}, doctor.Good, "intervals", ""},

		{"inbox", "inbox", doctor.Config{InboxDir: crowd(t, 3)}, doctor.Good, "nothing else", ""},
		{"no inbox yet", "inbox", doctor.Config{InboxDir: "/nowhere/inbox"}, doctor.Good, "nothing else", ""},
		{"downloads", "inbox", doctor.Config{InboxDir: crowd(t, 300)}, doctor.Warning, "holds 300 files: only 256 are read", "inbox_dir"},
		{"mounted file", "inbox", doctor.Config{InboxDir: "/data/in box", Root: root(t, map[string]string{"proc/self/mountinfo": mounts})}, doctor.Warning, "/data/in box/cookies.txt is mounted", "mount the directory"},
		{"mounted inbox", "inbox", doctor.Config{InboxDir: "/data/in", Root: root(t, map[string]string{"proc/self/mountinfo": mounts})}, doctor.Good, "nothing else", ""},

		{"free port", "port", doctor.Config{Listen: unused(t)}, doctor.Good, "is free", ""},
		{"taken port, closed socket", "port", doctor.Config{Listen: listening(t, 200), Ask: closed}, doctor.Note, "cannot be asked by this user", "group geminid"},
		{"taken port", "port", doctor.Config{Listen: listening(t, 404)}, doctor.Bad, "another program listens", "ss -ltnp"},
		{"own port", "port", doctor.Config{Listen: listening(t, 200), Ask: alive.ask}, doctor.Good, "the server answers", ""},
		{"own port with HTTPS", "port", doctor.Config{Listen: listening(t, 400), TLSCert: "cert.pem", Ask: alive.ask}, doctor.Good, "the server answers", ""},
		{"port of somebody else", "port", doctor.Config{Listen: listening(t, 404), Ask: alive.ask}, doctor.Bad, "than the running server", "ss -ltnp"},
		{"port before a restart", "port", doctor.Config{Listen: unused(t), Ask: alive.ask}, doctor.Bad, "runs, but not on", "restart"},
		{"address of another machine", "port", doctor.Config{Listen: "192.0.2.1:8100"}, doctor.Bad, "no network interface", "ip addr"},

		{"loopback needs no firewall", "firewall", doctor.Config{Listen: "127.0.0.1:8100", Loopback: true}, "", "", ""},
		{"container", "firewall", doctor.Config{Listen: ":8100", Root: root(t, map[string]string{".dockerenv": ""})}, doctor.Note, "firewall of the host", "sudo ufw allow 8100/tcp"},
		{"ufw shut", "firewall", doctor.Config{Listen: ":8100", Root: root(t, map[string]string{"etc/ufw/ufw.conf": ufwOn, "etc/ufw/user.rules": rules("allow tcp 22")})}, doctor.Warning, "no rule for port 8100", "sudo ufw allow 8100/tcp"},
		{"ufw denies", "firewall", doctor.Config{Listen: ":8100", Root: root(t, map[string]string{"etc/ufw/ufw.conf": ufwOn, "etc/ufw/user.rules": rules("deny tcp 8100")})}, doctor.Warning, "no rule", "ufw allow"},
		{"ufw for UDP", "firewall", doctor.Config{Listen: ":8100", Root: root(t, map[string]string{"etc/ufw/ufw.conf": ufwOn, "etc/ufw/user.rules": rules("allow udp 8100")})}, doctor.Warning, "no rule", "ufw allow"},
		{"ufw open", "firewall", doctor.Config{Listen: ":8100", Root: root(t, map[string]string{"etc/ufw/ufw.conf": ufwOn, "etc/ufw/user.rules": rules("allow tcp 8100")})}, doctor.Good, "lets port 8100 in", ""},
		{"ufw with a range", "firewall", doctor.Config{Listen: ":8100", Root: root(t, map[string]string{"etc/ufw/ufw.conf": ufwOn, "etc/ufw/user.rules": rules("limit tcp 80,8000:8200")})}, doctor.Good, "lets port 8100 in", ""},
		{"ufw unreadable", "firewall", doctor.Config{Listen: ":8100", Root: root(t, map[string]string{"etc/ufw/ufw.conf": ufwOn})}, doctor.Note, "root only", "ufw status"},
		{"ufw off", "firewall", doctor.Config{Listen: ":8100", Root: root(t, map[string]string{"etc/ufw/ufw.conf": "ENABLED=no\n"})}, doctor.Good, "no firewall", ""},
		{"firewalld", "firewall", doctor.Config{Listen: ":8100", Root: root(t, map[string]string{"run/firewalld/locked": ""})}, doctor.Note, "firewalld runs", "firewall-cmd"},

		{"zone", "config", doctor.Config{ZoneProblem: "TZ=CST-8 is no time zone; set TZ to a city"}, doctor.Warning, "TZ=CST-8 is no time zone", "set TZ to a city"},
		{"proxy not known", "proxy", doctor.Config{Problem: fmt.Errorf("reading: %w", fs.ErrPermission)}, "", "", ""},
		{"no proxy", "proxy", doctor.Config{}, doctor.Good, "directly", ""},
		{"proxy of the environment", "proxy", doctor.Config{ProxyEnv: []string{"HTTPS_PROXY"}}, doctor.Note, "HTTPS_PROXY is set", "upstream_proxy"},
		{"proxy", "proxy", doctor.Config{Proxy: &url.URL{Scheme: "http", Host: listening(t, 200)}}, doctor.Good, "can be reached", ""},
		{"dead proxy", "proxy", doctor.Config{Proxy: &url.URL{Scheme: "socks5", Host: unused(t), User: url.UserPassword("me", "hunter2")}}, doctor.Bad, "connection refused", "upstream_proxy"},

		{"upstream", "upstream", doctor.Config{Upstream: "https://gemini.google.com/", Transport: answer("", noon)}, doctor.Good, "the upstream answers", ""},
		{"right clock", "clock", doctor.Config{Upstream: "https://gemini.google.com/", Transport: answer("", noon.Add(-2*time.Second))}, doctor.Good, "the clock is right", ""},
		{"kept clock", "clock", doctor.Config{Upstream: "https://gemini.google.com/", Transport: answer("", noon), Synchronised: says(true, true)}, doctor.Good, "the clock is right", ""},
		{"clock that nothing keeps", "clock", doctor.Config{Upstream: "https://gemini.google.com/", Transport: answer("", noon), Synchronised: says(false, true)}, doctor.Note, "not synchronised", "timedatectl"},
		{"clock that nobody tells of", "clock", doctor.Config{Upstream: "https://gemini.google.com/", Transport: answer("", noon), Synchronised: says(false, false)}, doctor.Good, "the clock is right", ""},
		{"clock ahead", "clock", doctor.Config{Upstream: "https://gemini.google.com/", Transport: answer("", noon.Add(-time.Minute))}, doctor.Warning, "off by 1m0s", "timedatectl"},
		{"clock behind", "clock", doctor.Config{Upstream: "https://gemini.google.com/", Transport: answer("", noon.Add(time.Hour))}, doctor.Bad, "off by 1h0m0s", "timedatectl"},
		{"no time told", "clock", doctor.Config{Upstream: "https://gemini.google.com/", Transport: answer("", time.Time{})}, doctor.Note, "has no date", ""},
		{"no network", "upstream", doctor.Config{Upstream: "https://gemini.google.com/", Transport: dead}, doctor.Bad, "its name is not found", "curl -I"},
		{"no network, no clock", "clock", doctor.Config{Upstream: "https://gemini.google.com/", Transport: dead}, "", "", ""},
		{"offline", "clock", doctor.Config{Upstream: "https://gemini.google.com/"}, "", "", ""},

		{"exit off", "exit address", doctor.Config{Transport: answer("8.8.4.4", noon)}, "", "", ""},
		{"exit not noted", "exit address", doctor.Config{ExitURL: "https://ip.example.org", StateDir: t.TempDir(), Transport: answer("8.8.4.4\n", noon)}, doctor.Note, "not noted yet", "next cookies"},
		{"exit the same", "exit address", doctor.Config{ExitURL: "https://ip.example.org", StateDir: exits("8.8.4.4"), Transport: answer("::ffff:8.8.4.4", noon)}, doctor.Good, "the same address", ""},
		{"exit moved", "exit address", doctor.Config{ExitURL: "https://ip.example.org", StateDir: exits("8.8.8.8"), Transport: answer("8.8.4.4", noon)}, doctor.Warning, "1 of 1 sessions", "upstream_proxy"},
		{"exit is a page", "exit address", doctor.Config{ExitURL: "https://ip.example.org", Transport: answer("<html>", noon)}, doctor.Note, "not answer with an address", "exit_ip_url"},

		{"no server", "cookies", doctor.Config{Ask: server{}.ask}, doctor.Warning, "no server runs", "systemctl start"},
		{"no cookies", "cookies", doctor.Config{Ask: server{"/api/cookies/status": `{"accounts":[]}`}.ask}, doctor.Bad, "no cookies yet", "inbox"},
		{"healthy", "cookies", doctor.Config{Ask: server{"/api/cookies/status": account("healthy")}.ask}, doctor.Good, "session 1 of 1: signed in and working, last proven 1 min ago", ""},
		{"expired", "cookies", doctor.Config{Ask: server{"/api/cookies/status": account("expired")}.ask}, doctor.Bad, "signed out", "do this"},
		{"expiring", "cookies", doctor.Config{Ask: server{"/api/cookies/status": account("expiring")}.ask}, doctor.Warning, "end is near", "do this"},
		{"blocked", "cookies", doctor.Config{Ask: server{"/api/cookies/status": account("blocked")}.ask}, doctor.Bad, "refused", "do this"},
		{"missing", "cookies", doctor.Config{Ask: server{"/api/cookies/status": account("missing")}.ask}, doctor.Bad, "no cookies yet", "do this"},
		{"paused", "cookies", doctor.Config{Ask: server{"/api/cookies/status": `{"accounts":[{"state":"healthy","activity":"paused","persisted":true,"remedy":"run: geminid cookies resume my-secret-name"}]}`}.ask}, doctor.Note, "paused", "resume ACCOUNT"},
		{"unreadable", "cookies", doctor.Config{Ask: server{"/api/cookies/status": `{"accounts":[{"name":"my-secret-name","state":"unreadable","persisted":true,"remedy":"run: chmod u+rw /state/accounts/my-secret-name.json"}]}`}.ask}, doctor.Bad, "its saved state cannot be read", "chmod u+rw /state/accounts/ACCOUNT.json"},
		{"not saved", "cookies", doctor.Config{Ask: server{"/api/cookies/status": `{"accounts":[{"state":"healthy"}]}`}.ask}, doctor.Bad, "not saved", "writable"},
		{"suspicious", "cookies", doctor.Config{Ask: server{"/api/cookies/status": `{"accounts":[{"state":"healthy","persisted":true,"notes":["x","y"]}]}`}.ask}, doctor.Note, "a suspicion", "cookies status"},

		{"nobody limited", "limits", doctor.Config{Ask: server{"/api/report?since=1d": `{"sum":{}}`}.ask}, doctor.Good, "nobody was limited", ""},
		{"limited by Google", "limits", doctor.Config{Ask: server{"/api/report?since=1d": `{"sum":{"lim":{"upstream_429":3,"limiter_ip":1,"new":1}}}`}.ask}, doctor.Warning, "3 requests within a day: slowed down", "ask less"},

		{"versions", "versions", doctor.Config{Version: "1.2", Root: root(t, map[string]string{"etc/os-release": "ID=x\nPRETTY_NAME=\"Debian 12\"\n", "proc/sys/kernel/osrelease": "6.1.0\n"})}, doctor.Good, "Debian 12, kernel 6.1.0", ""},
		{"nothing new", "drift", doctor.Config{Ask: server{"/metrics": "geminid_upstream_drift_total{detail=\"status 405\",sign=\"stale_label\"} 2\ngeminid_upstream_drift_total{detail=\"1096 trailing\",sign=\"refusal\"} 9\n"}.ask}, doctor.Good, "nothing unknown", ""},
		{"an unknown element", "drift", doctor.Config{Ask: server{"/metrics": "x 1\ngeminid_upstream_drift_total{detail=\"NewThing\",sign=\"component\"} 3\n"}.ask}, doctor.Note, "component NewThing, 3 times", "newer geminid"},
		{"questions without attestation", "drift", doctor.Config{Ask: server{"/metrics": "geminid_upstream_drift_total{detail=\"1096\",sign=\"refusal\"} 4\n"}.ask}, doctor.Note, "refusal 1096, 4 times", "UpstreamChanged"},
		{"older server", "versions", doctor.Config{Version: "1.2", Ask: server{"/metrics": "x 1\ngeminid_build_info{goarch=\"amd64\",goversion=\"go1\",version=\"1.1\"} 1\n"}.ask}, doctor.Warning, "the running server is 1.1", "restart"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			tt.config.Now = func() time.Time { return noon }
			if tt.config.Root == "" {
				tt.config.Root = t.TempDir()
			}
			var said []string
			for _, f := range doctor.Examine(t.Context(), tt.config) {
				if f.Group != tt.group {
					continue
				}
				said = append(said, fmt.Sprintf("%+v", f))
				if f.Level == tt.level && strings.Contains(f.Text, tt.text) && strings.Contains(f.Fix, tt.fix) {
					return
				}
				if (f.Level == doctor.Bad || f.Level == doctor.Warning) && f.Fix == "" {
					t.Errorf("without a fix: %s", f.Text)
				}
			}
			if tt.level != "" || len(said) > 0 {
				t.Errorf("%s %q %q was not found, but:\n%s", tt.level, tt.text, tt.fix, strings.Join(said, "\n"))
			}
		})
	}
}

func TestSpace(t *testing.T) {
	tests := []struct {
		name          string
		bytes, inodes int64
		counts, ro    bool
		want          doctor.Level
	}{
		{"plenty", 9 << 30, 1e6, true, false, doctor.Good},
		{"read-only", 9 << 30, 1e6, true, true, doctor.Bad},
		{"nothing left", 50 << 20, 1e6, true, false, doctor.Bad},
		{"little left", 500 << 20, 1e6, true, false, doctor.Warning},
		{"no inodes", 9 << 30, 5, true, false, doctor.Bad},
		{"few inodes", 9 << 30, 5000, true, false, doctor.Warning},
		{"inodes are not counted", 9 << 30, 0, false, false, doctor.Good},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := doctor.Space(tt.bytes, tt.inodes, tt.counts, tt.ro); got[0].Level != tt.want || tt.want != doctor.Good && got[0].Fix == "" {
				t.Errorf("got %+v, want %s", got, tt.want)
			}
		})
	}
}

// TestPrivacyOnFileSystems: where files have no modes, a chmod is no cure.
func TestPrivacyOnFileSystems(t *testing.T) {
	if got := doctor.PrivacyRemedy("/state", "chmod 700", ""); got != "chmod 700 /state" {
		t.Error(got)
	}
	for _, kind := range []string{"FAT", "CIFS"} {
		if got := doctor.PrivacyRemedy("/state", "chmod 700", kind); !strings.HasPrefix(got, kind+" has no permissions") || !strings.Contains(got, "umask=077") || strings.Contains(got, "chmod") {
			t.Errorf("%s: %s", kind, got)
		}
	}
}

func TestWorst(t *testing.T) {
	if got := doctor.WorstLevel(nil); got != doctor.Good {
		t.Errorf("worst of nothing is %s", got)
	}
	if got := doctor.WorstLevel([]doctor.Finding{{Level: doctor.Note}, {Level: doctor.Bad}, {Level: doctor.Warning}}); got != doctor.Bad {
		t.Errorf("worst is %s, want bad", got)
	}
}

// pipe makes a named pipe that nobody writes to.
func pipe(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "pipe")
	if err := syscall.Mkfifo(path, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}
