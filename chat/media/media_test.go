package media_test

import (
	"encoding/binary"
	"strings"
	"testing"

	"github.com/geminid/geminid/chat/media"
)

// box is the head of an ISO media file.
func box(major string, compatible ...string) string {
	body := "ftyp" + major + "\x00\x00\x00\x00" + strings.Join(compatible, "")
	return string(binary.BigEndian.AppendUint32(nil, uint32(4+len(body)))) + body + "\x00\x00\x00\x08mdat"
}

// detectOgg is a first page with the name of a codec in it.
func detectOgg(codec string) string {
	return "OggS\x00\x02" + strings.Repeat("\x00", 22) + codec + "\x00"
}

// TestDetectType: the first bytes of files as cameras, recorders and editors write
// them.
func TestDetectType(t *testing.T) {
	tests := []struct{ name, data, want string }{
		{"PNG", "\x89PNG\r\n\x1a\n", "image/png"},
		{"JPEG", "\xff\xd8\xff\xe0\x00\x10JFIF", "image/jpeg"},
		{"WebP", "RIFF\x00\x00\x00\x00WEBPVP8 ", "image/webp"},
		{"GIF", "GIF89a", "image/gif"},
		{"BMP", "BM\x36\x00\x0c\x00\x00\x00\x00\x00\x36\x00", "image/bmp"},
		{"a telephone's photo", box("heic", "mif1", "heic"), "image/heic"},
		{"HEIF of a general brand", box("mif1", "mif1", "heic"), "image/heic"},
		{"AVIF of a general brand", box("mif1", "miaf", "avif"), "image/avif"},
		{"HEIF without other brands", box("mif1"), "image/heif"},
		{"AVIF", box("avif", "mif1"), "image/avif"},
		{"PDF", "%PDF-1.4", "application/pdf"},
		{"MP4", box("mp42", "isom"), "video/mp4"},
		{"MP4 of a newer brand", box("iso5", "dash"), "video/mp4"},
		{"QuickTime", box("qt  "), "video/quicktime"},
		{"M4A", box("M4A ", "mp42", "isom"), "audio/mp4"},
		{"a camera's raw picture", box("crx "), ""},
		{"WebM", "\x1a\x45\xdf\xa3\x9f\x42\x86", "video/webm"},
		{"MP3 with a tag", "ID3\x04\x00\x00", "audio/mpeg"},
		{"MP3 without a tag", "\xff\xfb\x90\x00", "audio/mpeg"},
		{"MP3 of a low rate", "\xff\xf3\x40\xc0", "audio/mpeg"},
		{"AAC", "\xff\xf1\x50\x80", "audio/aac"},
		{"FLAC", "fLaC\x00\x00\x00\x22", "audio/flac"},
		{"WAV", "RIFF\x24\x00\x00\x00WAVEfmt ", "audio/wav"},
		{"Opus", detectOgg("OpusHead"), "audio/ogg"},
		{"Theora", detectOgg("\x80theora"), "video/ogg"},
		{"text", "plain words", ""},
		{"text in UTF-16", "\xff\xfep\x00l\x00a\x00", ""},
		{"text that begins like a picture", "BMW builds cars", ""},
		{"text that begins like music", "ID3 is a tag of MP3 files", ""},
		{"a web page", "<html><title>Sign in</title>", ""},
		{"vector graphics", `<svg xmlns="http://www.w3.org/2000/svg"/>`, ""},
		{"an archive", "PK\x03\x04\x14\x00", ""},
		{"text with a tab that begins like a picture", "BM\tcars of the year", ""},
		{"MP4 of twelve bytes", "\x00\x00\x00\x0cftypisom", "video/mp4"},
		{"HEIF whose list of brands is cut", box("mif1", "mif1")[:18], "image/heif"},
		{"MPEG audio of layer I", "\xff\xff\x90\x00", ""},
		{"MPEG audio of a reserved version", "\xff\xeb\x90\x00", ""},
		{"MPEG audio of a bad rate", "\xff\xfb\xf0\x00", ""},
		{"MPEG audio of a free rate", "\xff\xfb\x00\x00", ""},
		{"MPEG audio of a reserved frequency", "\xff\xfb\x9c\x00", ""},
		{"AAC of a reserved frequency", "\xff\xf1\x74\x80", ""},
		{"four bytes of a frame", "\xff\xfb\x90", ""},
		{"nothing", "", ""},
		{"cut short", "\x00\x00\x00\x18ftyp", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := media.DetectType([]byte(tt.data))
			if got != tt.want {
				t.Fatalf("got %q, want %q", got, tt.want)
			}
			if ending := media.FileExtension(got); got != "" && (len(ending) < 4 || len(ending) > 5 || media.TypeByExtension(ending) != got) {
				t.Errorf("names of %s end in %q, which means %q", got, ending, media.TypeByExtension(ending))
			}
		})
	}
}

