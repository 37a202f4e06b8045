package dialect_test

import (
	"testing"

	"github.com/geminid/geminid/gateway/dialect"
)

// TestUsageIsEmpty: an answer and thoughts count alike.
func TestUsageIsEmpty(t *testing.T) {
	var none, answered, thought dialect.UsageCounter
	answered.Answer.AddText("a")
	thought.Thoughts.AddText("a")
	if !none.IsEmpty() || answered.IsEmpty() || thought.IsEmpty() {
		t.Errorf("none %v, an answer %v, thoughts %v", none.IsEmpty(), answered.IsEmpty(), thought.IsEmpty())
	}
}
