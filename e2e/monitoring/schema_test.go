package monitoring_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/geminid/geminid/e2e/harness"
)

// workshop is a copy of the folder preview with the packages that its lock file
// names. Their scripts are not run.
func workshop(t *testing.T) (dir string) {
	t.Helper()
	dir = t.TempDir()
	if err := os.CopyFS(dir, os.DirFS(filepath.Join(harness.Root(), "e2e", "monitoring", "preview"))); err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), tool(t, "npm"), "ci", "--ignore-scripts", "--no-audit", "--no-fund")
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("npm ci: %v\n%s", err, out)
	}
	return dir
}

// TestDashboardFitsTheSchema has the TypeScript compiler hold the dashboard, the
// options of each panel and their drawing styles against Grafana's own types,
// and makes sure that it would have noticed.
func TestDashboardFitsTheSchema(t *testing.T) {
	dir := workshop(t)
	compile := func(raw []byte) error {
		if err := os.WriteFile(filepath.Join(dir, "board.ts"), typed(t, raw), 0o600); err != nil {
			t.Fatal(err)
		}
		cmd := exec.CommandContext(t.Context(), filepath.Join(dir, "node_modules", ".bin", "tsc"),
			"--noEmit", "--strict", "--skipLibCheck", "--module", "esnext", "--moduleResolution", "bundler", "board.ts")
		cmd.Dir = dir
		if out, err := cmd.CombinedOutput(); err != nil {
			return fmt.Errorf("%w\n%s", err, out[:min(len(out), 4000)])
		}
		return nil
	}
	_, raw := readBoard(t)
	if err := compile(raw); err != nil {
		t.Error(err)
	}
	for _, wrong := range [][2]string{
		{`"refresh": "30s"`, `"refresh": 30`}, {`"graphMode": "none"`, `"graphMode": "nothing"`},
		{`"drawStyle": "line"`, `"drawStyle": "lines"`}, {`"fieldConfig"`, `"fieldsConfig"`},
	} {
		broken := bytes.Replace(raw, []byte(wrong[0]), []byte(wrong[1]), 1)
		if bytes.Equal(broken, raw) {
			t.Errorf("the dashboard has no %s", wrong[0])
		} else if compile(broken) == nil {
			t.Errorf("%s was not noticed", wrong[1])
		}
	}
}

// typed is a program that holds the dashboard against preview/types.ts.
func typed(t *testing.T, raw []byte) []byte {
	t.Helper()
	var panels struct {
		Panels []struct {
			ID          int
			Type        string
			Options     json.RawMessage
			FieldConfig struct {
				Defaults struct{ Custom json.RawMessage }
			}
		}
	}
	if err := json.Unmarshal(raw, &panels); err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	fmt.Fprintf(&b, "import type { Board, Custom, Options } from './types';\nexport const board = %s satisfies Board;\n", bytes.TrimSpace(raw))
	for _, p := range panels.Panels {
		if p.Options != nil {
			fmt.Fprintf(&b, "export const options%d = %s satisfies Options['%s'];\n", p.ID, p.Options, p.Type)
		}
		if custom := p.FieldConfig.Defaults.Custom; custom != nil {
			fmt.Fprintf(&b, "export const custom%d = %s satisfies Custom['%s'];\n", p.ID, custom, p.Type)
		}
	}
	return b.Bytes()
}
