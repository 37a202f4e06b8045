package main

import (
	"errors"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"geminid": main})
}

// TestScripts runs the real program, one process a command, in a home of its own.
// A script that serves writes its files with the addresses $API and $UPSTREAM, at
// which nobody listens yet.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		RequireExplicitExec: true,
		Setup: func(e *testscript.Env) error {
			home := filepath.Join(e.WorkDir, "home")
			e.Setenv("HOME", home)
			samples, err := filepath.Abs("../../cookie/export/testdata/wal")
			if err != nil {
				return err
			}
			e.Setenv("SAMPLES", samples)
			e.Setenv("LANG", "C")
			e.Setenv("API", freeAddr(t))
			e.Setenv("UPSTREAM", freeAddr(t))
			return os.MkdirAll(home, 0o700)
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"code":     cmdCode,
			"await":    cmdAwait,
			"expand":   cmdExpand,
			"filemode": cmdFileMode,
			"readenv":  cmdReadEnv,
		},
	})
}

// freeAddr is an address of loopback that was free a moment ago.
func freeAddr(t *testing.T) string {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// cmdCode runs "code N COMMAND...": the program must end with that exit code.
func cmdCode(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: code N command...")
	}
	err := ts.Exec(args[1], args[2:]...)
	got := 0
	var ended interface{ ExitCode() int }
	if errors.As(err, &ended) {
		got = ended.ExitCode()
	} else if err != nil {
		ts.Fatalf("running %v: %v", args[1:], err)
	}
	if want, _ := strconv.Atoi(args[0]); got != want {
		ts.Fatalf("%v ended with exit code %d, want %d", args[1:], got, want)
	}
}

// cmdAwait runs "await COMMAND..." until it ends well.
func cmdAwait(ts *testscript.TestScript, neg bool, args []string) {
	for deadline := time.Now().Add(30 * time.Second); ; time.Sleep(50 * time.Millisecond) {
		err := ts.Exec(args[0], args[1:]...)
		if (err == nil) != neg {
			return
		}
		if time.Now().After(deadline) {
			ts.Fatalf("%v did not come to pass within 30s: %v", args, err)
		}
	}
}

// cmdExpand runs "expand FILE": variables in the file become their values.
func cmdExpand(ts *testscript.TestScript, neg bool, args []string) {
	path := ts.MkAbs(args[0])
	ts.Check(os.WriteFile(path, []byte(os.Expand(ts.ReadFile(path), ts.Getenv)), 0o600))
}

// cmdFileMode runs "filemode OCTAL FILE".
func cmdFileMode(ts *testscript.TestScript, neg bool, args []string) {
	info, err := os.Stat(ts.MkAbs(args[1]))
	ts.Check(err)
	if got := strconv.FormatUint(uint64(info.Mode().Perm()), 8); got != args[0] {
		ts.Fatalf("%s has mode %s, want %s", args[1], got, args[0])
	}
}

// cmdReadEnv runs "readenv NAME FILE": the variable becomes the file's content.
func cmdReadEnv(ts *testscript.TestScript, neg bool, args []string) {
	ts.Setenv(args[0], strings.TrimSpace(ts.ReadFile(args[1])))
}
