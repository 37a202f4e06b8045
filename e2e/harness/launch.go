package harness

import (
	"context"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"
)

// Slack is what slow, shared machines may add to a wait that is stated.
const Slack = 8 * time.Second

// LaunchWith is Launch with more variables in the environment.
func LaunchWith(t testing.TB, h Home, env []string, args ...string) *Daemon {
	t.Helper()
	return launch(t, h, Command{Env: env, Args: args})
}

// LaunchInside is Launch inside another program, such as unshare: wrapper is its
// command line, to which geminid's is appended. It must end in an exec, so that
// the process stays the same.
func LaunchInside(t testing.TB, h Home, wrapper ...string) *Daemon {
	t.Helper()
	return launch(t, h, Command{Wrapper: wrapper})
}

// LaunchPlainInside is LaunchInside without the race detector, for tests that measure.
func LaunchPlainInside(t testing.TB, h Home, wrapper ...string) *Daemon {
	t.Helper()
	return launch(t, h, Command{Wrapper: wrapper, Plain: true})
}

// LaunchInto is LaunchWith with both outputs going to a file, such as a pipe.
func LaunchInto(t testing.TB, h Home, output *os.File, env ...string) *Daemon {
	t.Helper()
	return launch(t, h, Command{Output: output, Env: env})
}

// LaunchPlain is Launch without the race detector, for tests that measure.
func LaunchPlain(t testing.TB, h Home) *Daemon {
	t.Helper()
	return launch(t, h, Command{Plain: true})
}

func launch(t testing.TB, h Home, c Command) *Daemon {
	t.Helper()
	addr := FreeAddr(t)
	c.Name, c.Home = "geminid", h.Dir
	c.Args = append([]string{"serve", "--config", h.Config(), "--listen", addr}, c.Args...)
	d := &Daemon{Home: h, URL: "http://" + addr, Process: Start(t, c)}
	awaitOK(t, d.Process, d.URL+"/livez")
	return d
}

// Try makes a request and reports whether it was answered with 200. It fails no
// test: the daemon may be about to die.
func (d *Daemon) Try(ctx context.Context, method, path string) bool {
	request, err := http.NewRequestWithContext(ctx, method, d.URL+path, strings.NewReader(""))
	if err != nil {
		return false
	}
	request.Header.Set("Authorization", "Bearer "+d.Key)
	response, err := client.Do(request)
	if err != nil {
		return false
	}
	response.Body.Close()
	return response.StatusCode == http.StatusOK
}

// Crowd opens connections that stay open and say nothing until they are
// released.
func Crowd(t testing.TB, url string, n int) (release func()) {
	t.Helper()
	var crowd []net.Conn
	for range n {
		c, err := net.DialTimeout("tcp", strings.TrimPrefix(url, "http://"), time.Second)
		if err == nil {
			crowd = append(crowd, c)
		}
	}
	return func() {
		for _, c := range crowd {
			c.Close()
		}
	}
}

// wrapped is the command line inside its wrapper.
func (c Command) wrapped(binary string) *exec.Cmd {
	line := append(append([]string{}, c.Wrapper...), append([]string{binary}, c.Args...)...)
	return exec.Command(line[0], line[1:]...)
}
