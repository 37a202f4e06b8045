package export_test

import (
	"encoding/json"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/geminid/geminid/cookie"
	"github.com/geminid/geminid/cookie/export"
)

// TestOrder permutes the entries of every sample that is a plain list; the
// verdict must stay the same.
func TestOrder(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	permuted := 0
	for _, folder := range []string{"samples", "exports"} {
		files, _ := expectations(t, folder)
		for _, want := range files {
			data := sample(t, folder, want.File)
			shuffle := shuffler(want, data)
			if shuffle == nil {
				continue
			}
			permuted++
			t.Run(folder+"/"+want.File, func(t *testing.T) {
				for range 20 {
					data := shuffle(random)
					result, err := export.Parse(want.File, data, today)
					if !matches(want, result, err) {
						t.Fatalf("another verdict (%v) for\n%s", err, data)
					}
				}
			})
		}
	}
	if permuted < 40 {
		t.Errorf("only %d samples were permuted", permuted)
	}
}

// shuffler returns a function that writes a sample's entries in another order,
// nil for a sample whose order has a meaning.
func shuffler(want expectation, data []byte) func(*rand.Rand) []byte {
	var items []json.RawMessage
	if json.Unmarshal(data, &items) == nil && len(items) > 1 {
		return func(random *rand.Rand) []byte {
			random.Shuffle(len(items), func(i, j int) { items[i], items[j] = items[j], items[i] })
			text, _ := json.Marshal(items)
			return text
		}
	}
	lines := strings.SplitAfter(string(data), "\n")
	byLine := strings.HasPrefix(want.File, "netscape-") || strings.HasPrefix(want.File, "devtools-rows")
	if !byLine || want.File == "netscape-concatenated.txt" || want.Error == "E_TRUNCATED" {
		return nil
	}
	return func(random *rand.Rand) []byte {
		if last := len(lines) - 1; lines[last] != "" {
			lines[last] += "\n"
		}
		random.Shuffle(len(lines), func(i, j int) { lines[i], lines[j] = lines[j], lines[i] })
		return []byte(strings.Join(lines, ""))
	}
}

func matches(want expectation, result *export.Result, err error) bool {
	if err != nil {
		return want.Verdict == "reject" && string(err.(*cookie.Rejection).Code) == want.Error
	}
	return want.Verdict == "accept" && result.Set.PSID().Reveal() == want.PSID && result.Set.PSIDTS().Reveal() == want.PSIDTS
}
