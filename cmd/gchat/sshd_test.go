package main

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
	"golang.org/x/net/proxy"
)

// sshdPath finds the sshd of this machine; its folder is not in everybody's PATH.
func sshdPath() (string, error) {
	if path, err := exec.LookPath("sshd"); err == nil {
		return path, nil
	}
	return exec.LookPath("/usr/sbin/sshd")
}

// cmdSSHD starts a real sshd on loopback with keys of its own and puts an ssh in
// front of PATH that goes there for any host. What runs on the "server" finds
// $WORK/server/bin first.
func cmdSSHD(ts *testscript.TestScript, neg bool, args []string) {
	sshd, err := sshdPath()
	ts.Check(err)
	ssh, err := exec.LookPath("ssh")
	ts.Check(err)
	dir := ts.MkAbs("ssh")
	ts.Check(os.MkdirAll(filepath.Join(dir, "bin"), 0o700))
	for _, name := range []string{"host", "user"} {
		ts.Check(exec.Command("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", filepath.Join(dir, name)).Run())
	}
	port := freePort(ts)
	write(ts, 0o600, filepath.Join(dir, "sshd_config"), fmt.Sprintf(`
ListenAddress 127.0.0.1
Port %d
HostKey %s/host
AuthorizedKeysFile %[2]s/user.pub
PidFile none
UsePAM no
StrictModes no
PermitRootLogin yes
PasswordAuthentication no
SetEnv PATH=%s:/usr/local/bin:/usr/bin:/bin
`, port, dir, ts.MkAbs("server/bin")))
	write(ts, 0o600, filepath.Join(dir, "config"), fmt.Sprintf(`
Host *
HostName 127.0.0.1
Port %d
IdentityFile %s/user
IdentitiesOnly yes
StrictHostKeyChecking no
UserKnownHostsFile /dev/null
LogLevel ERROR
`, port, dir))
	write(ts, 0o700, filepath.Join(dir, "bin", "ssh"), fmt.Sprintf("#!/bin/sh\nexec %s -F %s/config \"$@\"\n", ssh, dir))
	ts.Setenv("PATH", filepath.Join(dir, "bin")+string(os.PathListSeparator)+ts.Getenv("PATH"))

	// Debian makes this folder when the service starts, which it never did here.
	_ = os.Mkdir("/run/sshd", 0o755)
	log := &strings.Builder{}
	server := exec.Command(sshd, "-D", "-e", "-f", filepath.Join(dir, "sshd_config"))
	server.Stderr = log
	ts.Check(server.Start())
	ended := make(chan struct{})
	go func() { _ = server.Wait(); close(ended) }()
	ts.Defer(func() { _ = server.Process.Kill(); <-ended })
	for range 100 {
		conn, err := net.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", port))
		if err == nil {
			conn.Close()
			return
		}
		select {
		case <-ended:
			ts.Fatalf("sshd ended at once: %s", log)
		case <-time.After(50 * time.Millisecond):
		}
	}
	ts.Fatalf("sshd does not listen: %s", log)
}

func freePort(ts *testscript.TestScript) int {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	ts.Check(err)
	defer listener.Close()
	return listener.Addr().(*net.TCPAddr).Port
}

func write(ts *testscript.TestScript, mode os.FileMode, path, text string) {
	ts.Check(os.WriteFile(path, []byte(text), mode))
}

// pretendFirefox is the browser of the scripts. It goes where it is told through
// the proxy of its profile's user.js, as a real one would; "signing in" means
// that $FIREFOX_COOKIES becomes the profile's database.
func pretendFirefox() {
	profile := ""
	for i, arg := range os.Args {
		if arg == "--profile" {
			profile = os.Args[i+1]
		}
	}
	must := func(err error) {
		if err != nil {
			fmt.Fprintln(os.Stderr, "pretend firefox:", err)
			os.Exit(3)
		}
	}
	prefs, err := os.ReadFile(filepath.Join(profile, "user.js"))
	must(err)
	if found := regexp.MustCompile(`socks_port", (\d+)`).FindSubmatch(prefs); found != nil {
		port, err := strconv.Atoi(string(found[1]))
		must(err)
		dialer, err := proxy.SOCKS5("tcp", fmt.Sprintf("127.0.0.1:%d", port), nil, proxy.Direct)
		must(err)
		there, err := url.Parse(os.Getenv("GCHAT_SERVER"))
		must(err)
		client := &http.Client{Transport: &http.Transport{DialContext: dialer.(proxy.ContextDialer).DialContext}}
		answer, err := client.Get(there.String() + "/signed-in")
		must(err)
		_, err = io.Copy(io.Discard, answer.Body)
		must(err)
	}
	database, err := os.ReadFile(os.Getenv("FIREFOX_COOKIES"))
	must(err)
	must(os.WriteFile(filepath.Join(profile, "cookies.sqlite"), database, 0o600))
}
