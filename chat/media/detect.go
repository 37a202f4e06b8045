package media

import (
	"bytes"
	"net/http"
	"strings"
)

// DetectType returns the media type of a picture, a PDF, or a file of audio or
// video by its first bytes. It is empty for everything else, including text.
//
// The table is not taken from a library: of the types that the tests expect,
// gabriel-vasile/mimetype 1.4 returns others for every fourth, HEIC and AVIF of
// general brands among them.
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
		return "" // text that begins like such a file
	case typeFamily(kind) == other:
		return ""
	}
	return kind
}

// shortSignature lists the types whose signature is a few letters with which text
// may begin too: "BM", "ID3", ".snd". In such files control characters follow.
var shortSignature = map[string]bool{"image/bmp": true, "audio/mpeg": true, "audio/basic": true}

// brands maps the brand of an "ftyp" box to the media type. All other files with
// such a box are videos: brands such as iso5, dash and mp42 name versions of the
// format.
var brands = map[string]string{
	"heic": "image/heic", "heix": "image/heic", "heim": "image/heic", "heis": "image/heic",
	"hevc": "image/heic", "hevx": "image/heic", "hevm": "image/heic", "hevs": "image/heic",
	"mif1": "image/heif", "msf1": "image/heif", "miaf": "image/heif",
	"avif": "image/avif", "avis": "image/avif",
	"M4A ": "audio/mp4", "M4B ": "audio/mp4", "M4P ": "audio/mp4", "F4A ": "audio/mp4",
	"qt  ": "video/quicktime", "crx ": "", "jxl ": "",
}

// detectISOMedia identifies ISO media files by their brand. If a picture has the
// general brand, the list of compatible brands decides.
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

// detectAudioFrame identifies audio by its first frame: MPEG audio of layer II or
// III, and AAC, which have no header, and FLAC.
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

// detectOgg identifies Ogg files; the codec in the first page decides between
// audio and video.
func detectOgg(data []byte) string {
	switch {
	case !bytes.HasPrefix(data, []byte("OggS\x00")):
		return ""
	case bytes.Contains(data[:min(len(data), 64)], []byte("\x80theora")):
		return "video/ogg"
	}
	return "audio/ogg"
}
