package page_test

import (
	"fmt"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/geminid/geminid/cookie"
	"github.com/geminid/geminid/gateway/page"
	"github.com/geminid/geminid/supervisor"
	"github.com/geminid/geminid/supervisor/status"
)

var hole = regexp.MustCompile(`\{\w+\}`)

// TestTextsAreWhole: every language says everything, with the same holes.
func TestTextsAreWhole(t *testing.T) {
	all := page.Texts()
	keys := slices.Sorted(maps.Keys(all["en"]))
	for name, texts := range all {
		if got := slices.Sorted(maps.Keys(texts)); !slices.Equal(got, keys) {
			t.Errorf("%s and en have different keys", name)
		}
		for _, key := range keys {
			holes := func(text string) string {
				return strings.Join(slices.Sorted(slices.Values(hole.FindAllString(text, -1))), " ")
			}
			if texts[key] == "" || holes(texts[key]) != holes(all["en"][key]) {
				t.Errorf("%s: %s is %q", name, key, texts[key])
			}
		}
	}
}

// TestTextsAreUsed: what the page and its script ask for is there.
func TestTextsAreUsed(t *testing.T) {
	markup, err := os.ReadFile("page.html")
	if err != nil {
		t.Fatal(err)
	}
	texts := page.Texts()["en"]
	for _, source := range []string{string(markup), page.Script()} {
		for _, m := range regexp.MustCompile(`\bt(?:\(| ")['"]?([a-z0-9.]+[a-z0-9])['"]`).FindAllStringSubmatch(source, -1) {
			if texts[m[1]] == "" {
				t.Errorf("there is no text %s", m[1])
			}
		}
	}
}

// TestScriptKnowsTheRanks: the script lists the states as the server ranks them.
func TestScriptKnowsTheRanks(t *testing.T) {
	states := append(status.States(), status.PausedState)
	slices.SortFunc(states, func(a, b status.State) int { return b.Rank() - a.Rank() })
	want := strings.ReplaceAll(fmt.Sprintf("const ranks = %q;", states), `" "`, `', '`)
	want = strings.ReplaceAll(want, `"`, "'")
	if !strings.Contains(page.Script(), want) {
		t.Errorf("the script lacks %s", want)
	}
}

// TestEveryWordHasAText: what the rest of the house can say has words here.
func TestEveryWordHasAText(t *testing.T) {
	var wanted []string
	for _, state := range append(status.States(), status.PausedState) {
		wanted = append(wanted, "word."+string(state), "sentence."+string(state))
	}
	for _, result := range []supervisor.Result{supervisor.Applied, supervisor.Unchanged, supervisor.Rejected, supervisor.Parked, supervisor.RolledBack} {
		wanted = append(wanted, "result."+string(result))
	}
	for _, code := range []cookie.Code{cookie.CodeEmpty, cookie.CodeTruncated, cookie.CodeTooBig, cookie.CodeBinary, cookie.CodeHTML,
		cookie.CodeMalformed, cookie.CodeHARSanitized, cookie.CodeChromeEncrypted, cookie.CodeMultiAccount, cookie.CodeExpired,
		cookie.CodeWrongDomain, cookie.CodeSignedOut, cookie.CodeNoPSID, cookie.CodePlaceholder, cookie.CodeSwapped,
		cookie.CodeBadValue, cookie.CodeNotReadable, cookie.CodeTooMany, cookie.CodeProbeSignedOut} {
		wanted = append(wanted, "code."+string(code))
	}
	for evidence := cookie.SignedIn; evidence <= cookie.Restricted; evidence++ {
		if evidence != cookie.RotateLimited { // told as rate_limited
			wanted = append(wanted, "result."+evidence.String())
		}
	}
	for name, texts := range page.Texts() {
		for _, key := range wanted {
			if texts[key] == "" {
				t.Errorf("%s has no text %s", name, key)
			}
		}
	}
}
