// Package rulestest gives tests the alerting and recording rules of this
// repository and the names of the series that they can use. The tests of the
// rules, of the dashboard and of the documents are held against it.
//
// Every function reads files relative to the root of the repository, which the
// test must have as its working directory.
package rulestest

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

// The rules, and the document that every alert links to.
const (
	RulesFile  = "prometheus/geminid.rules.yml"
	RunbookURL = "https://github.com/geminid/geminid/blob/main/docs/runbook.md"
)

// MetricName matches the names of metrics and of recorded series in an expression.
var MetricName = regexp.MustCompile(`\b(?:instance:\w+:\w+|(?:geminid|process|go|promhttp)_\w+)\b`)

// A Rule is a recording rule, if Record is set, or an alert, if Alert is.
type Rule struct {
	Record, Alert, Expr, For string
	Labels, Annotations      map[string]string
}

// LoadRules returns all rules in file order.
func LoadRules(t *testing.T) []Rule {
	t.Helper()
	var file struct {
		Groups []struct {
			Name, Interval string
			Rules          []Rule
		}
	}
	ParseYAML(t, RulesFile, &file)
	var all []Rule
	for _, g := range file.Groups {
		all = append(all, g.Rules...)
	}
	return all
}

// LoadAlerts returns the alerts in file order.
func LoadAlerts(t *testing.T) []Rule {
	t.Helper()
	return slices.DeleteFunc(LoadRules(t), func(r Rule) bool { return r.Alert == "" })
}

// ParseYAML reads a file into the value and ends the test if it is malformed or
// has a field that the value does not know.
func ParseYAML(t *testing.T, path string, into any) {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	decoder := yaml.NewDecoder(strings.NewReader(string(content)))
	decoder.KnownFields(true)
	if err := decoder.Decode(into); err != nil {
		t.Fatalf("%s: %v", path, err)
	}
}
