package media_test

import (
	"bytes"
	"encoding/binary"
	"image"
	"image/jpeg"
	"strings"
	"testing"

	"github.com/geminid/geminid/chat/media"
)

// pngHeader is the beginning of a PNG of a size, without a checksum.
func pngHeader(width, height uint32) string {
	size := binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(nil, width), height)
	return "\x89PNG\r\n\x1a\n\x00\x00\x00\x0dIHDR" + string(size)
}

func gifHeader(width, height uint16) string {
	return "GIF89a" + string(binary.LittleEndian.AppendUint16(binary.LittleEndian.AppendUint16(nil, width), height))
}

// webpHeader is the beginning of a WebP file of one of the three forms.
func webpHeader(form, tail string) string {
	head := "RIFF\x00\x00\x00\x00WEBP" + form + "\x00\x00\x00\x00" + tail
	return head + strings.Repeat("\x00", max(0, 30-len(head)))
}

func jpegOf(t *testing.T, width, height int) string {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, image.NewGray(image.Rect(0, 0, width, height)), nil); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// TestTooManyPixels reads the sizes in the headers of each format.
func TestTooManyPixels(t *testing.T) {
	largeJPEG := []byte(jpegOf(t, 1, 1))
	frame := bytes.Index(largeJPEG, []byte("\xff\xc0")) + 5
	copy(largeJPEG[frame:], "\xff\xff\xff\xff")
	for _, test := range []struct {
		name, data string
		want       bool
	}{
		{"100 million pixels", pngHeader(10_000, 10_000), false},
		{"one row more", pngHeader(10_000, 10_001), true},
		{"one column more", pngHeader(10_001, 10_000), true},
		{"a line", pngHeader(1, 1<<32-1), true},
		{"sides that overflow", pngHeader(1<<32-1, 1<<32-1), true},
		{"no height", pngHeader(1<<32-1, 0), false},
		{"a PNG cut in its size", pngHeader(1<<31, 1<<31)[:23], false},
		{"a small GIF", gifHeader(10, 10), false},
		{"a large GIF", gifHeader(65535, 65535), true},
		{"a wide GIF", gifHeader(65535, 1525), false},
		{"a GIF cut in its size", gifHeader(65535, 65535)[:9], false},
		{"a small WebP", webpHeader("VP8X", "\x00\x00\x00\x00\x63\x00\x00\x63\x00\x00"), false},
		{"a large WebP", webpHeader("VP8X", "\x00\x00\x00\x00\xff\xff\x00\xff\xff\x00"), true},
		{"a wide WebP", webpHeader("VP8X", "\x00\x00\x00\x00\xff\xff\xff\x04\x00\x00"), false},
		{"a wide WebP of one row more", webpHeader("VP8X", "\x00\x00\x00\x00\xff\xff\xff\x05\x00\x00"), true},
		{"a high WebP", webpHeader("VP8X", "\x00\x00\x00\x00\x04\x00\x00\xff\xff\xff"), false},
		{"a high WebP of one column more", webpHeader("VP8X", "\x00\x00\x00\x00\x05\x00\x00\xff\xff\xff"), true},
		{"a large lossless WebP", webpHeader("VP8L", "\x2f\xff\xff\xff\x0f"), true},
		{"a small lossless WebP", webpHeader("VP8L", "\x2f\x63\x00\x19\x00"), false},
		{"a large lossy WebP", webpHeader("VP8 ", "\x00\x00\x00\x9d\x01\x2a\xff\x3f\xff\x3f"), true},
		{"a scaled lossy WebP", webpHeader("VP8 ", "\x00\x00\x00\x9d\x01\x2a\x63\xc0\x63\xc0"), false},
		{"a WebP of an unknown form", webpHeader("VP9X", "\x00\x00\x00\x00\xff\xff\x00\xff\xff\x00"), false},
		{"a WebP cut in its size", webpHeader("VP8X", "\x00\x00\x00\x00\xff\xff\x00\xff\xff\x00")[:29], false},
		{"another RIFF file", "RIFF\x00\x00\x00\x00WAVE" + strings.Repeat("\xff", 20), false},
		{"a small JPEG", jpegOf(t, 20, 10), false},
		{"a large JPEG", string(largeJPEG), true},
		{"a JPEG without a size", "\xff\xd8\xff\xe0", false},
		{"text", "plain words", false},
		{"nothing", "", false},
	} {
		if got := media.TooManyPixels([]byte(test.data)); got != test.want {
			t.Errorf("%s: %t", test.name, got)
		}
	}
}
