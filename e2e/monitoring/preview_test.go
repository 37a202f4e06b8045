package monitoring_test

import (
	"cmp"
	"encoding/json"
	"flag"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"testing"
	"time"
)

var preview = flag.String("preview", "", "draw the dashboard from the story's data into this PNG")

// drawn is one series as the page takes it.
type drawn struct {
	Name   string     `json:"name"`
	Values []*float64 `json:"values"` // over the common times; nil where there is none
}

// The measures of preview/page.css and page.js.
const (
	pageWidth = 1400
	pageHead  = 40
	gridUnit  = 30
)

// draw renders the dashboard with the data of the story. It is a preview of what
// the queries find and no picture of Grafana, which the page says as well.
func (s *scene) draw(t *testing.T, path string) {
	b, raw := readBoard(t)
	var times []int64
	for at := s.began.Unix() + 1; at < time.Now().Unix(); at++ {
		times = append(times, at)
	}
	data, height := map[int][]drawn{}, 0
	for _, p := range b.Panels {
		height = max(height, p.GridPos.Y+p.GridPos.H)
		for _, q := range p.Targets {
			found, err := s.stack.over(filled.Replace(q.Expr), time.Unix(times[0], 0), time.Unix(times[len(times)-1], 0), time.Second)
			if err != nil {
				t.Fatalf("%s: %v", p.Title, err)
			}
			for _, one := range found {
				if numbers([]series{one}) > 0 {
					data[p.ID] = append(data[p.ID], drawn{name(q.LegendFormat, one.Metric), align(one, times)})
				}
			}
		}
	}
	dir := workshop(t)
	script := "const BOARD = " + string(raw) + ", TIMES = " + text(t, times) + ", DATA = " + text(t, data) + ";\n"
	if err := os.WriteFile(filepath.Join(dir, "data.js"), []byte(script), 0o600); err != nil {
		t.Fatal(err)
	}
	photograph(t, filepath.Join(dir, "page.html"), pageHead+height*gridUnit+10)
	picture := readPNG(t, filepath.Join(dir, "page.png"))
	for _, p := range b.Panels {
		field := p.GridPos.rectangle()
		if p.Type == "timeseries" {
			field.Max.Y -= 44 // the legend has colours too
		}
		if p.Type != "row" && !colored(picture, field) {
			t.Errorf("the panel %q shows nothing", p.Title)
		}
	}
	writePNG(t, path, picture)
}

var placeholder = regexp.MustCompile(`{{(\w+)}}`)

// name fills a legend in.
func name(format string, labels map[string]string) string {
	return placeholder.ReplaceAllStringFunc(format, func(p string) string { return labels[p[2:len(p)-2]] })
}

// align puts the points of a series on the common times.
func align(s series, times []int64) []*float64 {
	values := make([]*float64, len(times))
	for _, point := range s.Values {
		at, _ := point[0].(float64)
		text, _ := point[1].(string)
		v, err := strconv.ParseFloat(text, 64)
		if i := int(at) - int(times[0]); err == nil && !math.IsNaN(v) && !math.IsInf(v, 0) && i >= 0 && i < len(values) {
			values[i] = &v
		}
	}
	return values
}

func text(t *testing.T, v any) string {
	t.Helper()
	raw, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

// photograph renders a page into a PNG beside it.
func photograph(t *testing.T, page string, height int) {
	t.Helper()
	dir := filepath.Dir(page)
	cmd := exec.CommandContext(t.Context(), tool(t, "chromium"), "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars",
		"--force-device-scale-factor=1", "--user-data-dir="+filepath.Join(dir, "profile"), "--virtual-time-budget=5000",
		fmt.Sprintf("--window-size=%d,%d", pageWidth, height), "--screenshot="+filepath.Join(dir, "page.png"), "file://"+page)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("chromium: %v\n%s", err, out)
	}
}

func readPNG(t *testing.T, path string) image.Image {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	picture, err := png.Decode(f)
	if err != nil {
		t.Fatal(err)
	}
	return picture
}

// colored reports whether something in a rectangle is neither black, grey nor
// white: words and frames are grey, data has colours.
func colored(picture image.Image, r image.Rectangle) bool {
	strong := 0
	for y := r.Min.Y; y < r.Max.Y; y++ {
		for x := r.Min.X; x < r.Max.X; x++ {
			red, green, blue, _ := picture.At(x, y).RGBA()
			if max(red, green, blue)-min(red, green, blue) > 0x4000 {
				strong++
			}
		}
	}
	return strong >= 20
}

// writePNG writes with a palette of the commonest colours: a page of few colours
// needs a third of the bytes.
func writePNG(t *testing.T, path string, picture image.Image) {
	t.Helper()
	counts, bounds := map[color.RGBA]int{}, picture.Bounds()
	at := func(x, y int) color.RGBA { return color.RGBAModel.Convert(picture.At(x, y)).(color.RGBA) }
	for y := bounds.Min.Y; y < bounds.Max.Y; y++ {
		for x := bounds.Min.X; x < bounds.Max.X; x++ {
			counts[at(x, y)]++
		}
	}
	var colors color.Palette
	for c := range counts {
		colors = append(colors, c)
	}
	slices.SortFunc(colors, func(a, b color.Color) int {
		return cmp.Compare(counts[b.(color.RGBA)], counts[a.(color.RGBA)])
	})
	colors = colors[:min(len(colors), 256)]
	small, nearest := image.NewPaletted(bounds, colors), map[color.RGBA]uint8{}
	for y := bounds.Min.Y; y < bounds.Max.Y; y++ {
		for x := bounds.Min.X; x < bounds.Max.X; x++ {
			c := at(x, y)
			if _, known := nearest[c]; !known {
				nearest[c] = uint8(colors.Index(c))
			}
			small.SetColorIndex(x, y, nearest[c])
		}
	}
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := (&png.Encoder{CompressionLevel: png.BestCompression}).Encode(f, small); err != nil {
		t.Fatal(err)
	}
}
