package gemini_test

import (
	"testing"

	"go.uber.org/goleak"

	"github.com/geminid/geminid/gateway/dialect/dialecttest"
	"github.com/geminid/geminid/gateway/dialect/gemini"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestClients(t *testing.T) { dialecttest.PlayScripts(t, "testdata") }

func FuzzDecode(f *testing.F) {
	f.Add("/models/m:countTokens", "", `{"contents":[]}`)
	f.Add("/%ZZ:generateContent", "alt=sse", `{`)
	dialecttest.FuzzDecode(f, gemini.Dialect)
}
