// Package monitoring_test runs the daemon under a real Prometheus and a real
// Alertmanager: the rules and examples are checked by the tools that come with
// them, a session dies and comes back while somebody is told, and every query of
// the dashboard is asked of the data that comes of it.
package monitoring_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/geminid/geminid/e2e/harness"
)

func TestMain(m *testing.M) { os.Exit(harness.Main(m)) }

// packages are the Debian packages that a tool comes from.
var packages = map[string]string{
	"prometheus": "prometheus", "promtool": "prometheus",
	"prometheus-alertmanager": "prometheus-alertmanager", "amtool": "prometheus-alertmanager",
	"chromium": "chromium fonts-dejavu-core", "npm": "npm",
}

// tool returns the path of a tool, and installs it first where it is missing.
func tool(t *testing.T, name string) string {
	t.Helper()
	return harness.Tool(t, name, packages[name])
}

// check runs a tool in a directory of the project and wants it content.
func check(t *testing.T, dir, input, name string, args ...string) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), tool(t, name), args...)
	cmd.Dir = filepath.Join(harness.Root(), dir)
	cmd.Stdin = strings.NewReader(input)
	if out, err := cmd.CombinedOutput(); err != nil || strings.Contains(string(out), "FAILED") {
		t.Errorf("%s %s: %v\n%s", name, strings.Join(args, " "), err, out)
	}
}

func TestRules(t *testing.T) {
	check(t, "prometheus", "", "promtool", "check", "rules", "geminid.rules.yml")
}
func TestExamples(t *testing.T) {
	check(t, "prometheus", "", "promtool", "check", "config", "scrape.yml")
}

func TestAlertsFireAndStaySilent(t *testing.T) {
	check(t, "prometheus", "", "promtool", "test", "rules", "geminid.rules.test.yml")
}

func TestAlertmanagerExample(t *testing.T) {
	check(t, "prometheus", "", "amtool", "check-config", "alertmanager.yml")
}
