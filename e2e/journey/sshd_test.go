package journey_test

import (
	"bytes"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/geminid/geminid/e2e/harness"
)

// openSSH starts a real sshd on the server's machine and gives the laptop a key
// and an ssh that goes there when it is asked for "server.test".
func (s *server) openSSH(t *testing.T, l *laptop) {
	t.Helper()
	const packages = "openssh-server openssh-client"
	sshd := "/usr/sbin/sshd"
	harness.Tool(t, sshd, packages)
	ssh, keygen := harness.Tool(t, "ssh", packages), harness.Tool(t, "ssh-keygen", packages)
	dir := t.TempDir()
	for _, name := range []string{"host", "user"} {
		if out, err := exec.CommandContext(t.Context(), keygen, "-q", "-t", "ed25519", "-N", "", "-f", filepath.Join(dir, name)).CombinedOutput(); err != nil {
			t.Fatalf("making a key: %v\n%s", err, out)
		}
	}
	_, port, err := net.SplitHostPort(harness.FreeAddr(t))
	if err != nil {
		t.Fatal(err)
	}
	put(t, filepath.Join(dir, "sshd_config"), fmt.Appendf(nil, `ListenAddress 127.0.0.1
Port %s
HostKey %s/host
AuthorizedKeysFile %[2]s/user.pub
PidFile none
UsePAM no
StrictModes no
PermitRootLogin yes
PasswordAuthentication no
SetEnv PATH=%s:/usr/local/bin:/usr/bin:/bin GEMINID_SOCKET=%s
`, port, dir, filepath.Dir(harness.Binary(t, "geminid")), s.Socket()))
	put(t, filepath.Join(dir, "config"), fmt.Appendf(nil, `Host server.test
HostName 127.0.0.1
Port %s
IdentityFile %s/user
IdentitiesOnly yes
StrictHostKeyChecking no
UserKnownHostsFile /dev/null
LogLevel ERROR
`, port, dir))
	// ssh asks the system for the home and not $HOME, so it is told.
	put(t, filepath.Join(l.home, "bin", "ssh"), fmt.Appendf(nil, "#!/bin/sh\nexec %s -F %s/config \"$@\"\n", ssh, dir))
	if err := os.Chmod(filepath.Join(l.home, "bin", "ssh"), 0o700); err != nil {
		t.Fatal(err)
	}
	l.env = append(l.env, "PATH="+filepath.Join(l.home, "bin")+":"+os.Getenv("PATH"))

	_ = os.Mkdir("/run/sshd", 0o755) // the service's own start makes it, and there was none
	var said bytes.Buffer
	daemon := exec.Command(sshd, "-D", "-e", "-f", filepath.Join(dir, "sshd_config"))
	daemon.Stderr = &said
	if err := daemon.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = daemon.Process.Kill()
		_ = daemon.Wait() // it was killed
		if leaks := harness.Leaks(said.String()); leaks != nil {
			t.Errorf("sshd's log holds secrets: %v", leaks)
		}
		if t.Failed() {
			t.Logf("sshd said:\n%s", said.String())
		}
	})
	harness.Eventually(t, patience, "sshd listens", func() bool { return listens(net.JoinHostPort("127.0.0.1", port)) })
}

func listens(addr string) bool {
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		return false
	}
	conn.Close()
	return true
}

// What the database of a Firefox is copied as.
const (
	closed  = "PRAGMA wal_checkpoint(TRUNCATE);\n"                        // with everything in it
	running = ".shell cp \"$DB\" \"$TO\" && cp \"$DB-wal\" \"$TO-wal\"\n" // with the session in the -wal file
)

// firefox writes a profile's database as Firefox does, with Firefox's own
// library behind the sqlite3 tool: its present schema, a write-ahead log, a
// session in the default container and one of another site, and many other
// cookies.
func firefox(t *testing.T, path, end string, session harness.Session) {
	t.Helper()
	db := path
	if end == running {
		db = filepath.Join(t.TempDir(), "cookies.sqlite")
	}
	var script strings.Builder
	script.WriteString(`PRAGMA journal_mode=WAL;
PRAGMA user_version=16;
CREATE TABLE moz_cookies (id INTEGER PRIMARY KEY, originAttributes TEXT NOT NULL DEFAULT '', name TEXT, value TEXT, host TEXT, path TEXT,
  expiry INTEGER, lastAccessed INTEGER, creationTime INTEGER, isSecure INTEGER, isHttpOnly INTEGER, inBrowserElement INTEGER DEFAULT 0,
  sameSite INTEGER DEFAULT 0, schemeMap INTEGER DEFAULT 0, isPartitionedAttributeSet INTEGER DEFAULT 0, updateTime INTEGER,
  CONSTRAINT moz_uniqueid UNIQUE (name, host, path, originAttributes));
CREATE TABLE moz_other (id INTEGER PRIMARY KEY, note TEXT);
BEGIN;
`)
	row := func(attributes, name, value, host string) {
		fmt.Fprintf(&script, `INSERT INTO moz_cookies(originAttributes,name,value,host,path,expiry,lastAccessed,creationTime,isSecure,isHttpOnly,sameSite,schemeMap)
VALUES('%s','%s','%s','%s','/',strftime('%%s','now','+300 days')*1000,1,1,1,1,0,2);
`, attributes, name, value, host)
	}
	for i := range 700 {
		row("", fmt.Sprintf("c%d", i), strings.Repeat("v", 5*i), fmt.Sprintf(".site-%d.example", i%90))
	}
	script.WriteString("COMMIT;\nPRAGMA wal_checkpoint(TRUNCATE);\nBEGIN;\n")
	row("", "__Secure-1PSID", session.PSID, ".google.com")
	row("", "__Secure-1PSIDTS", session.PSIDTS, ".google.com")
	row("", "NID", "511=of-no-importance-here", ".google.com")
	other := harness.Stranger()
	row("", "__Secure-1PSID", other.PSID, ".youtube.com")
	row("^partitionKey=%28https%2Cexample.org%29", "__Secure-1PSID", other.PSID, ".google.com")
	script.WriteString("COMMIT;\n" + end)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), harness.Tool(t, "sqlite3", "sqlite3"), "-bail", db)
	cmd.Env = append(os.Environ(), "DB="+db, "TO="+path)
	cmd.Stdin = strings.NewReader(script.String())
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("writing the database: %v\n%s", err, out)
	}
}
