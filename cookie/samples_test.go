package cookie_test

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/geminid/geminid/cookie"
)

// today is the day on which the samples are read: their long expiries are in
// 2100, their past ones in 2020.
var today = time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)

// expectation is what a file of testdata/samples must come out as.
type expectation struct {
	File, Verdict, PSID, PSIDTS, Error, Note string
	Warnings                                 []cookie.Code
}

// expectations reads a list of expectations, and the dummy values that no
// message may show.
func expectations(t testing.TB, name string) (files []expectation, values []string) {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	var document struct {
		Values map[string]string `json:"dummy_values"`
		Files  []expectation
	}
	if err := json.Unmarshal(data, &document); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	for _, value := range document.Values {
		values = append(values, value)
	}
	return document.Files, values
}

func sample(t testing.TB, path ...string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(append([]string{"testdata"}, path...)...))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func TestSamples(t *testing.T) {
	files, _ := expectations(t, "samples/EXPECTED.json")
	if len(files) == 0 {
		t.Fatal("no expectations")
	}
	for _, want := range files {
		t.Run(want.File, func(t *testing.T) {
			export, err := cookie.Parse(want.File, sample(t, "samples", want.File), today)
			compare(t, want, export, err)
		})
	}
}

// compare checks verdict, values and code, and logs the verdict.
func compare(t *testing.T, want expectation, export *cookie.Export, err error) {
	t.Helper()
	if err != nil {
		var rejection *cookie.Rejection
		if !errors.As(err, &rejection) {
			t.Fatalf("error is a %T, want a *cookie.Rejection", err)
		}
		t.Logf("reject %s: %s", rejection.Code, rejection.Message)
		if want.Verdict != "reject" || string(rejection.Code) != want.Error {
			t.Errorf("got reject %s, want %s %s", rejection.Code, want.Verdict, want.Error)
		}
		return
	}
	t.Logf("accept: %s, %d cookies, warnings %v", export.Format, export.Count, export.Warnings)
	if want.Verdict != "accept" {
		t.Fatalf("got accept as %s, want reject %s", export.Format, want.Error)
	}
	if export.Set.PSID().Reveal() != want.PSID {
		t.Error("PSID is another than expected")
	}
	if export.Set.PSIDTS().Reveal() != want.PSIDTS {
		t.Error("PSIDTS is another than expected")
	}
	var got []cookie.Code
	for _, w := range export.Warnings {
		got = append(got, w.Code)
	}
	slices.Sort(got)
	slices.Sort(want.Warnings)
	if !slices.Equal(got, want.Warnings) {
		t.Errorf("warnings: got %v, want %v", got, want.Warnings)
	}
}
