package statefile_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/geminid/geminid/internal/statefile"
)

func ExampleLoadOrSetAside() {
	dir, err := os.MkdirTemp("", "state")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "notes.json")
	_ = os.WriteFile(path, []byte("{broken"), 0o600)

	notes := map[string]string{}
	decode := func(data []byte) error { return json.Unmarshal(data, &notes) }
	err = statefile.LoadOrSetAside(path, 1<<20, time.Now(), decode)
	fmt.Println(statefile.IsDamaged(err)) // it lies beside, so a new one may be begun
	fmt.Println(statefile.Replace(path, []byte(`{"a":"b"}`), true))
	fmt.Println(statefile.LoadOrSetAside(path, 1<<20, time.Now(), decode), notes["a"])
	// Output:
	// true
	// <nil>
	// <nil> b
}
