package dialect_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"testing"

	"github.com/geminid/geminid/gateway/dialect"
)

// TestLongBodyIsHeldOnce: what reading a long body allocates, buffers that were
// outgrown included, stays within the twice its length that is reserved for it.
func TestLongBodyIsHeldOnce(t *testing.T) {
	const length = 16 << 20
	body := `{"text":"` + strings.Repeat("x", length-11) + `"}`
	for _, tt := range []struct {
		name    string
		claimed int64
		most    int // MiB
	}{
		{"with a Content-Length", length, 33}, {"in chunks", -1, 49},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := httptest.NewRequest(http.MethodPost, "/", struct{ io.Reader }{strings.NewReader(body)}) // in pieces, as from a connection
			r.ContentLength = tt.claimed
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			object, err := dialect.ReadBody(r, dialect.ExactNames, nil)
			runtime.ReadMemStats(&after)
			if err != nil {
				t.Fatal(err)
			}
			if got := int(after.TotalAlloc-before.TotalAlloc) >> 20; got > tt.most {
				t.Errorf("%d MiB were allocated for %d MiB, want %d at most", got, length>>20, tt.most)
			}
			runtime.KeepAlive(object)
		})
	}
}
