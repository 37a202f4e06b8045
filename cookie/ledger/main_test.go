package ledger_test

import (
	"testing"

	"github.com/geminid/geminid/cookie/internal/cookietest"
)

func TestMain(m *testing.M) { cookietest.RunMain(m) }
