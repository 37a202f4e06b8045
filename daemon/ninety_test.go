package daemon_test

import (
	"cmp"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
)

// TestNinetyDays lets the whole daemon but its listeners live through months of
// a nasty upstream, a careless owner and an unreliable machine, in simulated
// time, and counts what the owner would have noticed.
//
// GEMINID_SIM_SEED is a seed or a range such as 1-20 (default 1),
// GEMINID_SIM_DAYS the length (default 30). What every word of the table means
// stands at its column in tally_test.go; what happens in the world stands in
// world_test.go.
func TestNinetyDays(t *testing.T) {
	first, last := seeds(t)
	days := 30
	if testing.Short() {
		days = 2
	}
	days = number(t, "GEMINID_SIM_DAYS", days)
	var (
		mu   sync.Mutex
		rows []tally
		held int // how many seeds kept every promise
	)
	t.Run("seeds", func(t *testing.T) {
		for seed := first; seed <= last; seed++ {
			t.Run(strconv.Itoa(seed), func(t *testing.T) {
				t.Parallel()
				dir := t.TempDir()
				var row tally
				synctest.Test(t, func(t *testing.T) { row = liveKeys(t, dir, uint64(seed), days) })
				broken := row.broken()
				for _, promise := range broken {
					t.Error(promise)
				}
				mu.Lock()
				defer mu.Unlock()
				rows = append(rows, row)
				if len(broken) == 0 {
					held++
				}
			})
		}
	})
	slices.SortFunc(rows, func(a, b tally) int { return cmp.Compare(a.seed, b.seed) })
	var table strings.Builder
	fmt.Fprintf(&table, "\n%d days each; required: availability >= 99.9 %%, warned >= 95 %%, median lead >= 60 min (lives >= 3 h), false warnings <= 1 per 10 days, lost 0, false expired 0, healthy day <= 180 rotations and <= 300 probes, the status wrong for <= 10 min, the report within 0.1 %%\n%s\n", days, header)
	for _, row := range rows {
		fmt.Fprintln(&table, row)
	}
	warned, predictable, broken := unwarned(rows)
	fmt.Fprintf(&table, " all  warned of %d of %d predictable deaths\n\n%d of %d seeds held\n", warned, predictable, held, last-first+1)
	fmt.Print(table.String())
	if broken {
		t.Errorf("warned of %d of %d predictable deaths, less than 95 %%", warned, predictable)
	}
}

// liveKeys runs one seed from the first cookie file to the last day.
func liveKeys(t *testing.T, dir string, seed uint64, days int) tally {
	w := newWorld(t, dir, seed, days)
	w.boot()
	for w.now().Before(w.end) {
		w.minute()
	}
	r, err := w.daemon.Report(w.count.started)
	if err != nil {
		t.Error(err)
	}
	w.count.truth.report = r
	w.shutdown()
	w.count.finish(w)
	return w.count
}

func seeds(t *testing.T) (first, last int) {
	text := cmp.Or(os.Getenv("GEMINID_SIM_SEED"), "1")
	low, high, isRange := strings.Cut(text, "-")
	if !isRange {
		high = low
	}
	first, err := strconv.Atoi(low)
	if err == nil {
		last, err = strconv.Atoi(high)
	}
	if err != nil || first < 1 || last < first {
		t.Fatalf("GEMINID_SIM_SEED=%q is neither a number nor a range such as 1-20", text)
	}
	return first, last
}

func number(t *testing.T, name string, otherwise int) int {
	text := os.Getenv(name)
	if text == "" {
		return otherwise
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 {
		t.Fatalf("%s=%q is not a number of days", name, text)
	}
	return n
}
