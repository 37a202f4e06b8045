package files

import (
	"cmp"
	"strconv"
	"strings"
	"time"

	"github.com/geminid/geminid/chat/media"
)

// unnamed ends the names of files whose type the store does not distinguish: they are
// served as bytes that no browser interprets.
const unnamed = ".bin"

func endingOf(mime string) string { return cmp.Or(media.FileExtension(mime), unnamed) }

const (
	idLength  = 26 // of rand.Text: 130 bits
	idLetters = "abcdefghijklmnopqrstuvwxyz234567"
)

// parseName reads a name: the second it was stored, in base 36, a dash, the random
// id and the ending of its type.
func parseName(name string) (made time.Time, mime string, ok bool) {
	stamp, rest, dash := strings.Cut(name, "-")
	seconds, err := strconv.ParseInt(stamp, 36, 64)
	if err != nil || !dash || len(rest) < idLength || strings.Trim(rest[:idLength], idLetters) != "" {
		return time.Time{}, "", false
	}
	end := rest[idLength:]
	if end == unnamed {
		return time.Unix(seconds, 0), "application/octet-stream", true
	}
	mime = media.TypeByExtension(end)
	return time.Unix(seconds, 0), mime, mime != ""
}
