package config_test

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/geminid/geminid/daemon/config"
)

// Settings come from a file and the environment, which wins. Every mistake has a
// line with the place of the setting.
func ExampleLoad() {
	dir, err := os.MkdirTemp("", "config")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	file := filepath.Join(dir, "geminid.yaml")
	if err := os.WriteFile(file, []byte("requests_per_hour: 30\nqueue_wait: 40s\n"), 0o600); err != nil {
		fmt.Println(err)
		return
	}

	s, err := config.Load(config.Sources{File: file, Environ: []string{"GEMINID_REQUESTS_PER_HOUR=90"}})
	fmt.Println(s.RequestsPerHour, s.QueueWait, err)

	_, err = config.Load(config.Sources{File: file, Environ: []string{"GEMINID_WATCH=magic", "GEMINID_TICK=1h"}})
	fmt.Println(err)
	// Output:
	// 90 40s <nil>
	// GEMINID_TICK: tick: 1h0m0s is outside 1s to 5m0s
	// GEMINID_WATCH: watch: "magic" is not one of inotify, poll
}
