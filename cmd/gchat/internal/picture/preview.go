package picture

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"image"
	"image/png"
	"io"
	"slices"
	"strings"

	"golang.org/x/image/draw"

	"github.com/geminid/geminid/cmd/gchat/internal/terminal"
)

// previewWidth and previewHeight bound a preview, in pixels.
const (
	previewWidth  = 640
	previewHeight = 480
)

// preview shows a picture where the terminal can; elsewhere the path has to do.
func showPreview(c *terminal.Console, data []byte) {
	show := previews[pictureProtocol(c)]
	if show == nil || !c.MovesCursor() {
		return
	}
	cfg, _, err := image.DecodeConfig(bytes.NewReader(data))
	if err != nil || cfg.Width*cfg.Height > maxPixels {
		return
	}
	img, _, err := image.Decode(bytes.NewReader(data))
	if err != nil {
		return
	}
	show(c.Out, scaleDown(img, previewWidth, previewHeight))
}

// previews are the ways in which terminals take pictures.
var previews = map[string]func(io.Writer, *image.RGBA){
	"kitty": writeKitty, "iterm": writeITerm, "sixel": writeSixel,
}

// pictures says how this terminal takes pictures, "" if it is not known to
// take any. Terminals are known by the variables that they set; a multiplexer
// in between hides them and passes no pictures on.
func pictureProtocol(c *terminal.Console) string {
	term, program := c.Getenv("TERM"), c.Getenv("TERM_PROGRAM")
	multiplexed := strings.HasPrefix(term, "screen") || strings.HasPrefix(term, "tmux") || c.Getenv("TMUX") != ""
	switch chosen := c.Getenv("GCHAT_PICTURES"); {
	case chosen != "":
		return chosen
	case multiplexed:
		return ""
	case c.Getenv("KITTY_WINDOW_ID") != "", term == "xterm-kitty", term == "xterm-ghostty", program == "ghostty":
		return "kitty"
	case program == "iTerm.app", program == "WezTerm", c.Getenv("LC_TERMINAL") == "iTerm2":
		return "iterm"
	case strings.Contains(term, "sixel"), slices.Contains([]string{"foot", "foot-extra", "mlterm", "contour", "yaft-256color"}, term):
		return "sixel"
	}
	return ""
}

// scaleDown scales a picture down until it fits, and copies one that fits.
func scaleDown(src image.Image, width, height int) *image.RGBA {
	b := src.Bounds()
	w, h := b.Dx(), b.Dy()
	if w > width {
		w, h = width, h*width/w
	}
	if h > height {
		w, h = w*height/h, height
	}
	dst := image.NewRGBA(image.Rect(0, 0, max(w, 1), max(h, 1)))
	draw.NearestNeighbor.Scale(dst, dst.Rect, src, b, draw.Src, nil)
	return dst
}

// kittyPiece is how much base64 kitty's protocol takes in one sequence.
const kittyPiece = 4096

func writeKitty(w io.Writer, img *image.RGBA) {
	head := "a=T,f=100,q=2," // show a PNG, and answer nothing
	rest := encodePNG(img)
	for rest != "" {
		piece := rest[:min(len(rest), kittyPiece)]
		rest = rest[len(piece):]
		more := 0
		if rest != "" {
			more = 1
		}
		fmt.Fprintf(w, "\x1b_G%sm=%d;%s\x1b\\", head, more, piece)
		head = ""
	}
	fmt.Fprintln(w)
}

func writeITerm(w io.Writer, img *image.RGBA) {
	fmt.Fprintf(w, "\x1b]1337;File=inline=1;width=%dpx;height=%dpx:%s\a\n", img.Rect.Dx(), img.Rect.Dy(), encodePNG(img))
}

// encodePNG is a picture as PNG in base64.
func encodePNG(img image.Image) string {
	var b bytes.Buffer
	_ = png.Encode(&b, img) // into memory
	return base64.StdEncoding.EncodeToString(b.Bytes())
}
