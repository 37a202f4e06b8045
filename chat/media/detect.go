// Package media tells files by their first bytes: what they are, how many
// pixels a picture has, and how such a file's name ends. It reads no more than
// the head of a file and decodes nothing.
package media

import (
	"bytes"
	"net/http"
	"strings"
)

// DetectType is the media type that the first bytes of a picture, a PDF, or a file of
// sound or moving pictures show. It is empty for everything else, text among
// it.
func DetectType(data []byte) string {
	for _, look := range []func([]byte) string{detectISOMedia, detectAudioFrame, detectOgg} {
		if kind := look(data); kind != "" {
			return kind
		}
	}
	kind, _, _ := strings.Cut(http.DetectContentType(data), ";")
	switch {
	case kind == "audio/wave":
		return "audio/wav"
	case shortSignature[kind] && !bytes.ContainsFunc(data[:min(len(data), 10)], func(r rune) bool { return r < '\t' }):
		return "" // words that begin like such a file
	case typeFamily(kind) == other:
		return ""
	}
	return kind
}

// shortSignature are the types whose mark is a few letters that text may begin with, too:
// "BM", "ID3", ".snd". In such a file control characters follow.
var shortSignature = map[string]bool{"image/bmp": true, "audio/mpeg": true, "audio/basic": true}

// brands tell the files apart that begin with an "ftyp" box. All others of that
// form are films: brands such as iso5, dash and mp42 name versions of the format.
var brands = map[string]string{
	"heic": "image/heic", "heix": "image/heic", "heim": "image/heic", "heis": "image/heic",
	"hevc": "image/heic", "hevx": "image/heic", "hevm": "image/heic", "hevs": "image/heic",
	"mif1": "image/heif", "msf1": "image/heif", "miaf": "image/heif",
	"avif": "image/avif", "avis": "image/avif",
	"M4A ": "audio/mp4", "M4B ": "audio/mp4", "M4P ": "audio/mp4", "F4A ": "audio/mp4",
	"qt  ": "video/quicktime", "crx ": "", "jxl ": "",
}

// detectISOMedia tells ISO media files by their brand. A picture's may be the general
// one, then the list of compatible brands tells the format.
func detectISOMedia(data []byte) string {
	if len(data) < 12 || string(data[4:8]) != "ftyp" {
		return ""
	}
	kind, known := brands[string(data[8:12])]
	if !known {
		return "video/mp4"
	}
	if kind != "image/heif" {
		return kind
	}
	size := min(len(data), int(data[2])<<8|int(data[3]))
	for at := 16; at+4 <= size; at += 4 {
		if special := brands[string(data[at:at+4])]; special == "image/heic" || special == "image/avif" {
			return special
		}
	}
	return kind
}

// detectAudioFrame tells sound without a header of its own by its first frame: MPEG audio
// of layer II or III, and AAC; and FLAC.
func detectAudioFrame(data []byte) string {
	if bytes.HasPrefix(data, []byte("fLaC")) {
		return "audio/flac"
	}
	if len(data) < 4 || data[0] != 0xff || data[1]&0xe0 != 0xe0 {
		return ""
	}
	version, layer := data[1]>>3&3, data[1]>>1&3
	rate, frequency := data[2]>>4, data[2]>>2&3
	switch {
	case data[1]&0xf6 == 0xf0 && data[2]>>2&15 < 13: // ADTS
		return "audio/aac"
	case version != 1 && (layer == 1 || layer == 2) && rate != 0 && rate != 15 && frequency != 3:
		return "audio/mpeg"
	}
	return ""
}

// detectOgg tells films by the codec that the first page names.
func detectOgg(data []byte) string {
	switch {
	case !bytes.HasPrefix(data, []byte("OggS\x00")):
		return ""
	case bytes.Contains(data[:min(len(data), 64)], []byte("\x80theora")):
		return "video/ogg"
	}
	return "audio/ogg"
}
