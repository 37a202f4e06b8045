package main

import (
	"fmt"
	"os"
	"runtime"
	"runtime/debug"

	"github.com/geminid/geminid/internal/printable"
)

// version is set by the linker: -X main.version=1.2.3.
var version = "devel"

// commit is set by the linker too: -X main.commit=0123456789ab.
var commit string

// buildRevision is the commit the binary was built from, as the linker was given or the
// toolchain noted it.
func buildRevision() string {
	if commit != "" {
		return commit
	}
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, s := range info.Settings {
			if s.Key == "vcs.revision" {
				return s.Value[:min(12, len(s.Value))]
			}
		}
	}
	return "unknown"
}

func platformName() string {
	return fmt.Sprintf("%s, %s/%s", runtime.Version(), runtime.GOOS, runtime.GOARCH)
}

// The output of commands may hold words of a server, which need not be ours.
var (
	stdout = printable.Writer{Output: os.Stdout}
	stderr = printable.Writer{Output: os.Stderr}
)

// printf writes to standard output.
func printf(format string, args ...any) { fmt.Fprintf(stdout, format, args...) }
