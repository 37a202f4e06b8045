package main

import (
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/geminid/geminid/cmd/gchat/internal/terminal"
)

// version is set by the linker in released builds (-X main.version=v1.2.3).
var version string

// buildVersion names this build: the release, else the version that the toolchain recorded.
func buildVersion() string {
	if version != "" {
		return version
	}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	for _, setting := range info.Settings {
		if setting.Key == "vcs.revision" && info.Main.Version == "(devel)" {
			return "devel-" + setting.Value[:min(12, len(setting.Value))]
		}
	}
	return info.Main.Version
}

type versionCommand struct{}

// Run prints the version, the toolchain and the platform.
func (versionCommand) Run(c *terminal.Console) error {
	_, err := fmt.Fprintf(c.Out, "gchat %s (%s, %s/%s)\n", buildVersion(), runtime.Version(), runtime.GOOS, runtime.GOARCH)
	return err
}
