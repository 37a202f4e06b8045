package faults_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/geminid/geminid/e2e/harness"
)

// TestWaysOfWriting: however a file arrives, its content is taken in once.
func TestWaysOfWriting(t *testing.T) {
	h := newHouse(t)
	d := h.serve(t)
	target := filepath.Join(h.home.Inbox(), "cookies.txt")
	ways := []struct{ name, script string }{
		{"rename over it", `cp "$1" "$2.tmp" && mv "$2.tmp" "$2"`},
		{"copy over it", `cp "$1" "$2"`},
		{"write it in place", `cat "$1" > "$2"`},
		{"install", `install -m 600 "$1" "$2"`},
		{"link to it", `cp "$1" "$(dirname "$2")/.there" && ln -sfn .there "$2"`},
		{"replace the link", `rm "$2" && cp "$1" "$2"`},
		{"sed in place", `cp "$1" "$2.tmp" && mv "$2.tmp" "$2" && sed -i 's/^# .*/# edited/' "$2"`},
		{"rsync", `rsync "$1" "$2"`},
		{"rsync in place", `rsync --inplace "$1" "$2"`},
		{"append in pieces", `: > "$2"; head -c 100 "$1" >> "$2"; sleep 0.2; tail -c +101 "$1" >> "$2"`},
	}
	need(t, "rsync")
	for i, way := range ways {
		t.Run(way.name, func(t *testing.T) {
			session := h.sim.Session(t, fmt.Sprintf("way-%d", i))
			source := filepath.Join(t.TempDir(), "export")
			if err := os.WriteFile(source, []byte(session.Netscape()), 0o600); err != nil {
				t.Fatal(err)
			}
			before := applied(t, d)
			run(t, "sh", "-c", way.script, "sh", source, target)
			harness.Eventually(t, 10*time.Second, "the new session is in use", func() bool {
				ask(t, d)
				return h.sim.Answers(t, session) > 0
			})
			time.Sleep(700 * time.Millisecond) // a second load would come by now
			if n := applied(t, d) - before; n != 1 {
				t.Errorf("taken in %d times, want once", n)
			}
		})
	}
}

// TestHalfWritten: a file that is still being written changes nothing and is not
// complained about; when the rest comes it is taken in; when it never comes it is
// refused once.
func TestHalfWritten(t *testing.T) {
	h := newHouse(t)
	d := h.serve(t)
	next := h.sim.Session(t, "next")
	content := next.JSON()
	path := filepath.Join(h.home.Inbox(), "cookies.json")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	before := applied(t, d)
	for _, part := range []string{content[:40], content[40:120]} {
		_, _ = f.WriteString(part)
		time.Sleep(2 * time.Second)
		ask(t, d)
	}
	if n := applied(t, d) - before; n != 0 || strings.Contains(d.Output(), "rejected") {
		t.Errorf("a half-written file was taken in %d times or complained about", n)
	}
	_, _ = f.WriteString(content[120:])
	_ = f.Close()
	harness.Eventually(t, 10*time.Second, "the whole file is taken in", func() bool { return applied(t, d)-before == 1 })
	if err := os.WriteFile(path, []byte(content[:200]), 0o600); err != nil {
		t.Fatal(err)
	}
	harness.Eventually(t, 30*time.Second, "a file whose rest never came is refused", func() bool {
		return strings.Contains(d.Output(), "E_TRUNCATED")
	})
	time.Sleep(2 * time.Second)
	if n := strings.Count(d.Output(), "code=E_TRUNCATED"); n != 1 {
		t.Errorf("refused %d times, want once", n)
	}
	ask(t, d)
}

// TestSlowUploads makes ten slow uploads or GEMINID_E2E_UPLOADS. A slow uploader
// truncates first. Never does an empty file
// count, and each content is taken in once.
func TestSlowUploads(t *testing.T) {
	h := newHouse(t)
	d := h.serve(t)
	path := filepath.Join(h.home.Inbox(), "cookies.txt")
	for i := range number("GEMINID_E2E_UPLOADS", 10) {
		session := h.sim.Session(t, fmt.Sprintf("slow-%d", i))
		before := applied(t, d)
		f, err := os.Create(path) // truncates
		if err != nil {
			t.Fatal(err)
		}
		content := session.Netscape()
		for len(content) > 0 {
			n := min(len(content), 60)
			_, _ = f.WriteString(content[:n])
			content = content[n:]
			time.Sleep(80 * time.Millisecond)
		}
		_ = f.Close()
		harness.Eventually(t, 10*time.Second, "the upload is taken in", func() bool { return applied(t, d) > before })
		if n := applied(t, d) - before; n != 1 {
			t.Errorf("upload %d was taken in %d times", i, n)
		}
		ask(t, d)
	}
	if strings.Contains(d.Output(), "E_EMPTY") || strings.Contains(d.Output(), "E_TRUNCATED") {
		t.Error("a slow upload was taken for an empty or cut file")
	}
}

