package docs_test

import (
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/geminid/geminid/prometheus/rulestest"
)

// TestReadmeIsShort: whoever opens it wants to begin.
func TestReadmeIsShort(t *testing.T) {
	for _, name := range []string{"README.md", "README.zh-CN.md"} {
		if n := readPage(t, name).lines; n >= 300 {
			t.Errorf("%s has %d lines, want less than 300", name, n)
		}
	}
}

// TestReadmesNameEveryFolder checks that each folder at the root is explained.
func TestReadmesNameEveryFolder(t *testing.T) {
	entries, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"README.md", "README.zh-CN.md"} {
		content, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range entries {
			built := slices.Contains([]string{"bin", "dist"}, e.Name())
			if e.IsDir() && !built && !strings.HasPrefix(e.Name(), ".") && !strings.Contains(string(content), "`"+e.Name()+"`") {
				t.Errorf("%s does not name the folder %s", name, e.Name())
			}
		}
	}
}

// TestReadmesNameEveryAlert: with their number, and those that wake a person in
// a row of their own.
func TestReadmesNameEveryAlert(t *testing.T) {
	all := rulestest.LoadAlerts(t)
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
