package export_test

import (
	"os"
	"testing"

	"github.com/geminid/geminid/cookie/internal/cookietest"
)

func TestMain(m *testing.M) { cookietest.RunMain(m) }

func writeFile(t *testing.T, path, content string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
