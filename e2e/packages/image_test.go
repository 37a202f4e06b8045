package packages_test

import (
	"bytes"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/geminid/geminid/e2e/harness"
)

// native puts this machine's names for its architecture into a file name.
func native(name string) string {
	if runtime.GOARCH == "arm64" {
		return strings.NewReplacer("amd64", "arm64", "x86_64", "aarch64").Replace(name)
	}
	return name
}

// user is who runs in the image.
const user = 65532

// image is a container made from the image, with a store of its own and a
// directory of the machine as its volume. It runs as user, or as its own if that is
// empty.
type image struct {
	store, name, volume, user string
}

// openImage builds the image and makes a container from it.
func openImage(t *testing.T) image {
	t.Helper()
	harness.Tool(t, "buildah", "buildah")
	scratch := t.TempDir()
	makeIn(t, harness.Root(), "image", "BIN="+filepath.Join(scratch, "bin"), "DIST="+filepath.Join(scratch, "dist"))
	c := image{store: filepath.Join(scratch, "store"), volume: filepath.Join(scratch, "volume")}
	c.name = strings.TrimSpace(c.buildah(t, "from", "oci-archive:"+filepath.Join(scratch, "dist/geminid-image.tar")))
	t.Cleanup(func() { c.buildah(t, "rm", "-a") })
	if err := os.MkdirAll(filepath.Join(c.volume, "inbox"), 0o750); err != nil {
		t.Fatal(err)
	}
	for _, dir := range []string{c.volume, filepath.Join(c.volume, "inbox")} {
		if err := os.Chown(dir, user, user); err != nil {
			harness.NotTested(t, "giving a volume to the image's user needs root: %v", err)
		}
	}
	return c
}

func (c image) command(args ...string) *exec.Cmd {
	cmd := exec.Command("buildah", append([]string{"--root", c.store + "/root", "--runroot", c.store + "/run"}, args...)...)
	cmd.Env = append(os.Environ(), "STORAGE_DRIVER=vfs")
	return cmd
}

func (c image) buildah(t *testing.T, args ...string) string {
	t.Helper()
	var complaint bytes.Buffer
	cmd := c.command(args...)
	cmd.Stderr = &complaint
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("buildah %s: %v\n%s", strings.Join(args, " "), err, complaint.String())
	}
	return string(out)
}

// geminid is the image's program with the environment of the image and more. It
// shares the network of the machine, and needs no container runtime.
func (c image) geminid(env []string, args ...string) *exec.Cmd {
	line := []string{"run", "--isolation", "chroot", "--volume", c.volume + ":/var/lib/geminid"}
	if c.user != "" {
		line = append(line, "--user", c.user)
	}
	for _, e := range env {
		line = append(line, "--env", e)
	}
	return c.command(append(append(line, c.name, "--", "/usr/bin/geminid"), args...)...)
}

// TestImage runs the image as its README says: without a key it refuses, with one
// it serves as nobody in particular.
func TestImage(t *testing.T) {
	c := openImage(t)
	said, err := c.geminid(nil, "serve").CombinedOutput()
	if err == nil || !strings.Contains(string(said), "geminid keys add") {
		t.Errorf("without a key it should refuse to listen on all addresses: %v\n%s", err, said)
	}
	said, err = c.geminid(nil, "keys", "add", "laptop").Output()
	key := harness.Secret(regexp.MustCompile(`gmd_\S+`).FindString(string(said)))
	if err != nil || key == "" {
		t.Fatalf("keys add: %v\n%s", err, said)
	}
	sim, addr := harness.Simulate(t), harness.FreeAddr(t)
	ended := c.serve(t, "GEMINID_LISTEN="+addr, "GEMINID_UPSTREAM_URL="+sim.URL)
	d := &harness.Daemon{URL: "http://" + addr, Key: key}
	harness.Eventually(t, 20*time.Second, "the image serves", func() bool { return d.Try(t.Context(), http.MethodGet, "/livez") })
	drop(t, c, sim.Session(t, "image"))
	harness.Eventually(t, 20*time.Second, "the session is taken up", func() bool { return d.Try(t.Context(), http.MethodGet, "/readyz") })
	reply := d.Do(t, http.MethodPost, "/v1/chat/completions", `{"model":"gemini-2.5-flash","messages":[{"role":"user","content":"hello"}]}`)
	if reply.Status != http.StatusOK {
		t.Errorf("a chat in the image answers %d %s", reply.Status, reply.Body)
	}
	pid := running(t, addr)
	looksBare(t, pid)
	stop(t, pid, ended)
	runsAsAnyUser(t, c, sim)
}

