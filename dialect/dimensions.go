package dialect

import (
	"bytes"
	"encoding/binary"
	"errors"
	"image"
	_ "image/gif"  // the header tells the size
	_ "image/jpeg" // likewise
	"image/png"
	"math"
)

// maxPixels bounds a picture: a small file may unfold to gigabytes in whatever
// opens it.
const maxPixels = 100_000_000

// dimensions are a picture's width and height as its header tells them, without
// decoding it; 0, 0 when the header tells nothing.
func dimensions(data []byte) (width, height int64) {
	if w, h, ok := webpSize(data); ok {
		return w, h
	}
	cfg, _, err := image.DecodeConfig(bytes.NewReader(data))
	if odd := png.UnsupportedError(""); errors.As(err, &odd) {
		return math.MaxInt32, math.MaxInt32 // more pixels than an int counts
	}
	if err != nil {
		return 0, 0
	}
	return int64(cfg.Width), int64(cfg.Height)
}

// webpSize reads the three forms of a WebP header.
func webpSize(b []byte) (width, height int64, ok bool) {
	if len(b) < 30 || string(b[:4]) != "RIFF" || string(b[8:12]) != "WEBP" {
		return 0, 0, false
	}
	word := func(at int) int64 { return int64(binary.LittleEndian.Uint32(b[at:])) }
	switch string(b[12:16]) {
	case "VP8X": // 24 bits each, less one
		return word(24)&0xffffff + 1, word(26)>>8 + 1, true
	case "VP8L": // 14 bits each, less one
		bits := word(21)
		return bits&0x3fff + 1, bits>>14&0x3fff + 1, true
	case "VP8 ": // 14 bits each, in 16
		return word(26) & 0x3fff, word(26) >> 16 & 0x3fff, true
	}
	return 0, 0, false
}
