package grafana_test

import (
	"encoding/json"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/geminid/geminid/prometheus/rulestest"
)

// board is the part of a Grafana dashboard that its rules are about.
type board struct {
	ID           *int
	UID, Title   string
	Refresh      string
	GraphTooltip int
	Time         struct{ From, To string }
	Links        []struct{ Title, URL string }
	Annotations  struct {
		List []struct {
			Name, Expr string
			Datasource source
		}
	}
	Templating struct{ List []variable }
	Panels     []panel
}

type source struct{ Type, UID string }

type variable struct {
	Name, Type, Query, Label, AllValue string
	Datasource                         source
	Multi, IncludeAll                  bool
	Refresh                            int
}

type panel struct {
	ID                       int
	Type, Title, Description string
	Datasource               source
	GridPos                  struct{ X, Y, W, H int }
	FieldConfig              struct {
		Defaults struct {
			Unit       string
			Mappings   []mapping
			Thresholds struct {
				Steps []struct{ Color string }
			}
		}
	}
	Targets []target
}

type mapping struct {
	Type    string
	Options map[string]json.RawMessage
}

type target struct {
	RefID, Expr, LegendFormat string
	Datasource                source
}

func dashboard(t *testing.T) *board {
	t.Helper()
	content, err := os.ReadFile("grafana/geminid.json")
	if err != nil {
		t.Fatal(err)
	}
	b := new(board)
	if err := json.Unmarshal(content, b); err != nil {
		t.Fatalf("grafana/geminid.json: %v", err)
	}
	return b
}

// all are the panels with the rows among them.
func (b *board) all() []panel { return b.Panels }

// drawn are the panels that show something.
func (b *board) drawn() []panel {
	return slices.DeleteFunc(slices.Clone(b.Panels), func(p panel) bool { return p.Type == "row" })
}

func TestDashboardHead(t *testing.T) {
	b := dashboard(t)
	if b.ID != nil {
		t.Error("the dashboard has an id: Grafana gives it one")
	}
	if b.UID != "geminid" || b.Refresh != "30s" || b.Time.From != "now-6h" || b.Time.To != "now" {
		t.Errorf("uid %q, refresh %q, time %v", b.UID, b.Refresh, b.Time)
	}
	if b.GraphTooltip != 1 {
		t.Error("the crosshair is not shared")
	}
	if !slices.ContainsFunc(b.Links, func(l struct{ Title, URL string }) bool { return l.URL == rulestest.RunbookURL }) {
		t.Error("no link leads to the runbook")
	}
	var rows []string
	for _, p := range b.all() {
		if p.Type == "row" {
			rows = append(rows, p.Title)
		}
	}
	want := []string{"Is it working?", "Cookies", "Traffic", "Limits", "Upstream", "Process"}
	if !slices.Equal(rows, want) {
		t.Errorf("rows are %q, want %q", rows, want)
	}
}

// TestDashboardVariables holds template-datasource, template-job,
// template-instance and template-label-promql of dashboard-linter.
func TestDashboardVariables(t *testing.T) {
	vars := make(map[string]variable)
	for _, v := range dashboard(t).Templating.List {
		vars[v.Name] = v
	}
	if v := vars["datasource"]; v.Type != "datasource" || v.Query != "prometheus" || v.Label == "" || v.Multi || v.IncludeAll {
		t.Errorf("datasource: %+v", v)
	}
	query := regexp.MustCompile(`^label_values\((geminid_\w+)(\{job=~"\$job"\})?, (job|instance)\)$`)
	known := rulestest.ListSeries(t)
	for _, name := range []string{"job", "instance"} {
		v := vars[name]
		if v.Type != "query" || !v.Multi || !v.IncludeAll || v.AllValue != ".+" || v.Refresh != 2 || v.Datasource.UID != "${datasource}" {
			t.Errorf("%s: %+v", name, v)
		}
		if m := query.FindStringSubmatch(v.Query); m == nil || m[3] != name || !known[m[1]] {
			t.Errorf("%s: the query is %q", name, v.Query)
		}
	}
}

// words are values that need no unit because a mapping shows a word for them.
func (p panel) words() bool { return len(p.FieldConfig.Defaults.Mappings) > 0 }

