package interactions_test

import (
	"testing"

	"go.uber.org/goleak"

	"github.com/geminid/geminid/gateway/dialect/dialecttest"
	"github.com/geminid/geminid/gateway/dialect/interactions"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestClients(t *testing.T) { dialecttest.PlayScripts(t, "testdata") }

func TestStream(t *testing.T) { dialecttest.CheckStream(t, interactions.Dialect) }

func BenchmarkTextEvent(b *testing.B) { dialecttest.BenchmarkText(b, interactions.Dialect) }

func FuzzDecode(f *testing.F) { dialecttest.FuzzDecode(f, interactions.Dialect) }
