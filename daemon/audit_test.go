package daemon_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/geminid/geminid/daemon"
	"github.com/geminid/geminid/upstream/simulator"
)

// TestVerifyAuditTellsTampering: what a careless hand does to the log is told.
func TestVerifyAuditTellsTampering(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, dir, simulator.SessionConfig{})
		h.start()
		time.Sleep(time.Hour)
		h.stop()
	})
	path := daemon.AuditPath(filepath.Join(dir, "state"))
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	lines := bytes.SplitAfter(whole, []byte("\n"))
	tests := []struct {
		name    string
		content []byte
		want    string // in the error, empty for none
	}{
		{"untouched", whole, ""},
		{"the first lines removed", bytes.Join(lines[3:], nil), "line 1: it has the number 4 where 1 belongs"},
		{"emptied", nil, "says that entries 1 to"},
		{"the last line cut", whole[:len(whole)-20], "says that entries 1 to"},
		{"the last lines removed", bytes.Join(lines[:3], nil), "the log ends with entry 3"},
		{"something written behind it", append(bytes.Clone(whole), "garbage"...), "7 bytes behind them are no whole line"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if err := os.WriteFile(path, tt.content, 0o600); err != nil {
				t.Fatal(err)
			}
			_, err := daemon.VerifyAudit(path)
			if (err == nil) != (tt.want == "") || err != nil && !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, want %q", err, tt.want)
			}
		})
	}
}

// TestAuditIsTriedAgain: a log that cannot be opened at the start is written as
// soon as it can be; each change is told once.
func TestAuditIsTriedAgain(t *testing.T) {
	dir := t.TempDir()
	path := daemon.AuditPath(filepath.Join(dir, "state"))
	if err := os.MkdirAll(path, 0o700); err != nil { // a directory stands in its way
		t.Fatal(err)
	}
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, dir, simulator.SessionConfig{})
		h.start()
		time.Sleep(time.Hour)
		if err := os.Remove(path); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Hour)
		if said, err := daemon.VerifyAudit(path); err != nil {
			t.Errorf("%s: %v", said, err)
		}
		for what, want := range map[string]int{"the audit log cannot be written": 1, "the audit log is written again": 1} {
			if n := strings.Count(h.log.String(), what); n != want {
				t.Errorf("%q was told %d times, want %d", what, n, want)
			}
		}
		h.stop()
	})
}
