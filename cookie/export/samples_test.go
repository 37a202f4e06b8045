package export_test

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/geminid/geminid/cookie"
	"github.com/geminid/geminid/cookie/export"
)

// today is the day on which the samples are read: their long expiries are in
// 2100, their past ones in 2020.
var today = time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)

// expectation is what a file of testdata/samples must come out as.
type expectation struct {
	File, Verdict, Format, PSID, PSIDTS, Error string
	Warnings                                   []cookie.Code
}

// expectations reads a folder's list of expectations, and the dummy values that no
// message may show.
func expectations(t testing.TB, folder string) (files []expectation, values []string) {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", folder, "EXPECTED.json"))
	if err != nil {
		t.Fatal(err)
	}
	var document struct {
		Values map[string]string `json:"dummy_values"`
		Files  []expectation
	}
	if err := json.Unmarshal(data, &document); err != nil {
		t.Fatalf("%s: %v", folder, err)
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

// TestSamples parses every sample and prints its verdict. The folder samples
// has files as people bring them, exports has one for every trap of a format.
func TestSamples(t *testing.T) {
	for _, folder := range []string{"samples", "exports"} {
		files, _ := expectations(t, folder)
		if len(files) == 0 {
			t.Fatalf("%s: no expectations", folder)
		}
		for _, want := range files {
			t.Run(folder+"/"+want.File, func(t *testing.T) {
				result, err := export.Parse(want.File, sample(t, folder, want.File), today)
				compare(t, want, result, err)
			})
		}
	}
}

// TestSamplesAreExpected fails for a sample without expectation.
func TestSamplesAreExpected(t *testing.T) {
	for _, folder := range []string{"samples", "exports"} {
		files, _ := expectations(t, folder)
		known := map[string]bool{"EXPECTED.json": true}
		for _, want := range files {
			known[want.File] = true
		}
		found, err := os.ReadDir(filepath.Join("testdata", folder))
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range found {
			if !known[file.Name()] {
				t.Errorf("%s/%s is not in EXPECTED.json", folder, file.Name())
			}
		}
	}
}

// TestFormatsHaveSamples fails when a format of the table has no sample that
// is accepted as it: whoever adds a format adds a file to testdata/exports.
func TestFormatsHaveSamples(t *testing.T) {
	seen := make(map[string]bool)
	for _, folder := range []string{"samples", "exports"} {
		files, _ := expectations(t, folder)
		for _, want := range files {
			if result, err := export.Parse(want.File, sample(t, folder, want.File), today); err == nil {
				seen[result.Format] = true
			}
		}
	}
	for _, name := range export.Formats() {
		if !seen[name] {
			t.Errorf("no sample in testdata is accepted as %q", name)
		}
	}
}

// compare checks verdict, values and code, and logs the verdict.
func compare(t *testing.T, want expectation, result *export.Result, err error) {
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
	t.Logf("accept: %s, %d cookies, warnings %v", result.Format, result.Count, result.Warnings)
	if want.Verdict != "accept" {
		t.Fatalf("got accept as %s, want reject %s", result.Format, want.Error)
	}
	if want.Format != "" && result.Format != want.Format {
		t.Errorf("format: got %q, want %q", result.Format, want.Format)
	}
	if result.Set.PSID().Reveal() != want.PSID {
		t.Error("PSID is another than expected")
	}
	if result.Set.PSIDTS().Reveal() != want.PSIDTS {
		t.Error("PSIDTS is another than expected")
	}
	var got []cookie.Code
	for _, w := range result.Warnings {
		got = append(got, w.Code)
	}
	slices.Sort(got)
	slices.Sort(want.Warnings)
	if !slices.Equal(got, want.Warnings) {
		t.Errorf("warnings: got %v, want %v", got, want.Warnings)
	}
}
