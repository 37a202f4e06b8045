package anthropic_test

import (
	"testing"

	"go.uber.org/goleak"

	"github.com/geminid/geminid/gateway/dialect/anthropic"
	"github.com/geminid/geminid/gateway/dialect/dialecttest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestClients(t *testing.T) { dialecttest.PlayScripts(t, "testdata") }

func FuzzDecode(f *testing.F) { dialecttest.FuzzDecode(f, anthropic.Dialect) }