// TestResolveType: the stated type against the bytes. The words of refusals
// follow "!".
func TestResolveType(t *testing.T) {
	const png, pdf, mp3 = "\x89PNG\r\n\x1a\n", "%PDF-1.4", "\xff\xfb\x90\x00"
	tests := []struct{ name, stated, data, want string }{
		{"right", "image/png", png, "image/png"},
		{"not stated", "", png, "image/png"},
		{"nonsense stated", "a\r\nb", "plain words", "text/plain"},
		{"a picture stated in general", "application/octet-stream", png, "image/png"},
		{"a PDF stated in general", "application/octet-stream", pdf, "application/pdf"},
		{"a PDF stated in other words", "application/x-pdf", pdf, "application/pdf"},
		{"music stated in general", "Application/Octet-Stream; x=y", mp3, "audio/mpeg"},
		{"text stated in general", "application/octet-stream", "package main\n", "text/plain"},
		{"bytes stated in general", "application/octet-stream", "\x00\x01\x02", "application/octet-stream"},
		{"a type of another program", "binary/octet-stream", pdf, "application/pdf"},
		{"pictures mixed up", "image/png", "\xff\xd8\xff\xe0", "image/jpeg"},
		{"a photo stated as JPEG", "image/jpeg", box("heic"), "image/heic"},
		{"any picture", "image/*", box("avif"), "image/avif"},
		{"recordings mixed up", "audio/wav", mp3, "audio/mpeg"},
		{"sound in a film's format", "audio/mp4", box("mp42"), "audio/mp4"},
		{"sound of a film's name", "video/mp4", box("M4A "), "video/mp4"},
		{"sound in Ogg", "audio/ogg", detectOgg("vorbis"), "audio/ogg"},
		{"Ogg stated in general", "application/ogg", detectOgg("vorbis"), "audio/ogg"},
		{"films in Ogg", "video/ogg", detectOgg("vorbis"), "video/ogg"},
		{"sound in WebM", "audio/webm", "\x1a\x45\xdf\xa3", "audio/webm"},
		{"sound that shows nothing", "audio/amr", "\x00\x01\x02", "audio/amr"},
		{"text", "text/markdown; charset=utf-8", "# Title", "text/markdown"},
		{"a PDF behind a line", "application/pdf", "mailed\r\n%PDF-1.7", "application/pdf"},
		{"a picture stated as PDF", "application/pdf", png, "!image/png by its bytes"},
		{"a PDF stated as picture", "image/png", pdf, "!application/pdf by its bytes"},
		{"a film stated as picture", "image/png", box("isom"), "!video/mp4 by its bytes"},
		{"music stated as picture", "image/*", mp3, "!audio/mpeg by its bytes"},
		{"text stated as PDF", "application/pdf", "plain words", "!no PDF"},
		{"text stated as picture", "image/png", "plain words", "!not a PNG"},
		{"vector graphics", "image/svg+xml", "<svg/>", "!not a PNG"},
		{"text stated as film", "video/mp4", "plain words", "!is text"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := media.ResolveType(tt.stated, []byte(tt.data))
			if words, refused := strings.CutPrefix(tt.want, "!"); refused {
				if err == nil || !strings.Contains(err.Error(), words) {
					t.Fatalf("got %q, %v; want a refusal with %q", got, err, words)
				}
				return
			}
			if got != tt.want || err != nil {
				t.Errorf("got %q, %v; want %q", got, err, tt.want)
			}
		})
	}
}
