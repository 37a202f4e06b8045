package dialect_test

import (
	"runtime"
	"testing"

	"github.com/geminid/geminid/gateway/dialect"
)

// TestFieldTablesAreSmall: the tables stay in memory for as long as the server runs.
func TestFieldTablesAreSmall(t *testing.T) {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	rows := dialect.FileFields(dialect.CamelNames)
	runtime.ReadMemStats(&after)
	if got := (after.TotalAlloc - before.TotalAlloc) >> 10; got > 512 {
		t.Errorf("the table takes %d KiB, want 512 at most", got)
	}
	runtime.KeepAlive(rows)
}
