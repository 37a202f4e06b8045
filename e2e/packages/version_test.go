package packages_test

import (
	"os/exec"
	"strings"
	"testing"

	"github.com/geminid/geminid/e2e/harness"
)

// TestPackageVersion: the versions of packages grow with the commits, before the
// first tag and after it.
func TestPackageVersion(t *testing.T) {
	dpkg := harness.Tool(t, "dpkg", "dpkg")
	before := "0~"
	for _, tt := range []struct{ version, epoch, want string }{
		{"fedcba9", "1700000000", "0~20231114221320.gfedcba9"},
		{"1234567", "1700000001", "0~20231114221321.g1234567"},
		{"abcdef0-dirty", "1700000002", "0~20231114221322.gabcdef0+dirty"},
		{"v0.1.0-rc1", "1700000003", "0.1.0~rc1"},
		{"v0.1.0-rc1-2-gabcdef0", "1700000004", "0.1.0~rc1+2.gabcdef0"},
		{"v0.1.0", "1700000005", "0.1.0"},
		{"v0.1.0-9-gabcdef0", "1700000006", "0.1.0+9.gabcdef0"},
		{"v0.1.0-10-g1234567", "1700000007", "0.1.0+10.g1234567"},
		{"v0.2.0", "1700000008", "0.2.0"},
	} {
		cmd := exec.CommandContext(t.Context(), "make", "-s", "package-version", "VERSION="+tt.version, "SOURCE_DATE_EPOCH="+tt.epoch)
		cmd.Dir = harness.Root()
		out, err := cmd.CombinedOutput()
		got := strings.TrimSpace(string(out))
		if err != nil || got != tt.want {
			t.Errorf("%s is %q, want %s, %v", tt.version, got, tt.want, err)
		}
		if before != "0~" {
			if err := exec.CommandContext(t.Context(), dpkg, "--compare-versions", got, "gt", before).Run(); err != nil {
				t.Errorf("%s is not after %s: %v", got, before, err)
			}
		}
		before = got
	}
}
