package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/geminid/geminid/cookie"
	"github.com/geminid/geminid/daemon"
	"github.com/geminid/geminid/daemon/config"
	"github.com/geminid/geminid/gateway/auth"
	"github.com/geminid/geminid/upstream/simulator"
)

// The keys of the demo, and of the demo only.
const (
	demoKey      = "sk-demo"
	demoAdminKey = "sk-demo-admin"
)

type demoCmd struct {
	Listen  string `env:"DEMO_LISTEN" default:"127.0.0.1:8100" help:"Address of the API; loopback only." placeholder:"HOST:PORT"`
	Control string `help:"Address of the simulator's control endpoint; off when empty." placeholder:"HOST:PORT"`
	Verbose bool   `short:"v" help:"Log every request."`
}

// Run serves the embedded simulator until a signal ends it.
func (c *demoCmd) Run(ctx context.Context) (err error) {
	ctx, stop := withSignals(ctx)
	defer stop()
	for _, addr := range []string{c.Listen, c.Control} {
		if addr != "" && !config.IsLoopback(addr) {
			return &exitError{exitUsage, fmt.Errorf("the demo has well-known keys and listens on loopback only, not on %q", addr)}
		}
	}
	dir, err := os.MkdirTemp("", "geminid-demo-")
	if err != nil {
		return fmt.Errorf("making the demo's directory: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()

	sim := simulator.New(simulator.Config{Pace: demoPace})
	stopControl, err := serveControl(c.Control, sim)
	if err != nil {
		return err
	}
	defer stopControl()
	settings := c.makeSettings(dir)
	if err := os.Mkdir(settings.InboxDir, 0o700); err != nil {
		return fmt.Errorf("making the demo's inbox: %w", err)
	}
	if err := exportSession(filepath.Join(settings.InboxDir, "cookies.txt"), sim); err != nil {
		return err
	}
	return c.runDaemon(ctx, settings, sim)
}

// runDaemon runs the daemon on the simulator until ctx ends, and says how to use it.
func (c *demoCmd) runDaemon(ctx context.Context, settings config.Settings, sim *simulator.Simulator) error {
	level := slog.LevelWarn
	if c.Verbose {
		level = slog.LevelInfo
	}
	d, err := daemon.New(daemon.Config{Settings: settings, Build: buildInfo(), Transport: sim,
		Keys: demoKeys(), Logger: newLogger(os.Stderr, "text", level)})
	if err != nil {
		return err
	}
	if err := d.Start(ctx); err != nil {
		return err
	}
	if err = awaitReady(ctx, d); err == nil && ctx.Err() == nil {
		printf("%s", welcomeText(d.Addr().String(), settings.InboxDir))
		err = d.Wait(ctx)
	}
	return errors.Join(err, d.Stop(context.WithoutCancel(ctx)))
}

// demoPace is about how fast the real one types.
var demoPace = simulator.Pace{First: 150 * time.Millisecond, Gap: 40 * time.Millisecond}

// makeSettings are the defaults on a throw-away directory, without limits.
func (c *demoCmd) makeSettings(dir string) config.Settings {
	s := config.Defaults(func(string) string { return "" })
	s.Listen = c.Listen
	s.InboxDir, s.StateDir = filepath.Join(dir, "inbox"), filepath.Join(dir, "state")
	s.Socket = filepath.Join(dir, "geminid.sock")
	s.RequestsPerHour, s.ModelInterval, s.Fsync = 0, 0, false
	s.DrainTimeout = 3 * time.Second
	return s
}

// exportSession signs in at the simulator and writes the cookie file that a
// browser extension would.
func exportSession(path string, sim *simulator.Simulator) error {
	session := sim.AddSession(simulator.SessionConfig{})
	file := strings.Join([]string{"# Netscape HTTP Cookie File",
		netscapeLine(cookie.NamePSID, session.PSID), netscapeLine(cookie.NamePSIDTS, session.PSIDTS), ""}, "\n")
	if err := os.WriteFile(path, []byte(file), 0o600); err != nil {
		return fmt.Errorf("writing the cookie file: %w", err)
	}
	return nil
}

func netscapeLine(name, value string) string {
	expires := time.Now().AddDate(1, 0, 0).Unix()
	return fmt.Sprintf("#HttpOnly_.google.com\tTRUE\t/\tTRUE\t%d\t%s\t%s", expires, name, value)
}

// readyTimeout is how long the demo's session may take.
const readyTimeout = 20 * time.Second

// awaitReady waits for the first proven session, or for ctx.
func awaitReady(ctx context.Context, d *daemon.Daemon) error {
	late := time.After(readyTimeout)
	for !d.Supervisor().Ready() {
		select {
		case <-ctx.Done():
			return nil
		case <-late:
			return fmt.Errorf("the demo's session was not ready within %s; geminid demo -v tells more", readyTimeout)
		case <-time.After(10 * time.Millisecond):
		}
	}
	return nil
}

// welcomeText is the text for newcomers: addresses for the clients they know and
// lines to paste.
func welcomeText(addr, inbox string) string {
	return strings.NewReplacer("GCHAT", gchatCommand(), "ADDR", addr, "KEY", demoKey, "ADMIN", demoAdminKey, "INBOX", inbox).Replace(`
geminid demo: a pretend Gemini answers here, no account is needed. Ctrl-C ends it.

  OpenAI clients (NextChat, ChatBox, Open WebUI)  http://ADDR/v1
  Gemini clients (official SDKs)                  http://ADDR/gemini
  CherryStudio: provider OpenAI, host http://ADDR; or provider Gemini, host http://ADDR/gemini
  API key KEY, admin key ADMIN, status page http://ADDR/

Paste any of these:

  curl -s http://ADDR/v1/models -H 'Authorization: Bearer KEY'
  curl -s http://ADDR/v1/chat/completions -H 'Authorization: Bearer KEY' -H 'Content-Type: application/json' -d '{"model":"gemini-2.5-flash","messages":[{"role":"user","content":"Hello"}]}'
  curl -sN http://ADDR/v1/chat/completions -H 'Authorization: Bearer KEY' -H 'Content-Type: application/json' -d '{"model":"gemini-2.5-pro","stream":true,"messages":[{"role":"user","content":"Tell me a story"}]}'
  curl -s http://ADDR/gemini/v1beta/models/gemini-2.5-flash:generateContent -H 'x-goog-api-key: KEY' -H 'Content-Type: application/json' -d '{"contents":[{"parts":[{"text":"Hello"}]}]}'
  curl -sN 'http://ADDR/gemini/v1beta/models/gemini-2.5-flash:streamGenerateContent?alt=sse' -H 'x-goog-api-key: KEY' -H 'Content-Type: application/json' -d '{"contents":[{"parts":[{"text":"Hello"}]}]}'
  printf hi | GCHAT --server http://ADDR --key KEY
  curl -s http://ADDR/api/cookies/status -H 'Authorization: Bearer ADMIN'

The pretend session's cookie file lies in INBOX
`)
}

// gchatCommand is the client as a shell finds it: beside this program, else by name.
func gchatCommand() string {
	beside := filepath.Join(filepath.Dir(os.Args[0]), "gchat")
	if _, err := os.Stat(beside); err != nil {
		return "gchat"
	}
	return beside
}

// serveControl opens the simulator's control endpoint; an empty address opens
// nothing.
func serveControl(addr string, sim *simulator.Simulator) (stop func(), err error) {
	if addr == "" {
		return func() {}, nil
	}
	listener, err := net.Listen("tcp", addr)
	if err != nil {
		return nil, fmt.Errorf("opening the control endpoint: %w", err)
	}
	server := &http.Server{Handler: sim.Control(), ReadHeaderTimeout: 10 * time.Second}
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = server.Serve(listener)
	}()
	printf("simulator control: http://%s/_sim/\n", listener.Addr())
	return func() { _ = server.Close(); <-done }, nil
}

type simulateCmd struct {
	Listen  string `default:"127.0.0.1:8101" help:"Address of the pretend upstream; loopback only." placeholder:"HOST:PORT"`
	Cookies string `type:"path" help:"Write a cookie file of a fresh session there." placeholder:"FILE"`
}

// Run serves the simulator alone until a signal ends it. Its control endpoint is
// under /_sim/ of the same address.
func (c *simulateCmd) Run(ctx context.Context) error {
	if !config.IsLoopback(c.Listen) {
		return &exitError{exitUsage, fmt.Errorf("the pretend upstream obeys everybody and listens on loopback only, not on %q", c.Listen)}
	}
	ctx, stop := withSignals(ctx)
	defer stop()
	sim := simulator.New(simulator.Config{Pace: demoPace})
	if c.Cookies != "" {
		if err := exportSession(c.Cookies, sim); err != nil {
			return err
		}
	}
	mux := http.NewServeMux()
	mux.Handle("/_sim/", sim.Control())
	mux.Handle("/", sim)
	listener, err := net.Listen("tcp", c.Listen)
	if err != nil {
		return fmt.Errorf("opening %s: %w", c.Listen, err)
	}
	server := &http.Server{Handler: mux, ReadHeaderTimeout: 10 * time.Second}
	context.AfterFunc(ctx, func() { _ = server.Close() })
	printf("pretend upstream: http://%s (control under /_sim/)\nuse it with: geminid serve --upstream-url http://%s\n", listener.Addr(), listener.Addr())
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// demoKeys returns the keys of the demo, which live in memory only.
func demoKeys() *auth.Keys {
	return auth.StaticKeys(
		auth.Key{Name: "demo", Role: auth.RoleAPI, Digest: auth.DigestOf(demoKey)},
		auth.Key{Name: "demo-admin", Role: auth.RoleAdmin, Digest: auth.DigestOf(demoAdminKey)})
}
