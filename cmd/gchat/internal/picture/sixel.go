package picture

import (
	"bufio"
	"fmt"
	"image"
	"image/color/palette"
	"image/draw"
	"io"
)

// writeSixel writes a picture in DEC's format: bands of six rows, and in each band
// one line for each colour that it has, whose characters say which of the six
// pixels have that colour.
func writeSixel(w io.Writer, img *image.RGBA) {
	b := img.Bounds()
	flat := image.NewPaletted(b, palette.WebSafe)
	draw.FloydSteinberg.Draw(flat, b, img, b.Min)
	out := bufio.NewWriter(w)
	defer out.Flush()
	fmt.Fprintf(out, "\x1bPq\"1;1;%d;%d", b.Dx(), b.Dy())
	for i, c := range flat.Palette {
		r, g, bl, _ := c.RGBA()
		fmt.Fprintf(out, "#%d;2;%d;%d;%d", i, r*100/0xffff, g*100/0xffff, bl*100/0xffff)
	}
	for top := 0; top < b.Dy(); top += 6 {
		writeBand(out, flat, top)
		out.WriteByte('-')
	}
	out.WriteString("\x1b\\\n")
}

// writeBand writes six rows, colour by colour.
func writeBand(out *bufio.Writer, img *image.Paletted, top int) {
	width, height := img.Rect.Dx(), min(6, img.Rect.Dy()-top)
	var bits [256][]byte
	for y := range height {
		row := img.Pix[(top+y)*img.Stride:][:width]
		for x, colour := range row {
			if bits[colour] == nil {
				bits[colour] = make([]byte, width)
			}
			bits[colour][x] |= 1 << y
		}
	}
	first := true
	for colour, line := range bits {
		if line == nil {
			continue
		}
		if !first {
			out.WriteByte('$') // back to the left, same band
		}
		first = false
		fmt.Fprintf(out, "#%d", colour)
		writeRuns(out, line)
	}
}

// writeRuns writes the characters of a line, repeated ones by their number.
func writeRuns(out *bufio.Writer, line []byte) {
	for start := 0; start < len(line); {
		end := start + 1
		for end < len(line) && line[end] == line[start] {
			end++
		}
		c := line[start] + '?'
		if n := end - start; n > 3 {
			fmt.Fprintf(out, "!%d%c", n, c)
		} else {
			for range n {
				out.WriteByte(c)
			}
		}
		start = end
	}
}
