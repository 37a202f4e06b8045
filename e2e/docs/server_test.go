package docs_test

import (
	"bytes"
	"net/http"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/geminid/geminid/e2e/harness"
)

// server is a block that stays in the foreground of another terminal.
type server struct {
	cmd   *exec.Cmd
	out   bytes.Buffer
	ended chan struct{}
}

// serve starts a block and waits until something answers at the address.
func (r *reader) serve(t *testing.T, where, text string) *server {
	t.Helper()
	s := &server{cmd: r.program(t, where, "sh", text), ended: make(chan struct{})}
	s.cmd.Stdout, s.cmd.Stderr = &s.out, &s.out
	s.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := s.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() { _ = s.cmd.Wait(); close(s.ended) }()
	// The demo says what to paste when it is ready; another server has no session
	// before somebody brings one.
	door := "/livez"
	if strings.Contains(text, "demo") {
		door = "/readyz"
	}
	harness.Eventually(t, patience, where+": a server answers at "+r.addr+door, func() bool {
		select {
		case <-s.ended:
			t.Fatalf("%s: the server ended (%s); it printed:\n%s", where, s.cmd.ProcessState, &s.out)
		default:
		}
		response, err := http.Get("http://" + r.addr + door)
		if err != nil {
			return false
		}
		response.Body.Close()
		return response.StatusCode == http.StatusOK
	})
	return s
}

// leave presses Ctrl-C in the server's terminal.
func (r *reader) leave(t *testing.T) {
	t.Helper()
	if r.server == nil {
		return
	}
	_ = syscall.Kill(-r.server.cmd.Process.Pid, syscall.SIGINT)
	select {
	case <-r.server.ended:
	case <-time.After(30 * time.Second):
		_ = syscall.Kill(-r.server.cmd.Process.Pid, syscall.SIGKILL)
		<-r.server.ended
		t.Errorf("the server did not end after Ctrl-C; it printed:\n%s", &r.server.out)
	}
	r.server = nil
}
