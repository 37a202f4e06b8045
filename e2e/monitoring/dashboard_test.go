package monitoring_test

import (
	"encoding/json"
	"image"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/geminid/geminid/e2e/harness"
)

// board is the part of the dashboard that asks questions.
type board struct {
	Panels []struct {
		ID          int
		Type, Title string
		GridPos     place
		Targets     []struct{ RefID, Expr, LegendFormat string }
	}
	Annotations struct {
		List []struct{ Name, Expr string }
	}
}

// place is where a panel stands, in columns and units of the grid.
type place struct{ X, Y, W, H int }

// rectangle is the place in the preview's pixels.
func (p place) rectangle() image.Rectangle {
	x := func(column int) int { return column * pageWidth / 24 }
	return image.Rect(x(p.X), pageHead+p.Y*gridUnit, x(p.X+p.W), pageHead+(p.Y+p.H)*gridUnit)
}

func readBoard(t *testing.T) (b board, raw []byte) {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join(harness.Root(), "grafana", "geminid.json"))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(raw, &b); err != nil {
		t.Fatal(err)
	}
	return b, raw
}

// filled puts in what Grafana would for "all".
var filled = strings.NewReplacer("$__rate_interval", "20s", "$job", "geminid", "$instance", ".+")

// dashboard asks every query of every panel and of the annotations.
func (s *scene) dashboard(t *testing.T) {
	b, _ := readBoard(t)
	asked := 0
	find := func(title, expr string) {
		asked++
		found, err := s.stack.over(filled.Replace(expr), s.began, time.Now(), time.Second)
		if err != nil {
			t.Errorf("%s: %v", title, err)
			return
		}
		if numbers(found) == 0 {
			t.Errorf("%s: finds nothing: %s", title, expr)
		}
	}
	for _, p := range b.Panels {
		for _, q := range p.Targets {
			find(p.Title, q.Expr)
		}
	}
	for _, a := range b.Annotations.List {
		find("annotation "+a.Name, a.Expr)
	}
	if asked < 60 {
		t.Errorf("only %d queries were asked", asked)
	}
}

// numbers counts the points that are numbers. A quantile of no requests is not.
func numbers(found []series) (n int) {
	for _, one := range found {
		for _, point := range one.Values {
			text, _ := point[1].(string)
			if v, err := strconv.ParseFloat(text, 64); err == nil && !math.IsNaN(v) && !math.IsInf(v, 0) {
				n++
			}
		}
	}
	return n
}
