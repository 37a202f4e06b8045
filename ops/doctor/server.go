package doctor

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/geminid/geminid/supervisor/status"
)

// pingServer asks the running server for a sign of life.
func (c *Config) pingServer(ctx context.Context) error {
	if c.Ask == nil {
		return errors.New("nobody to ask")
	}
	var out any
	return c.Ask(ctx, "/livez", &out)
}

// checkCookies says how the sessions stand, by number: the names of accounts are the
// owner's own.
func checkCookies(ctx context.Context, c *Config) []Finding {
	if c.Ask == nil {
		return nil
	}
	var body status.Report
	if err := c.Ask(ctx, "/api/cookies/status", &body); err != nil {
		if errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ECONNREFUSED) {
			return singleFinding(Warning, "no server runs, so nothing is known of its sessions", "systemctl start geminid, or geminid serve; then run geminid doctor again")
		}
		return singleFinding(Warning, "the server cannot be asked: "+err.Error(), "run geminid doctor as root, or as a member of the group geminid")
	}
	if len(body.Accounts) == 0 {
		return singleFinding(Bad, "there are no cookies yet", "export them from a private Firefox window and drop the file into the inbox")
	}
	var out []Finding
	for i, a := range body.Accounts {
		out = append(out, judgeAccount(a, fmt.Sprintf("session %d of %d", i+1, len(body.Accounts)), c.Now())...)
	}
	return out
}

// judgeAccount says how the session stands, under a name that gives nothing away.
func judgeAccount(a status.Account, name string, now time.Time) []Finding {
	level, words := judgeState(a.Standing())
	if !a.LastProof.IsZero() {
		words += ", last proven " + status.FormatDuration(now.Sub(a.LastProof)) + " ago"
	}
	out := singleFinding(level, name+": "+words, "")
	if level != Good {
		out[0].Fix = cmp.Or(redactedRemedy(a), "geminid cookies status tells more")
	}
	if !a.Persisted {
		out = append(out, Finding{Level: Bad, Text: name + ": its newest cookies are not saved", Fix: "make the state directory writable"})
	}
	if len(a.Notes) > 0 {
		out = append(out, Finding{Level: Note, Text: name + ": the server has a suspicion about it", Fix: "geminid cookies status tells which"})
	}
	return out
}

// judgeState rates a state, and says in words how the session is.
func judgeState(state status.State) (Level, string) {
	switch state {
	case status.Healthy:
		return Good, state.Meaning(status.English)
	case status.PausedState:
		return Note, state.Meaning(status.English)
	case status.Expiring, status.Degraded, status.Suspect, status.Unknown, status.RateLimited:
		return Warning, state.Meaning(status.English)
	case status.Unreachable, status.Blocked, status.Expired, status.Missing, status.Unreadable:
		return Bad, state.Meaning(status.English)
	}
	return Bad, "in a state that this version does not know"
}

// redactedRemedy is the remedy without the account's name, which stands in commands and in the
// path of its saved state.
func redactedRemedy(a status.Account) string {
	if strings.HasPrefix(a.Remedy, "run: geminid cookies resume") {
		return "geminid cookies resume ACCOUNT"
	}
	return strings.ReplaceAll(a.Remedy, "/accounts/"+a.Name+".json", "/accounts/ACCOUNT.json")
}

// checkLimits counts the requests that were limited within the last day, by the
// limit.
func checkLimits(ctx context.Context, c *Config) []Finding {
	if c.Ask == nil {
		return nil
	}
	var body struct {
		Sum struct {
			Limited  map[string]int64 `json:"lim"`
			Requests map[string]int64 `json:"req"`
		} `json:"sum"`
	}
	if c.Ask(ctx, "/api/report?since=1d", &body) != nil {
		return nil // said above
	}
	out := []Finding{}
	for _, origin := range slices.Sorted(maps.Keys(body.Sum.Limited)) {
		if l, ok := limiters[origin]; ok {
			out = append(out, Finding{Level: l.level,
				Text: fmt.Sprintf("%d requests within a day: %s", body.Sum.Limited[origin], l.text), Fix: l.fix})
		}
	}
	if len(out) == 0 {
		return singleFinding(Good, "nobody was limited within the last day", "")
	}
	return out
}

var limiters = map[string]struct {
	level     Level
	text, fix string
}{
	"limiter_ip":       {Note, "refused by the hourly limit of a client", "raise requests_per_hour when they were yours"},
	"limiter_model":    {Note, "delayed until their model's turn", "ask less at once, or lower model_interval with care"},
	"queue_full":       {Note, "refused because too many waited", "ask less at once, or raise queue_size"},
	"upstream_quota":   {Note, "refused by the quota of the account", "take another model, or wait until the quota is given anew"},
	"upstream_429":     {Warning, "slowed down by Google", "ask less for some hours"},
	"upstream_blocked": {Bad, "refused by Google for the address of this server", "wait two hours without asking; behind a shared address use upstream_proxy"},
}

// checkVersions names the versions of program, system and running server.
func checkVersions(ctx context.Context, c *Config) []Finding {
	text := fmt.Sprintf("geminid %s, %s %s/%s", c.Version, runtime.Version(), runtime.GOOS, runtime.GOARCH)
	for line := range strings.Lines(c.readSystemFile("etc/os-release")) {
		if name, ok := strings.CutPrefix(line, "PRETTY_NAME="); ok {
			text += ", " + strings.Trim(strings.TrimSpace(name), `"`)
		}
	}
	if kernel := strings.TrimSpace(c.readSystemFile("proc/sys/kernel/osrelease")); kernel != "" {
		text += ", kernel " + kernel
	}
	out := singleFinding(Good, text, "")
	if c.Ask == nil {
		return out
	}
	var page []byte
	if c.Ask(ctx, "/metrics", &page) == nil {
		if running := buildVersion(string(page)); running != "" && running != c.Version {
			out = append(out, Finding{Level: Warning, Text: "the running server is " + running + ", this program " + c.Version, Fix: "systemctl restart geminid"})
		}
	}
	return out
}

var buildInfo = regexp.MustCompile(`(?m)^geminid_build_info\{(?:[^}]*,)?version="([^"]*)"`)

// buildVersion finds the version in the metrics.
func buildVersion(page string) string {
	if found := buildInfo.FindStringSubmatch(page); found != nil {
		return found[1]
	}
	return ""
}
