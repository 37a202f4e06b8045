package export_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/geminid/geminid/cookie/export"
)

// TestStoreOfOneEntryOnly: a cookie that was added to an export by hand has no
// store, or the default one of another browser, and belongs to the session all
// the same. The halves of two containers do not.
func TestStoreOfOneEntryOnly(t *testing.T) {
	tests := []struct {
		id, ts string // what the entries say of their store
		whole  bool
	}{
		{`,"storeId":"0"`, ``, true},
		{`,"storeId":"0"`, `,"storeId":null`, true},
		{`,"storeId":"0"`, `,"storeId":""`, true},
		{`,"storeId":"0"`, `,"storeId":"firefox-default"`, true},
		{`,"storeId":"firefox-default"`, ``, true},
		{`,"storeId":"firefox-container-2"`, ``, true},
		{`,"storeId":"1"`, ``, true},
		{``, `,"storeId":"1"`, true},
		{``, `,"storeId":"0"`, true},
		{`,"storeId":"firefox-container-1"`, `,"storeId":"firefox-container-2"`, false},
		{`,"storeId":"0"`, `,"storeId":"1"`, false},
	}
	for _, tt := range tests {
		for _, backwards := range []bool{false, true} {
			a := fmt.Sprintf(`{"name":"__Secure-1PSID","value":"g.a000DUMMY-psid_aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa-0076","domain":".google.com"%s}`, tt.id)
			b := fmt.Sprintf(`{"name":"__Secure-1PSIDTS","value":"sidts-DUMMYts_aaaaaaaaaaaaaaaaaaaaaaaa-EAA","domain":".google.com"%s}`, tt.ts)
			if backwards {
				a, b = b, a
			}
			result, err := export.Parse("cookies.json", []byte("["+a+","+b+"]"), time.Now())
			if err != nil || result.Set.PSIDTS().IsZero() == tt.whole {
				t.Errorf("PSID%s, PSIDTS%s: whole is not %v (%v)", tt.id, tt.ts, tt.whole, err)
			}
		}
	}
}
