package audit_test

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/geminid/geminid/ops/audit"
)

func ExampleOpen() {
	dir, err := os.MkdirTemp("", "audit")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	log, err := audit.Open(audit.Config{Path: filepath.Join(dir, "audit.log")})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer log.Close()
	for _, kind := range []string{"paused", "resumed"} {
		if err := log.Append(kind, "default", map[string]string{"by": "key boss"}); err != nil {
			fmt.Println(err)
		}
	}
	report, err := audit.Verify(filepath.Join(dir, "audit.log"))
	fmt.Println(report.First, report.Last, err)

	// The last line is taken out.
	_ = os.Truncate(filepath.Join(dir, "audit.log"), 0)
	_, err = audit.Verify(filepath.Join(dir, "audit.log"))
	fmt.Println(err != nil)
	// Output:
	// 1 2 <nil>
	// true
}
