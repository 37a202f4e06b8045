package doctor

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// driftSeries is one line of the metrics: a sign that the upstream changed.
var driftSeries = regexp.MustCompile(`(?m)^geminid_upstream_drift_total\{detail="([^"]*)",sign="([a-z_]+)"\} (\S+)$`)

// driftSigns are the signs that a person should know of, in words. The others are
// counted in the metrics alone.
var driftSigns = map[string]string{
	"component":       "an unknown element in the text of answers",
	"canvas":          "a document of an answer that did not come",
	"body_index":      "an unknown place of answers",
	"candidate_index": "an unknown place of candidates",
	"container_index": "an unknown place of media",
	"media":           "a file that could not be fetched",
	"overtaken_cut":   "an answer in a temporary chat cut by another question",
	"refusal":         "a refusal",
}

// checkDrift reads what the running server has counted of changes of the upstream. Its
// findings hold names and indexes and can be pasted in public.
func checkDrift(ctx context.Context, c *Config) []Finding {
	if c.Ask == nil {
		return nil
	}
	var page []byte
	if c.Ask(ctx, "/metrics", &page) != nil || len(page) == 0 {
		return nil // said above
	}
	var seen []string
	for _, line := range driftSeries.FindAllStringSubmatch(string(page), -1) {
		words, known := driftSigns[line[2]]
		if !known || line[2] == "refusal" && line[1] != "1096" && line[1] != "1100" {
			continue
		}
		seen = append(seen, fmt.Sprintf("%s: %s %s, %s times", words, line[2], line[1], line[3]))
	}
	if len(seen) == 0 {
		return singleFinding(Good, "answers held nothing unknown since the server's start", "")
	}
	slices.Sort(seen)
	return singleFinding(Note, "new since the server's start: "+strings.Join(seen, "; "),
		"look for a newer geminid; if there is none, report this line, which holds nothing private (docs/runbook.md, UpstreamChanged)")
}
