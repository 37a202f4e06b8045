package conformance_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/geminid/geminid/e2e/harness"
)

// testNode drives the official library of Google for Node. Install scripts are not run.
func testNode(t *testing.T, w world) {
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS(filepath.Join(harness.Root(), "e2e", "conformance", "node"))); err != nil {
		t.Fatal(err)
	}
	npm := exec.CommandContext(t.Context(), harness.Tool(t, "npm", "npm"), "ci", "--ignore-scripts", "--no-audit", "--no-fund")
	npm.Dir = dir
	if out, err := npm.CombinedOutput(); err != nil {
		t.Fatalf("npm ci: %v\n%s", err, out)
	}
	node := exec.CommandContext(t.Context(), harness.Tool(t, "node", "nodejs"), "genai.mjs")
	node.Dir, node.Env = dir, append(os.Environ(), "GEMINID_URL="+w.URL+"/gemini", "GEMINID_KEY="+w.Key)
	if out, err := node.CombinedOutput(); err != nil {
		t.Errorf("node genai.mjs: %v\n%s", err, out)
	}
}
