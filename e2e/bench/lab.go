package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"

	"github.com/geminid/geminid/e2e/bench/child"
	"github.com/geminid/geminid/e2e/bench/load"
	"github.com/geminid/geminid/e2e/bench/standin"
)

// column names a subject and its place in the table.
type column int

// The subjects, in the order in which each round measures them.
const (
	direct column = iota
	rproxy
	geminid
	columns
)

func (c column) String() string { return [...]string{"direct", "rproxy", "geminid"}[c] }

// subject is a server under measurement; direct has no process of its own.
type subject struct {
	column
	*load.Target
	*child.Process
}

// lab holds what all rows share.
type lab struct {
	upstream *standin.Server
	// dir is scratch space, authority the file with the certificate to trust.
	dir, authority string
	// binary is the geminid under test; empty measures the baselines alone.
	binary string
	// root is the directory of the module that geminid is built from.
	root string
	// level is geminid's log_level; empty is warn.
	level string
	// core is where the subjects run, -1 anywhere.
	core int
	// http1 makes geminid speak HTTP/1.1 to the upstream.
	http1 bool
	// subjects are those that rows share, see shared.
	subjects []subject
	// started counts the homes that were made.
	started int
}

func openLab(binary string, http1 bool) (*lab, error) {
	dir, err := os.MkdirTemp("", "geminid-bench-")
	if err != nil {
		return nil, fmt.Errorf("making scratch space: %w", err)
	}
	l := &lab{dir: dir, authority: filepath.Join(dir, "authority.pem"), binary: binary, http1: http1}
	if l.upstream, err = standin.Start(); err != nil {
		return nil, errors.Join(err, os.RemoveAll(dir))
	}
	if err := os.WriteFile(l.authority, l.upstream.Trusted(), 0o600); err != nil {
		return nil, errors.Join(fmt.Errorf("writing the authority: %w", err), l.close())
	}
	return l, nil
}

func (l *lab) close() error {
	for _, s := range l.subjects {
		s.halt()
	}
	l.upstream.Close()
	return os.RemoveAll(l.dir)
}

// build compiles geminid, as it is released, from the module at root.
func (l *lab) build(ctx context.Context, root string) error {
	l.binary = filepath.Join(l.dir, "geminid")
	return compile(ctx, root, l.binary)
}

// compile builds the geminid of the module at root into path.
func compile(ctx context.Context, root, path string, flags ...string) error {
	args := append([]string{"build", "-trimpath", "-ldflags", "-s -w", "-o", path}, flags...)
	cmd := exec.CommandContext(ctx, "go", append(args, "./cmd/geminid")...)
	cmd.Dir = root
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("building geminid: %w\n%s", err, out)
	}
	return nil
}

// shared returns the long-running subjects that most rows use, starting them at
// the first call.
func (l *lab) shared(ctx context.Context) ([]subject, error) {
	if l.subjects != nil {
		return l.subjects, nil
	}
	l.subjects = []subject{{column: direct, Target: &load.Target{
		Name: direct.String(), Base: "https://" + l.upstream.Addr(), Client: l.upstream.Client(), Wire: load.Upstream,
	}}}
	fresh, err := l.fresh(ctx)
	l.subjects = append(l.subjects, fresh...)
	return l.subjects, err
}

// fresh starts each served subject anew, for a row that needs a clean process.
// The caller stops them.
func (l *lab) fresh(ctx context.Context) ([]subject, error) {
	started := []subject{}
	for _, c := range []column{rproxy, geminid} {
		if c == geminid && l.binary == "" {
			continue
		}
		s, err := l.start(ctx, c)
		if err != nil {
			for _, s := range started {
				s.halt()
			}
			return nil, err
		}
		started = append(started, s)
	}
	return started, nil
}

// start runs one subject in a new home and warms it with one question.
func (l *lab) start(ctx context.Context, c column) (subject, error) {
	l.started++
	home := filepath.Join(l.dir, fmt.Sprintf("%s-%d", c, l.started))
	if err := os.Mkdir(home, 0o700); err != nil {
		return subject{}, fmt.Errorf("making a home for %s: %w", c, err)
	}
	if c == geminid {
		if err := l.furnish(home); err != nil {
			return subject{}, err
		}
	}
	return l.run(ctx, c, home)
}