// TestTouchStorm: touching a file says nothing, however often.
func TestTouchStorm(t *testing.T) {
	h := newHouse(t)
	d := h.serve(t)
	path := filepath.Join(h.home.Inbox(), "cookies.txt")
	loads := metric(t, d, "geminid_cookie_file_loads_total")
	probes := metric(t, d, "geminid_cookie_probes_total")
	for end, i := time.Now().Add(10*time.Second), 0; time.Now().Before(end); i++ {
		now := time.Now()
		_ = os.Chtimes(path, now, now)
		_ = os.Chmod(path, 0o600+os.FileMode(i%2)*0o40)
		time.Sleep(time.Millisecond)
	}
	if n := metric(t, d, "geminid_cookie_file_loads_total") - loads; n != 0 {
		t.Errorf("%v loads by touching", n)
	}
	if n := metric(t, d, "geminid_cookie_probes_total") - probes; n > 1 {
		t.Errorf("%v probes by touching", n)
	}
}

// TestDeleted: deleting the file ends nothing, and a restart goes on from the
// state.
func TestDeleted(t *testing.T) {
	h := newHouse(t)
	d := h.serve(t)
	if err := os.Remove(filepath.Join(h.home.Inbox(), "cookies.txt")); err != nil {
		t.Fatal(err)
	}
	harness.Eventually(t, 35*time.Second, "the deletion is noted", func() bool {
		return strings.Contains(d.Output(), "cookie file was deleted")
	})
	ask(t, d)
	if n := strings.Count(d.Output(), "cookie file was deleted"); n != 1 {
		t.Errorf("noted %d times", n)
	}
	d.Kill()
	ask(t, h.serve(t))
}

// TestWithoutInotify: where the kernel gives no watches the daemon says so once
// and finds new files by looking.
func TestWithoutInotify(t *testing.T) {
	need(t, "unshare")
	h := newHouse(t, "tick: 2s")
	if err := exec.Command("unshare", "-Ur", "sh", "-c", "echo 0 > /proc/sys/user/max_inotify_instances").Run(); err != nil {
		harness.NotTested(t, "this machine does not let a test limit inotify: %v", err)
	}
	d := harness.LaunchInside(t, h.home, "unshare", "-Ur", "sh", "-c", `echo 0 > /proc/sys/user/max_inotify_instances && exec "$@"`, "sh")
	d.Key = h.admin
	d.AwaitState(t, "valid", 30*time.Second)
	next := h.sim.Session(t, "next")
	h.home.Drop(t, "cookies.txt", next.Netscape())
	harness.Eventually(t, 35*time.Second, "the new file is found", func() bool {
		ask(t, d)
		return h.sim.Answers(t, next) > 0
	})
	if n := strings.Count(d.Output(), "level=WARN"); n != 1 {
		t.Errorf("%d warnings, want one:\n%s", n, d.Output())
	}
}

// TestReloadStorm: a hundred reloads a second, good and broken, with file drops
// and traffic. The last valid configuration holds and nothing leaks.
func TestReloadStorm(t *testing.T) {
	h := newHouse(t)
	d := h.serve(t)
	good, broken := "log_level: info", "log_level: loud"
	end := time.Now().Add(time.Duration(number("GEMINID_E2E_STORM", 10)) * time.Second)
	go func() {
		for i := 0; time.Now().Before(end); i++ {
			line := good
			if i%2 == 1 {
				line = broken
			}
			h.home.Configure(t, line, "upstream_url: "+h.sim.URL)
			d.Signal(syscall.SIGHUP)
			time.Sleep(10 * time.Millisecond)
		}
	}()
	for i := 0; time.Now().Before(end); i++ {
		ask(t, d)
		if i%20 == 0 {
			h.home.Drop(t, "cookies.txt", h.sim.Session(t, fmt.Sprintf("storm-%d", i)).Netscape())
		}
	}
	time.Sleep(100 * time.Millisecond)
	h.home.Configure(t, good, "upstream_url: "+h.sim.URL)
	harness.Eventually(t, 10*time.Second, "the last valid configuration holds", func() bool {
		d.Signal(syscall.SIGHUP)
		return metric(t, d, "geminid_config_last_reload_successful") == 1
	})
	ask(t, d)
}