// TestDashboardPanels holds panel-datasource, panel-title-description and
// panel-units, and that panels neither meet nor leave the page.
func TestDashboardPanels(t *testing.T) {
	b := dashboard(t)
	ids, titles := make(map[int]bool), make(map[string]bool)
	for i, p := range b.all() {
		if ids[p.ID] || p.ID == 0 {
			t.Errorf("%s: the id %d is taken or none", p.Title, p.ID)
		}
		if titles[p.Title] || p.Title == "" {
			t.Errorf("the title %q is taken or none", p.Title)
		}
		ids[p.ID], titles[p.Title] = true, true
		g := p.GridPos
		if g.W < 1 || g.H < 1 || g.X < 0 || g.Y < 0 || g.X+g.W > 24 {
			t.Errorf("%s: lies at %+v", p.Title, g)
		}
		for _, o := range b.all()[:i] {
			h := o.GridPos
			if g.X < h.X+h.W && h.X < g.X+g.W && g.Y < h.Y+h.H && h.Y < g.Y+g.H {
				t.Errorf("%s and %s overlap", p.Title, o.Title)
			}
		}
	}
	for _, p := range b.drawn() {
		if p.Datasource.UID != "${datasource}" || p.Datasource.Type != "prometheus" {
			t.Errorf("%s: data comes from %+v", p.Title, p.Datasource)
		}
		if len(p.Description) < 15 || !strings.HasSuffix(p.Description, ".") {
			t.Errorf("%s: described as %q", p.Title, p.Description)
		}
		if unit := p.FieldConfig.Defaults.Unit; unit == "" || unit == "none" && !p.words() && p.Title != "Version" {
			t.Errorf("%s: has the unit %q", p.Title, unit)
		}
		if len(p.Targets) == 0 {
			t.Errorf("%s: asks for nothing", p.Title)
		}
	}
}

// TestDashboardColoursHaveWords: whoever can not tell red from green reads a
// word or a number, and the thresholds of graphs are lines at their height.
func TestDashboardColoursHaveWords(t *testing.T) {
	for _, p := range dashboard(t).drawn() {
		for _, m := range p.FieldConfig.Defaults.Mappings {
			for value, raw := range m.Options {
				var shown struct{ Text, Color string }
				if json.Unmarshal(raw, &shown) == nil && shown.Color != "" && shown.Text == "" {
					t.Errorf("%s: %s is a colour without a word", p.Title, value)
				}
			}
		}
	}
}

var (
	rateLike   = regexp.MustCompile(`\b(?:rate|irate|increase|changes|delta|deriv)\(`)
	anyRange   = regexp.MustCompile(`\[([^\]]+)\]`)
	selector   = regexp.MustCompile(`\b(instance:\w+:\w+|ALERTS|(?:geminid|process|go)_\w+)(\{[^}]*\})?`)
	legendName = regexp.MustCompile(`\{\{(\w+)\}\}`)
)

// noInstance are the panels whose queries can not have an instance; each is
// listed in grafana/.lint with its reason.
func noInstance(t *testing.T) map[string]bool {
	var file struct {
		Exclusions map[string]struct {
			Entries []struct{ Dashboard, Panel, Reason string }
		}
	}
	rulestest.ParseYAML(t, "grafana/.lint", &file)
	out := make(map[string]bool)
	for name, rule := range file.Exclusions {
		if name != "target-instance-rule" {
			t.Errorf("an exception from %s that this test does not know", name)
		}
		for _, e := range rule.Entries {
			if e.Reason == "" {
				t.Errorf("%s: an exception without a reason", e.Panel)
			}
			out[e.Panel] = true
		}
	}
	return out
}

// TestDashboardQueries holds target-promql, target-rate-interval, target-job and
// target-instance. That the queries are good PromQL and find something, the
// end-to-end tests ask a real Prometheus.
func TestDashboardQueries(t *testing.T) {
	b, exceptions, known := dashboard(t), noInstance(t), rulestest.ListSeries(t)
	for _, p := range b.drawn() {
		refs := make(map[string]bool)
		for _, q := range p.Targets {
			if refs[q.RefID] || q.RefID == "" {
				t.Errorf("%s: the reference %q is taken or none", p.Title, q.RefID)
			}
			refs[q.RefID] = true
			if q.Datasource.UID != "${datasource}" || q.LegendFormat == "" {
				t.Errorf("%s: data from %+v, legend %q", p.Title, q.Datasource, q.LegendFormat)
			}
			for _, problem := range flaws(q.Expr, known, exceptions[p.Title]) {
				t.Errorf("%s: %s", p.Title, problem)
			}
		}
	}
	if len(b.Annotations.List) < 3 {
		t.Error("restarts, reloads and state changes are not all marked")
	}
	for _, a := range b.Annotations.List {
		for _, problem := range flaws(a.Expr, known, false) {
			t.Errorf("annotation %s: %s", a.Name, problem)
		}
	}
}

