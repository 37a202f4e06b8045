package openai_test

import (
	"testing"

	"go.uber.org/goleak"

	"github.com/geminid/geminid/gateway/dialect/dialecttest"
	"github.com/geminid/geminid/gateway/dialect/openai"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestClients(t *testing.T) { dialecttest.PlayScripts(t, "testdata") }

func FuzzDecode(f *testing.F) { dialecttest.FuzzDecode(f, openai.Dialect) }
