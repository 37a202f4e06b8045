package wiretest_test

import (
	"strings"
	"testing"

	"github.com/geminid/geminid/upstream/geminiweb/internal/wiretest"
)

func TestFrameCountsUnits(t *testing.T) {
	t.Parallel()
	row := `[["wrb.fr",null,"[null,[\"c_1f2e3d4c5b6a7988\",\"r_0a1b2c3d4e5f6071\"],null,null,[[\"rc_8899aabbccddeeff\",[\"Hi 😀\"],null,null,null,null,true,null,[2],\"en\"]]]"]]`
	if got, want := wiretest.FrameRow(row), "167\n"+row+"\n"; got != want {
		t.Errorf("got %.5q, want %.5q", got, want)
	}
	if !strings.HasPrefix(wiretest.Row{Text: "a"}.String(), `[["wrb.fr",null,"`) {
		t.Error("a row does not begin like the upstream's")
	}
}
