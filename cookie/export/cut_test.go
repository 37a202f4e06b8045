package export_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/geminid/geminid/cookie"
	"github.com/geminid/geminid/cookie/export"
)

// TestCutInValue: a file that breaks off in a value of the session is called
// truncated in every format whose last word is one; a whole file with a value that
// is too short is not.
func TestCutInValue(t *testing.T) {
	const psid, psidts = "g.a000DUMMY-AccountA-psid_aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa-0076", "sidts-DUMMYtsA_aaaaaaaaaaaaaaaaaaaaaaaa-EAA"
	line := func(name, value string) string {
		return ".google.com\tTRUE\t/\tTRUE\t4102444800\t" + name + "\t" + value
	}
	for name, tt := range map[string]struct {
		text string
		want cookie.Code
	}{
		"Netscape, PSID":       {"# Netscape HTTP Cookie File\n" + line(cookie.NamePSIDTS, psidts) + "\n" + line(cookie.NamePSID, psid[:12]), cookie.CodeTruncated},
		"Netscape, PSIDTS":     {"# Netscape HTTP Cookie File\n" + line(cookie.NamePSID, psid) + "\n" + line(cookie.NamePSIDTS, psidts[:9]), cookie.CodeTruncated},
		"header":               {cookie.NamePSIDTS + "=" + psidts + "; " + cookie.NamePSID + "=" + psid[:8], cookie.CodeTruncated},
		"settings":             {"SECURE_1PSID=" + psid + "\nSECURE_1PSIDTS=" + psidts[:8], cookie.CodeTruncated},
		"Netscape, whole line": {"# Netscape HTTP Cookie File\n" + line(cookie.NamePSID, psid[:12]) + "\n", cookie.CodeBadValue},
		"short in the middle":  {"# Netscape HTTP Cookie File\n" + line(cookie.NamePSID, psid[:12]) + "\n" + line(cookie.NamePSIDTS, psidts), cookie.CodeBadValue},
	} {
		_, err := export.Parse("cookies.txt", []byte(tt.text), time.Unix(1_800_000_000, 0))
		var rejection *cookie.Rejection
		if !errors.As(err, &rejection) || rejection.Code != tt.want || strings.Contains(err.Error(), psid[:8]) {
			t.Errorf("%s: %v, want %s", name, err, tt.want)
		}
	}
}
