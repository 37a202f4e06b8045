package dialect

import (
	"encoding/base64"
	"regexp"
	"strings"

	"github.com/tidwall/gjson"

	"github.com/geminid/geminid/chat"
	"github.com/geminid/geminid/chat/media"
)

// liftFiles takes the pictures and recordings out of texts: clients send back the
// pictures of an answer as Markdown with a data URL, and tools return them as
// base64 in JSON. The text around them stays. Everything that is not such a file by
// its bytes stays text. place is where the parts were read.
func liftFiles(place Node, parts []chat.Part) ([]chat.Part, error) {
	var out []chat.Part // nil as long as there is nothing to lift
	for i, part := range parts {
		pieces, err := liftText(place, part.Text)
		if err != nil {
			return nil, err
		}
		if pieces != nil && out == nil {
			out = append(make([]chat.Part, 0, len(parts)+len(pieces)), parts[:i]...)
		}
		switch {
		case pieces != nil:
			out = append(out, pieces...)
		case out != nil:
			out = append(out, part)
		}
	}
	if out == nil {
		return parts, nil
	}
	return out, nil
}

const (
	dataMark   = ";base64,"
	minLifted  = 64  // characters of base64; shorter ones are examples
	aroundFile = 300 // bytes beside a file in which its Markdown is looked for
)

var (
	// quotedFile is the beginning of base64 of a known kind in a JSON string.
	quotedFile = regexp.MustCompile(`"(?:iVBORw0KGgo|\\?/9j\\?/|R0lGOD|UklGR|JVBERi0|AAAA..Z0eX|SUQz|T2dnUw|GkXf|ZkxhQ)`)
	imageOpen  = regexp.MustCompile(`!?\[([^\]\n]*)\]\(\s*<?$`)
	imageClose = regexp.MustCompile(`^>?(?:\s+"[^"\n]*")?\s*\)`)
)

// liftText returns the pieces of a text with files in it, nil if there are none.
func liftText(place Node, text string) ([]chat.Part, error) {
	var out []chat.Part
	from := 0 // what is before is in out
	finder := fileFinder{text: text}
	for {
		begin, data, ok := finder.findNext()
		if !ok {
			break
		}
		end := data + base64Length(text[data:])
		finder.at = end
		blob, err := decodeLifted(place, text[data:end])
		if err != nil {
			return nil, err
		}
		if blob == nil {
			continue
		}
		if open := imageOpen.FindStringSubmatch(text[max(from, begin-aroundFile):begin]); open != nil {
			if after := imageClose.FindString(text[end:min(len(text), end+aroundFile)]); after != "" {
				begin -= len(open[0])
				end += len(after)
				blob.Name = nameOfAlt(open[1])
			}
		}
		out = append(out, chat.Part{Text: text[from:begin]}, chat.Part{Blob: blob})
		if len(out) > 2*MaxFiles {
			return nil, tooManyFiles(place)
		}
		from, finder.at = end, end
	}
	if out == nil {
		return nil, nil
	}
	return DropBlankParts(append(out, chat.Part{Text: text[from:]})), nil
}

// fileFinder finds the base64 of files in a text, each place once, in linear time.
type fileFinder struct {
	text   string
	at     int   // everything before was looked at
	url    found // the next data URL
	quoted found // the next JSON string
}

// found is a place in a text: begin is where what stands for a file begins, data
// where its base64 does; none says that there is no other.
type found struct {
	begin, data int
	none        bool
}

// findNext returns the next place at which the base64 of a file may stand.
func (f *fileFinder) findNext() (begin, data int, ok bool) {
	if !f.url.none && f.url.data <= f.at {
		f.url = f.findURL()
	}
	if !f.quoted.none && f.quoted.data <= f.at {
		m := quotedFile.FindStringIndex(f.text[f.at:])
		if f.quoted = (found{none: true}); m != nil {
			f.quoted = found{begin: f.at + m[0] + 1, data: f.at + m[0] + 1}
		}
	}
	next := f.url
	if next.none || !f.quoted.none && f.quoted.begin < next.begin {
		next = f.quoted
	}
	return next.begin, next.data, !next.none
}

