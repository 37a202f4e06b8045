package picture

import (
	"bytes"
	"encoding/base64"
	"image"
	"image/color"
	"image/png"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/geminid/geminid/cmd/gchat/internal/terminal"
)

func TestTerminalsForPictures(t *testing.T) {
	for want, environments := range map[string][]map[string]string{
		"kitty": {{"KITTY_WINDOW_ID": "1"}, {"TERM": "xterm-kitty"}, {"TERM_PROGRAM": "ghostty"}, {"GCHAT_PICTURES": "kitty"}},
		"iterm": {{"TERM_PROGRAM": "iTerm.app"}, {"LC_TERMINAL": "iTerm2"}, {"TERM_PROGRAM": "WezTerm"}},
		"sixel": {{"TERM": "foot"}, {"TERM": "xterm-sixel"}},
		"":      {{}, {"TERM": "xterm-256color"}, {"TERM": "tmux-256color", "KITTY_WINDOW_ID": "1"}, {"TERM": "screen", "LC_TERMINAL": "iTerm2"}, {"TMUX": "/tmp/x", "TERM_PROGRAM": "iTerm.app"}},
		"off":   {{"TERM": "xterm-kitty", "GCHAT_PICTURES": "off"}},
	} {
		for _, env := range environments {
			c := &terminal.Console{Getenv: func(name string) string { return env[name] }}
			if got := pictureProtocol(c); got != want {
				t.Errorf("%v: got %q, want %q", env, got, want)
			}
		}
	}
}

// halves is a picture of 1000 by 10 pixels, red to the left and blue to the
// right.
func halves(t *testing.T) []byte {
	t.Helper()
	img := image.NewRGBA(image.Rect(0, 0, 1000, 10))
	for y := range 10 {
		for x := range 1000 {
			c := color.RGBA{R: 255, A: 255}
			if x >= 500 {
				c = color.RGBA{B: 255, A: 255}
			}
			img.Set(x, y, c)
		}
	}
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// shown is what a preview writes.
func shown(t *testing.T, protocol string, data []byte) string {
	t.Helper()
	var out strings.Builder
	env := map[string]string{"GCHAT_PICTURES": protocol, "TERM": "xterm"}
	c := &terminal.Console{Out: &out, Screen: os.Stdout, Getenv: func(name string) string { return env[name] }}
	showPreview(c, data)
	return out.String()
}

// inside decodes the PNG in a preview, which must be of the bounded size.
func inside(t *testing.T, text string) {
	t.Helper()
	data, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		t.Fatal(err)
	}
	img, err := png.Decode(bytes.NewReader(data))
	if err != nil || img.Bounds().Dx() != previewWidth || img.Bounds().Dy() != 6 {
		t.Fatalf("%v, %v", img, err)
	}
	if r, _, b, _ := img.At(600, 3).RGBA(); r != 0 || b != 0xffff {
		t.Error("the right half is not blue")
	}
}

func TestPreviews(t *testing.T) {
	data := halves(t)
	t.Run("kitty", func(t *testing.T) {
		var all strings.Builder
		pieces := regexp.MustCompile("\x1b_G([^;]*);([^\x1b]*)\x1b\\\\").FindAllStringSubmatch(shown(t, "kitty", data), -1)
		for i, piece := range pieces {
			if last := i == len(pieces)-1; strings.Contains(piece[1], "m=0") != last || len(piece[2]) > 4096 || strings.Contains(piece[1], "a=T") != (i == 0) {
				t.Errorf("piece %d is %q with %d bytes", i, piece[1], len(piece[2]))
			}
			all.WriteString(piece[2])
		}
		inside(t, all.String())
	})
	t.Run("iterm", func(t *testing.T) {
		found := regexp.MustCompile("^\x1b]1337;File=inline=1;width=640px;height=6px:([^\a]*)\a\n$").FindStringSubmatch(shown(t, "iterm", data))
		if found == nil {
			t.Fatal("no picture")
		}
		inside(t, found[1])
	})
	t.Run("sixel", func(t *testing.T) {
		text := shown(t, "sixel", data)
		// One band of six rows: in each colour 320 full columns (~) and 320 empty ones (?).
		const blueThenRed = "#5!320?!320~$#180!320~!320?-"
		if !strings.HasPrefix(text, "\x1bPq\"1;1;640;6#0;") || !strings.Contains(text, blueThenRed) {
			t.Errorf("%.100q … %q", text, text[max(0, len(text)-100):])
		}
		if !strings.HasSuffix(text, "-\x1b\\\n") {
			t.Error("the picture does not end")
		}
	})
	for _, protocol := range []string{"off", "none", ""} {
		if got := shown(t, protocol, data); got != "" {
			t.Errorf("%q shows %q", protocol, got)
		}
	}
	if got := shown(t, "kitty", []byte("no picture")); got != "" {
		t.Errorf("nothing is shown as %q", got)
	}
}
