package files

import (
	"strconv"
	"strings"
	"time"
)

// types are the media types that the store tells apart, with the ending of their
// names. Whatever else is kept is served as bytes that no browser interprets.
var types = []struct{ ending, mime string }{
	{".png", "image/png"}, {".jpg", "image/jpeg"}, {".webp", "image/webp"}, {".gif", "image/gif"},
	{".mp4", "video/mp4"}, {".webm", "video/webm"},
	{".mp3", "audio/mpeg"}, {".wav", "audio/wave"}, {".ogg", "application/ogg"},
	{".bin", "application/octet-stream"},
}

func ending(mime string) string {
	for _, t := range types {
		if t.mime == mime {
			return t.ending
		}
	}
	return ".bin"
}

const (
	idLength  = 26 // of rand.Text: 130 bits
	idLetters = "abcdefghijklmnopqrstuvwxyz234567"
)

// parse reads a name: the second it was stored, in base 36, a dash, the random
// id and the ending of its type.
func parse(name string) (made time.Time, mime string, ok bool) {
	stamp, rest, dash := strings.Cut(name, "-")
	seconds, err := strconv.ParseInt(stamp, 36, 64)
	if err != nil || !dash || len(rest) < idLength || strings.Trim(rest[:idLength], idLetters) != "" {
		return time.Time{}, "", false
	}
	for _, t := range types {
		if t.ending == rest[idLength:] {
			return time.Unix(seconds, 0), t.mime, true
		}
	}
	return time.Time{}, "", false
}
