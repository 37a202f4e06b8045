package prometheus_test

import (
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/geminid/geminid/prometheus/rulestest"
)

// unlessBlocked matches an expression that leaves blocked accounts alone by itself.
var unlessBlocked = regexp.MustCompile(`unless [^"]*state=~?"[a-z|]*\bblocked\b`)

// TestCausesFireFirst: an alert that silences others fires no later than they do, so
// that nobody is called for what follows from a cause that is not announced yet.
func TestCausesFireFirst(t *testing.T) {
	var config struct {
		InhibitRules []struct {
			Source []string `yaml:"source_matchers"`
			Target []string `yaml:"target_matchers"`
			Equal  []string
		} `yaml:"inhibit_rules"`
		Route     any
		Receivers any
	}
	rulestest.ParseYAML(t, "prometheus/alertmanager.yml", &config)
	alerts, pairs := rulestest.LoadAlerts(t), 0
	for _, rule := range config.InhibitRules {
		for _, source := range alerts {
			for _, target := range alerts {
				// A server that is not scraped has no other series to alert by.
				if source.Alert == "TargetMissing" || !matchesName(t, rule.Source, source.Alert) || !matchesName(t, rule.Target, target.Alert) {
					continue
				}
				if source.Alert == "UpstreamBlocked" && unlessBlocked.MatchString(target.Expr) {
					continue
				}
				if pairs++; delayOf(t, source) > delayOf(t, target) {
					t.Errorf("%s fires after %s, %s after %s, which it is to silence", source.Alert, source.For, target.Alert, target.For)
				}
			}
		}
	}
	if pairs < 10 {
		t.Errorf("only %d pairs of alerts were compared", pairs)
	}
}

// matchesName reports whether the matchers let an alert of this name pass.
func matchesName(t *testing.T, matchers []string, alert string) bool {
	t.Helper()
	for _, m := range matchers {
		name, value, _ := strings.Cut(m, "=")
		pattern := strings.Trim(strings.TrimPrefix(value, "~"), `"`)
		if name == "alertname" && !regexp.MustCompile("^(?:"+pattern+")$").MatchString(alert) {
			return false
		}
	}
	return true
}

func delayOf(t *testing.T, r rulestest.Rule) time.Duration {
	t.Helper()
	d, err := time.ParseDuration(r.For)
	if err != nil {
		t.Fatalf("%s: %v", r.Alert, err)
	}
	return d
}