func (f *fileFinder) findURL() found {
	for at := f.at; ; {
		i := strings.Index(f.text[at:], dataMark)
		if i < 0 {
			return found{none: true}
		}
		i += at
		at = i + len(dataMark)
		window := f.text[max(f.at, i-aroundFile/2):i]
		if head := strings.LastIndex(window, "data:"); head >= 0 && !strings.ContainsAny(window[head:], " \t\r\n\"',()<>") {
			return found{begin: i - len(window) + head, data: at}
		}
	}
}

// base64Length returns the length of the base64 at the beginning of s. JSON may
// write a slash as \/.
func base64Length(s string) int {
	i := 0
	for i < len(s) {
		c := s[i]
		switch {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', strings.IndexByte("+/-_=", c) >= 0:
			i++
		case c == '\\' && i+1 < len(s) && s[i+1] == '/':
			i += 2
		default:
			return i
		}
	}
	return i
}

// decodeLifted decodes base64 found in a text. It returns nil if it does not begin
// as that of a picture, a PDF or a recording.
func decodeLifted(place Node, text string) (*chat.Blob, error) {
	if len(text) < minLifted || !hasFileBytes(text) {
		return nil, nil
	}
	return decodeFile(place, "", strings.ReplaceAll(text, `\/`, "/"))
}

// nameOfAlt returns the file name that the alt text of a Markdown image tells.
func nameOfAlt(alt string) string {
	switch alt = CleanFileName(alt); strings.ToLower(alt) {
	case "image", "file", "picture", "photo", "img":
		return ""
	}
	return alt
}

// hasFileBytes reports whether base64 text is that of a picture, a PDF or a
// recording, by its first bytes.
func hasFileBytes(text string) bool {
	head := strings.ReplaceAll(text[:min(len(text), 128)], `\/`, "/")
	head = head[:len(head)/4*4]
	encoding := base64.StdEncoding
	if strings.ContainsAny(head, "-_") {
		encoding = base64.URLEncoding
	}
	if cut := strings.IndexByte(head, '='); cut >= 0 {
		head, encoding = head[:cut], encoding.WithPadding(base64.NoPadding)
	}
	data, err := encoding.DecodeString(head)
	return err == nil && media.DetectType(data) != ""
}

// holdsBytes reports whether a value has the bytes of a file somewhere in it.
func holdsBytes(value gjson.Result) bool {
	return anyText(value, func(text string) bool {
		if _, ok := cutPrefixFold(text, "data:"); ok && strings.Contains(text[:min(len(text), aroundFile)], dataMark) {
			return true
		}
		return len(text) >= minLifted && hasFileBytes(text)
	})
}

// holdsFile reports whether a value, whose field may be named after files, has a
// file or the address of one in it.
func holdsFile(value gjson.Result) bool {
	return anyText(value, func(text string) bool {
		scheme, _, ok := strings.Cut(text[:min(len(text), 16)], ":")
		return ok && strings.Contains(" data http https gs blob file ", " "+strings.ToLower(scheme)+" ") ||
			len(text) >= minLifted && base64Length(text) == len(text)
	})
}

// anyText reports whether check is true of one of the strings in a value.
func anyText(value gjson.Result, check func(string) bool) bool {
	switch {
	case value.Type == gjson.String:
		return check(value.Str)
	case value.Type != gjson.JSON || !strings.Contains(value.Raw, `"`):
		return false
	}
	found := false
	value.ForEach(func(_, inner gjson.Result) bool {
		found = anyText(inner, check)
		return !found
	})
	return found
}

// mayNameFile reports whether a field that is not known sounds like one for files.
func mayNameFile(name string) bool {
	name = strings.ToLower(name)
	for _, word := range []string{"image", "img", "picture", "photo", "file", "attach", "document", "media", "video", "audio", "mask", "reference", "pdf", "url"} {
		if strings.Contains(name, word) {
			return true
		}
	}
	return false
}