// run executes a subject in an existing home.
func (l *lab) run(ctx context.Context, c column, home string) (subject, error) {
	addr, err := child.FreeAddr()
	if err != nil {
		return subject{}, err
	}
	config, err := l.command(c, home, addr)
	if err != nil {
		return subject{}, err
	}
	config.CPU = l.core
	process, err := child.Start(ctx, config)
	if err != nil {
		return subject{}, err
	}
	wire := load.OpenAI
	if c == rproxy {
		wire = load.Upstream
	}
	return subject{column: c, Process: process, Target: &load.Target{
		Name: c.String(), Base: "http://" + addr, Wire: wire,
		Client: &http.Client{Transport: &http.Transport{MaxIdleConns: 4096, MaxIdleConnsPerHost: 4096}},
	}}, nil
}

func (l *lab) command(c column, home, addr string) (child.Config, error) {
	upstream := "https://" + l.upstream.Addr()
	if c == geminid {
		return child.Config{
			Command: []string{l.binary, "serve", "--config", filepath.Join(home, "geminid.yaml"), "--listen", addr},
			Env: []string{
				"HOME=" + home, "XDG_RUNTIME_DIR=" + home,
				"SSL_CERT_FILE=" + l.authority, "SSL_CERT_DIR=" + home,
			},
			Ready: "http://" + addr + "/readyz",
		}, nil
	}
	self, err := os.Executable()
	if err != nil {
		return child.Config{}, fmt.Errorf("finding this program: %w", err)
	}
	return child.Config{
		Command: []string{self, "-proxy-listen", addr, "-proxy-upstream", upstream, "-proxy-trust", l.authority},
		Ready:   "http://" + addr + "/",
	}, nil
}

// furnish writes what geminid needs to serve: a config without limits and a
// cookie file.
func (l *lab) furnish(home string) error {
	for _, dir := range []string{"inbox", "state"} {
		if err := os.Mkdir(filepath.Join(home, dir), 0o700); err != nil {
			return fmt.Errorf("furnishing a home: %w", err)
		}
	}
	config := fmt.Sprintf("inbox_dir: %q\nstate_dir: %q\nsocket: %q\nupstream_url: %q\nupstream_http1: %t\n"+
		"requests_per_hour: 0\nmodel_interval: 0s\nlog_level: %s\n",
		filepath.Join(home, "inbox"), filepath.Join(home, "state"), filepath.Join(home, "geminid.sock"),
		"https://"+l.upstream.Addr(), l.http1, cmp.Or(l.level, "warn"))
	const session = "__Secure-1PSID=g.a000BenchBenchBenchBenchBenchBenchBenchBenchBenchBenchBenchBench; " +
		"__Secure-1PSIDTS=sidts-CjBenchBenchBenchBenchBenchBenchBenchBenchBenchBench"
	return cmp.Or(
		os.WriteFile(filepath.Join(home, "geminid.yaml"), []byte(config), 0o600),
		os.WriteFile(filepath.Join(home, "inbox", "cookies.txt"), []byte(session+"\n"), 0o600),
	)
}

func (s subject) halt() {
	if s.Process != nil {
		s.Process.Stop()
	}
	s.Client.CloseIdleConnections()
}

// ask announces a recipe to the stand-in and asks it of the subject.
func (l *lab) ask(ctx context.Context, s subject, q load.Question) (load.Answer, *standin.Call, error) {
	call := l.upstream.Expect(q.Recipe)
	q.Recipe = call.Recipe
	answer, err := s.Ask(ctx, q)
	return answer, call, err
}

// asker is ask as a crowd wants it.
func (l *lab) asker(s subject, q load.Question) func(context.Context) (load.Answer, error) {
	return func(ctx context.Context) (load.Answer, error) { return s.Ask(ctx, q) }
}
