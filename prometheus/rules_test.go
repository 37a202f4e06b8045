package prometheus_test

import (
	"encoding/json"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/geminid/geminid/prometheus/rulestest"
)

const (
	testsFile   = "prometheus/geminid.rules.test.yml"
	runbookFile = "docs/runbook.md"
)

func TestAlertsFollowTheStyle(t *testing.T) {
	if got := len(rulestest.LoadAlerts(t)); got != 20 {
		t.Errorf("got %d alerts, want 20", got)
	}
	camel := regexp.MustCompile(`^([A-Z][a-z]+){2,}$`)
	for _, a := range rulestest.LoadAlerts(t) {
		t.Run(a.Alert, func(t *testing.T) {
			if !camel.MatchString(a.Alert) {
				t.Error("the name is not CamelCase")
			}
			if a.For == "" {
				t.Error("for is not said")
			}
			if s := a.Labels["severity"]; s != "critical" && s != "warning" {
				t.Errorf("severity is %q", s)
			}
			if a.Labels["service"] != "geminid" {
				t.Errorf("service is %q", a.Labels["service"])
			}
			if s := a.Annotations["summary"]; !strings.HasSuffix(s, ".") || strings.Contains(s, "{{") {
				t.Errorf("the summary is no static sentence: %q", s)
			}
			if d := a.Annotations["description"]; d == "" || (!strings.Contains(d, "{{") && !strings.HasPrefix(a.Expr, "absent(")) {
				t.Errorf("the description names no instance: %q", d)
			}
			if got, want := a.Annotations["runbook_url"], rulestest.RunbookURL+"#"+strings.ToLower(a.Alert); got != want {
				t.Errorf("runbook_url is %q, want %q", got, want)
			}
		})
	}
}

// TestRunbookHasEveryAlert follows each link to its heading, and finds no entry
// of an alert that is gone.
func TestRunbookHasEveryAlert(t *testing.T) {
	entries := runbook(t)
	for _, a := range rulestest.LoadAlerts(t) {
		_, anchor, _ := strings.Cut(a.Annotations["runbook_url"], "#")
		entry, ok := entries[anchor]
		if !ok {
			t.Errorf("%s: the runbook has no heading for #%s", a.Alert, anchor)
			continue
		}
		delete(entries, anchor)
		for _, part := range []string{"**Means.**", "**See.**", "**Do.**", "**Ends.**"} {
			if strings.Count(entry, part) != 1 {
				t.Errorf("%s: the entry has not one part %s", a.Alert, part)
			}
		}
	}
	for anchor := range entries {
		t.Errorf("the runbook has an entry for #%s, which is no alert", anchor)
	}
}

// runbook maps the anchors of the second-level headings to their text.
func runbook(t *testing.T) map[string]string {
	t.Helper()
	content, err := os.ReadFile(runbookFile)
	if err != nil {
		t.Fatal(err)
	}
	entries := make(map[string]string)
	for i, section := range strings.Split(string(content), "\n## ") {
		if heading, text, _ := strings.Cut(section, "\n"); i > 0 {
			entries[strings.ToLower(strings.ReplaceAll(heading, " ", "-"))] = text
		}
	}
	return entries
}

// TestRunbookPointsAtThingsThatExist follows the links between entries and the
// panels that it names.
func TestRunbookPointsAtThingsThatExist(t *testing.T) {
	entries := runbook(t)
	panels := make(map[string]bool)
	var dashboard struct{ Panels []struct{ Title string } }
	content, err := os.ReadFile("grafana/geminid.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(content, &dashboard); err != nil {
		t.Fatal(err)
	}
	for _, p := range dashboard.Panels {
		panels[p.Title] = true
	}
	link, named := regexp.MustCompile(`\]\(#([^)]+)\)`), regexp.MustCompile(`(?:row|panels?|and|,) \*([^*]+)\*`)
	for anchor, text := range entries {
		for _, m := range link.FindAllStringSubmatch(text, -1) {
			if _, ok := entries[m[1]]; !ok {
				t.Errorf("%s links to #%s, which is not there", anchor, m[1])
			}
		}
		for _, m := range named.FindAllStringSubmatch(text, -1) {
			if !panels[m[1]] {
				t.Errorf("%s names a panel or row %q that the dashboard does not have", anchor, m[1])
			}
		}
	}
}

// TestEveryAlertIsTested wants for each alert one check that it fires and one
// that it does not.
func TestEveryAlertIsTested(t *testing.T) {
	var file struct {
		RuleFiles          []string `yaml:"rule_files"`
		EvaluationInterval string   `yaml:"evaluation_interval"`
		Tests              []struct {
			Name, Interval string
			Series         []map[string]string `yaml:"input_series"`
			Alerts         []struct {
				At     string `yaml:"eval_time"`
				Name   string `yaml:"alertname"`
				Expect []any  `yaml:"exp_alerts"`
			} `yaml:"alert_rule_test"`
			Exprs []map[string]any `yaml:"promql_expr_test"`
		}
	}
	rulestest.ParseYAML(t, testsFile, &file)
	fires, quiet := make(map[string]bool), make(map[string]bool)
	for _, test := range file.Tests {
		for _, a := range test.Alerts {
			if len(a.Expect) > 0 {
				fires[a.Name] = true
			} else if fires[a.Name] {
				quiet[a.Name] = true // resolved after it had fired
			}
		}
	}
	for _, a := range rulestest.LoadAlerts(t) {
		if !fires[a.Alert] || !quiet[a.Alert] {
			t.Errorf("%s: no test sees it fire and resolve", a.Alert)
		}
	}
}

// TestRulesNameRealMetrics holds every name against the registry, so that a
// renamed metric can not leave an alert that never fires.
func TestRulesNameRealMetrics(t *testing.T) {
	known := rulestest.ListSeries(t)
	for _, r := range rulestest.LoadRules(t) {
		for _, name := range rulestest.MetricName.FindAllString(r.Expr, -1) {
			if !known[name] {
				t.Errorf("%s%s names %s, which does not exist", r.Alert, r.Record, name)
			}
		}
	}
}

// TestExamplesAreYAML reads the examples strictly enough to see a slip of
// indentation; promtool and amtool check them in full in the end-to-end tests.
func TestExamplesAreYAML(t *testing.T) {
	for _, path := range []string{"prometheus/scrape.yml", "prometheus/alertmanager.yml"} {
		var content map[string]any
		rulestest.ParseYAML(t, path, &content)
		if len(content) < 3 {
			t.Errorf("%s holds %d keys", path, len(content))
		}
	}
}