func flaws(expr string, known map[string]bool, anyInstance bool) (out []string) {
	for _, r := range anyRange.FindAllStringSubmatch(expr, -1) {
		if r[1] != "$__rate_interval" {
			out = append(out, fmt.Sprintf("the range is [%s]", r[1]))
		}
	}
	if rateLike.MatchString(expr) != strings.Contains(expr, "[") {
		out = append(out, "a rate without a range")
	}
	found := selector.FindAllStringSubmatch(expr, -1)
	for _, m := range found {
		if m[1] != "ALERTS" && !known[m[1]] {
			out = append(out, m[1]+" does not exist")
		}
		if !strings.Contains(m[2], `job=~"$job"`) {
			out = append(out, m[1]+" is not chosen by job")
		}
		if !anyInstance && !strings.Contains(m[2], `instance=~"$instance"`) {
			out = append(out, m[1]+" is not chosen by instance")
		}
	}
	if len(found) == 0 {
		out = append(out, "no metric in "+expr)
	}
	return out
}

// TestDashboardShowsEveryMetric: what is worth counting is worth a place.
func TestDashboardShowsEveryMetric(t *testing.T) {
	b := dashboard(t)
	var all strings.Builder
	for _, p := range b.drawn() {
		for _, q := range p.Targets {
			all.WriteString(q.Expr + "\n")
		}
	}
	for _, a := range b.Annotations.List {
		all.WriteString(a.Expr + "\n")
	}
	for _, r := range rulestest.LoadRules(t) {
		all.WriteString(r.Expr + "\n")
	}
	used := make(map[string]bool)
	for _, name := range rulestest.MetricName.FindAllString(all.String(), -1) {
		used[name] = true
	}
	for name := range rulestest.ListSeries(t) {
		base := regexp.MustCompile(`_(bucket|sum|count)$`).ReplaceAllString(name, "")
		if strings.HasPrefix(name, "geminid_") && !used[name] && !used[base+"_bucket"] {
			t.Errorf("%s is on no panel and in no rule", name)
		}
	}
}

// TestDashboardLegendsExist: a legend names a label that the query keeps.
func TestDashboardLegendsExist(t *testing.T) {
	by := regexp.MustCompile(`\bby \(([^)]*)\)`)
	for _, p := range dashboard(t).drawn() {
		for _, q := range p.Targets {
			groups := by.FindAllStringSubmatch(q.Expr, -1)
			for _, l := range legendName.FindAllStringSubmatch(q.LegendFormat, -1) {
				kept := len(groups) == 0
				for _, g := range groups {
					kept = kept || slices.Contains(strings.Split(g[1], ", "), l[1])
				}
				if !kept {
					t.Errorf("%s: the legend shows {{%s}}, which %s does not keep", p.Title, l[1], q.Expr)
				}
			}
		}
	}
}

func TestProvisioningExamples(t *testing.T) {
	var sources struct {
		APIVersion  int `yaml:"apiVersion"`
		Datasources []struct {
			Name, Type, Access, URL string
			IsDefault               bool `yaml:"isDefault"`
			JSONData                struct {
				TimeInterval string `yaml:"timeInterval"`
				HTTPMethod   string `yaml:"httpMethod"`
			} `yaml:"jsonData"`
		}
	}
	rulestest.ParseYAML(t, "grafana/provisioning/datasource.yml", &sources)
	if len(sources.Datasources) != 1 || sources.Datasources[0].Type != "prometheus" {
		t.Errorf("data sources: %+v", sources)
	}
	var boards struct {
		APIVersion int `yaml:"apiVersion"`
		Providers  []struct {
			Name, Folder, Type    string
			DisableDeletion       bool `yaml:"disableDeletion"`
			AllowUIUpdates        bool `yaml:"allowUiUpdates"`
			UpdateIntervalSeconds int  `yaml:"updateIntervalSeconds"`
			Options               struct {
				Path    string
				Folders bool `yaml:"foldersFromFilesStructure"`
			}
		}
	}
	rulestest.ParseYAML(t, "grafana/provisioning/dashboards.yml", &boards)
	if len(boards.Providers) != 1 || boards.Providers[0].Options.Path == "" {
		t.Errorf("dashboard providers: %+v", boards)
	}
}
