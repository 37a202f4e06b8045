package media

import (
	"bytes"
	"encoding/binary"
	"image/jpeg"
)

// maxPixels bounds a picture.
const maxPixels = 100_000_000

// TooManyPixels reports whether a picture has more than 100 million pixels
// according to its header. A small file may need gigabytes in the program that
// opens it.
func TooManyPixels(data []byte) bool {
	w, h := pictureSize(data)
	return h > 0 && w > maxPixels/h
}

// pictureSize returns width and height according to the header, 0, 0 if it has
// none. It neither decodes the picture nor checks checksums, as decoders do,
// because the program that opens the file may do neither.
func pictureSize(data []byte) (width, height int64) {
	switch {
	case bytes.HasPrefix(data, []byte("\x89PNG\r\n\x1a\n")) && len(data) >= 24:
		return int64(binary.BigEndian.Uint32(data[16:])), int64(binary.BigEndian.Uint32(data[20:]))
	case bytes.HasPrefix(data, []byte("GIF8")) && len(data) >= 10:
		return int64(binary.LittleEndian.Uint16(data[6:])), int64(binary.LittleEndian.Uint16(data[8:]))
	case bytes.HasPrefix(data, []byte("RIFF")):
		return webpSize(data)
	}
	cfg, err := jpeg.DecodeConfig(bytes.NewReader(data))
	if err != nil {
		return 0, 0
	}
	return int64(cfg.Width), int64(cfg.Height)
}

// webpSize reads the three forms of a WebP header.
func webpSize(b []byte) (width, height int64) {
	if len(b) < 30 || string(b[8:12]) != "WEBP" {
		return 0, 0
	}
	word := func(at int) int64 { return int64(binary.LittleEndian.Uint32(b[at:])) }
	switch string(b[12:16]) {
	case "VP8X": // 24 bits each, less one
		return word(24)&0xffffff + 1, word(26)>>8 + 1
	case "VP8L": // 14 bits each, less one
		bits := word(21)
		return bits&0x3fff + 1, bits>>14&0x3fff + 1
	case "VP8 ": // 14 bits each, in 16
		return word(26) & 0x3fff, word(26) >> 16 & 0x3fff
	}
	return 0, 0
}
