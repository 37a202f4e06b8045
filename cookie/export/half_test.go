package export_test

import (
	"bytes"
	"testing"

	"github.com/geminid/geminid/cookie/export"
)

// TestHalfWritten parses every sample cut at many places, as a file that is
// still being written: there must be a verdict, and for the self-delimiting
// formats it must be a refusal.
func TestHalfWritten(t *testing.T) {
	delimited := map[string]bool{"JSON cookie list": true, "JSON map": true, "HAR": true, "Playwright storageState": true, "Firefox cookies.sqlite": true}
	for _, folder := range []string{"samples", "exports"} {
		files, _ := expectations(t, folder)
		for _, want := range files {
			data := sample(t, folder, want.File)
			whole, wholeErr := export.Parse("f", data, today)
			for length := 0; length < min(len(data)-1, 8<<10); length += 11 {
				result, err := export.Parse("f", data[:length], today)
				checkVerdict(t, result, err)
				rest := bytes.Trim(data[length:], " \r\n\x00")
				if err == nil && wholeErr == nil && len(rest) > 0 && delimited[whole.Format] {
					t.Errorf("%s: accepted with %d of %d bytes", want.File, length, len(data))
				}
			}
		}
	}
}

// TestDamagedDatabase changes every byte of a database in turn.
func TestDamagedDatabase(t *testing.T) {
	for _, name := range []string{"firefox-v16-ms.sqlite", "firefox-utf16.sqlite", "chrome-cookies.sqlite"} {
		data := sample(t, "exports", name)
		for i := range data {
			for _, b := range []byte{0, 0x7f, 0xff} {
				before := data[i]
				data[i] = b
				result, err := export.Parse("f", data, today)
				checkVerdict(t, result, err)
				data[i] = before
			}
		}
	}
}
