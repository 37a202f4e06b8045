package monitoring_test

import (
	"flag"
	"testing"
)

var preview = flag.String("preview", "", "draw the dashboard from the story's data into this PNG")

func (s *scene) draw(t *testing.T, path string) {}