// runsAsAnyUser serves as a user without a name that owns the volume and may write
// nowhere else, which is as good as a root that is read-only, and asks for its health
// as a container runtime does.
func runsAsAnyUser(t *testing.T, c image, sim *harness.Simulator) {
	t.Helper()
	const other = 1000660000 // as OpenShift chooses them
	err := filepath.WalkDir(c.volume, func(path string, _ os.DirEntry, err error) error {
		return errors.Join(err, os.Lchown(path, other, 0))
	})
	if err != nil {
		t.Fatal(err)
	}
	c.user = fmt.Sprintf("%d:0", other)
	if err := c.geminid(nil, "cookies", "status", "-q").Run(); err == nil {
		t.Error("the health is good though no server runs")
	}
	addr := harness.FreeAddr(t)
	ended := c.serve(t, "GEMINID_LISTEN="+addr, "GEMINID_UPSTREAM_URL="+sim.URL)
	d := &harness.Daemon{URL: "http://" + addr}
	harness.Eventually(t, 20*time.Second, "another user is ready", func() bool { return d.Try(t.Context(), http.MethodGet, "/readyz") })
	pid := running(t, addr)
	if owner := uid(t, pid); owner != other {
		t.Errorf("the server runs as user %d, want %d", owner, other)
	}
	if said, err := c.geminid(nil, "cookies", "status", "-q").CombinedOutput(); err != nil {
		t.Errorf("the health is bad: %v\n%s", err, said)
	}
	stop(t, pid, ended)
}

// stop ends a server as a container runtime does, and waits for it.
func stop(t *testing.T, pid int, ended <-chan error) {
	t.Helper()
	if err := syscall.Kill(pid, syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	select {
	case err := <-ended:
		if err != nil {
			t.Errorf("stopped with %v", err)
		}
	case <-time.After(40 * time.Second):
		t.Error("the server does not stop")
	}
}

// serve runs the server with more in its environment. How it ended is sent; what
// it said is held against the secrets when the test ends.
func (c image) serve(t *testing.T, env ...string) (ended <-chan error) {
	t.Helper()
	server := c.geminid(env, "serve")
	said := new(harness.Transcript)
	server.Stdout, server.Stderr = said, said
	server.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	end, gone := make(chan error, 1), make(chan struct{})
	go func() {
		end <- server.Wait()
		close(gone)
	}()
	t.Cleanup(func() {
		_ = syscall.Kill(-server.Process.Pid, syscall.SIGKILL) // gone already when all went well
		<-gone
		if found := harness.Leaks(said.String()); len(found) > 0 {
			t.Errorf("the log holds secrets: %v", found)
		}
		if t.Failed() {
			t.Log(said.String())
		}
	})
	return end
}

// looksBare wants a process without rights, in a tree with nothing but what it
// needs.
func looksBare(t *testing.T, pid int) {
	t.Helper()
	if owner := uid(t, pid); owner != user {
		t.Errorf("the server runs as user %d, want %d", owner, user)
	}
	root := fmt.Sprintf("/proc/%d/root", pid)
	for _, path := range []string{"bin", "lib", "usr/lib", "usr/bin/sh"} {
		if _, err := os.Stat(filepath.Join(root, path)); err == nil {
			t.Errorf("the image holds /%s", path)
		}
	}
	if _, err := os.Stat(filepath.Join(root, "etc/ssl/certs/ca-certificates.crt")); err != nil {
		t.Error("the image has no certificates to check the upstream against:", err)
	}
}

func drop(t *testing.T, c image, session harness.Session) {
	t.Helper()
	path := filepath.Join(c.volume, "inbox", "cookies.txt")
	if err := os.WriteFile(path, []byte(session.Netscape()), 0o644); err != nil {
		t.Fatal(err)
	}
}

// running finds the process that was told to listen on addr: the one whose
// program is geminid's and whose environment says so.
func running(t *testing.T, addr string) int {
	t.Helper()
	all, err := filepath.Glob("/proc/[0-9]*/environ")
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range all {
		dir := filepath.Dir(path)
		environ, _ := os.ReadFile(path) // another process may end meanwhile
		program, _ := os.ReadFile(filepath.Join(dir, "comm"))
		if strings.TrimSpace(string(program)) == "geminid" && bytes.Contains(environ, []byte("GEMINID_LISTEN="+addr+"\x00")) {
			var pid int
			if _, err := fmt.Sscan(filepath.Base(dir), &pid); err != nil {
				t.Fatal(err)
			}
			return pid
		}
	}
	t.Fatalf("no geminid listens on %s", addr)
	return 0
}

func uid(t *testing.T, pid int) int {
	t.Helper()
	info, err := os.Stat(fmt.Sprintf("/proc/%d", pid))
	if err != nil {
		t.Fatal(err)
	}
	return int(info.Sys().(*syscall.Stat_t).Uid)
}
