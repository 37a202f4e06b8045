package main

import (
	"flag"
	"fmt"
	"image"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

var update = flag.Bool("update", false, "write the scripts anew")

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"gchat": main, "firefox": pretendFirefox})
}

// TestScripts runs the real program, one process a command, against a server
// that answers as the daemon does. A script gets a home of its own, the open
// server as $GCHAT_SERVER and one that wants the key gmd_user (or gmd_admin)
// as $LOCKED.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		UpdateScripts:       *update,
		RequireExplicitExec: true,
		Setup: func(e *testscript.Env) error {
			samples, err := filepath.Abs("../../cookie/export/testdata/samples")
			if err != nil {
				return err
			}
			open, locked := newPretend("", "gmd_admin"), newPretend("gmd_user", "gmd_admin")
			e.Defer(open.Close)
			e.Defer(locked.Close)
			home := filepath.Join(e.WorkDir, "home")
			e.Setenv("HOME", home)
			e.Setenv("USERPROFILE", home)
			e.Setenv("TERM", "xterm-256color")
			e.Setenv("SAMPLES", samples)
			e.Setenv("GCHAT_SERVER", open.URL)
			e.Setenv("LOCKED", locked.URL)
			e.Values["open"], e.Values["locked"] = open, locked
			// As telephones write them; no text, so it cannot stand in a script.
			photo := []byte("\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic")
			if err := os.WriteFile(filepath.Join(e.WorkDir, "photo.heic"), photo, 0o600); err != nil {
				return err
			}
			return os.MkdirAll(home, 0o700)
		},
		Condition: func(name string) (bool, error) {
			if name != "sshd" {
				return false, fmt.Errorf("unknown condition %q", name)
			}
			_, err := sshdPath()
			return err == nil, nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"code":     cmdCode,
			"journal":  cmdJournal,
			"await":    cmdAwait,
			"filemode": cmdFileMode,
			"picture":  cmdPicture,
			"state":    cmdState,
			"sshd":     cmdSSHD,
			"recent":   cmdRecent,
		},
	})
}

// cmdCode runs a command line and wants the exit code that comes first:
// code 64 gchat --bogus
func cmdCode(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: code N program [args...]")
	}
	err := ts.Exec(args[1], args[2:]...)
	got := "0"
	if err != nil {
		got = strings.TrimPrefix(err.Error(), "exit status ")
	}
	if got != args[0] {
		ts.Fatalf("exit code %s, want %s", got, args[0])
	}
}

// cmdJournal wants a request that holds each of the texts: journal open PUT gmd_admin
func cmdJournal(ts *testscript.TestScript, neg bool, args []string) {
	p := ts.Value(args[0]).(*pretend)
	p.mu.Lock()
	defer p.mu.Unlock()
	found := false
	for _, request := range p.requests {
		all := true
		for _, text := range args[1:] {
			all = all && strings.Contains(request, text)
		}
		found = found || all
	}
	if found == neg {
		ts.Fatalf("requests with %q: %v, want %v, among:\n%s", args[1:], found, !neg, strings.Join(p.requests, "\n"))
	}
}

// cmdAwait waits, for half a minute at most, until a request holds the text:
// await open stall
func cmdAwait(ts *testscript.TestScript, neg bool, args []string) {
	p := ts.Value(args[0]).(*pretend)
	for range 600 {
		p.mu.Lock()
		all := strings.Join(p.requests, "\n")
		p.mu.Unlock()
		if strings.Contains(all, args[1]) {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	ts.Fatalf("no request with %q came", args[1])
}

// cmdFileMode wants a file's mode: filemode 0600 path
func cmdFileMode(ts *testscript.TestScript, neg bool, args []string) {
	info, err := os.Stat(ts.MkAbs(args[1]))
	ts.Check(err)
	if got := fmt.Sprintf("%04o", info.Mode().Perm()); got != args[0] {
		ts.Fatalf("mode %s, want %s", got, args[0])
	}
}

// cmdState gives the sessions of a server another state: state open expired
func cmdState(ts *testscript.TestScript, neg bool, args []string) {
	p := ts.Value(args[0]).(*pretend)
	p.mu.Lock()
	defer p.mu.Unlock()
	p.state = args[1]
}

// cmdRecent makes a file as old as it is told: recent 90m path
func cmdRecent(ts *testscript.TestScript, neg bool, args []string) {
	age, err := time.ParseDuration(args[0])
	ts.Check(err)
	then := time.Now().Add(-age)
	ts.Check(os.Chtimes(ts.MkAbs(args[1]), then, then))
}

// cmdPicture checks a picture's format and size: picture FILE KIND WxH.
func cmdPicture(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 {
		ts.Fatalf("usage: picture FILE KIND WxH")
	}
	cfg, kind, err := image.DecodeConfig(strings.NewReader(ts.ReadFile(args[0])))
	ts.Check(err)
	if size := fmt.Sprintf("%dx%d", cfg.Width, cfg.Height); kind != args[1] || size != args[2] {
		ts.Fatalf("%s is a %s of %s, want %s of %s", args[0], kind, size, args[1], args[2])
	}
}
