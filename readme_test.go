package geminid_test

import (
	"os"
	"strconv"
	"strings"
	"testing"
)

// TestReadmeIsShort: whoever opens it wants to begin.
func TestReadmeIsShort(t *testing.T) {
	for _, name := range []string{"README.md", "README.zh-CN.md"} {
		if n := readPage(t, name).lines; n >= 300 {
			t.Errorf("%s has %d lines, want less than 300", name, n)
		}
	}
}

// TestReadmesNameEveryRoom: whoever looks for a folder finds it in one line.
func TestReadmesNameEveryRoom(t *testing.T) {
	for _, name := range []string{"README.md", "README.zh-CN.md"} {
		content, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for room := range arrows {
			if top, _, inner := strings.Cut(room, "/"); inner && top != "cmd" {
				room = top
			}
			if !strings.Contains(string(content), "`"+room+"`") {
				t.Errorf("%s does not name the room %s", name, room)
			}
		}
	}
}

// TestReadmesNameEveryAlert: with their number, and those that wake a person in
// a row of their own.
func TestReadmesNameEveryAlert(t *testing.T) {
	all := alerts(t)
	for name, row := range map[string]string{"README.md": "| a person must act now |", "README.zh-CN.md": "| 马上要人处理 |"} {
		content, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		_, urgent, ok := strings.Cut(string(content), row)
		if urgent, _, _ = strings.Cut(urgent, "\n"); !ok {
			t.Errorf("%s has no row %q", name, row)
		}
		if count := " " + strconv.Itoa(len(all)) + " "; !strings.Contains(string(content), count) {
			t.Errorf("%s does not say that there are%salerts", name, count)
		}
		for _, a := range all {
			if code := "`" + a.Alert + "`"; !strings.Contains(string(content), code) || strings.Contains(urgent, code) != (a.Labels["severity"] == "critical") {
				t.Errorf("%s: %s (%s) is missing or in the wrong row", name, a.Alert, a.Labels["severity"])
			}
		}
	}
}
