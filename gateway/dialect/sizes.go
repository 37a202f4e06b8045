package dialect

import (
	"regexp"
	"strconv"
	"strings"
)

var (
	sizeForm  = regexp.MustCompile(`^([1-9]\d{1,3})\s*(?:px)?\s*[x*×X]\s*([1-9]\d{1,3})(?:\s*px)?$`)
	sideForm  = regexp.MustCompile(`^([1-9]\d{1,3})(?:px)?$`)
	kiloForm  = regexp.MustCompile(`^([1248])[kK]$`)
	ratioForm = regexp.MustCompile(`^([1-9]\d?)\s*[:/x]\s*([1-9]\d?)$`)
)

const (
	minSide, maxSide = 64, 4096 // pixels
	maxRatio         = 8        // of the longer side to the shorter
)

// ParseSize reads a size such as "1536x1024", "1024*1024" or "2K", or an aspect
// ratio, which some clients send as the size, and returns the sentence that asks
// for it. It is empty if the field is absent, empty or "auto".
func ParseSize(place Node) (string, error) {
	text, err := place.AsText()
	if err != nil {
		return "", err
	}
	switch text = strings.TrimSpace(text); {
	case text == "" || strings.EqualFold(text, "auto"):
		return "", nil
	case kiloForm.MatchString(text):
		return "Resolution: " + strings.ToUpper(text) + ", the longer side about " + text[:1] + "000 pixels.", nil
	}
	if formatForm.MatchString(strings.ToLower(text)) || strings.ContainsAny(text, ":/") {
		return ParseAspectRatio(place)
	}
	w, h, ok := matchNumbers(sizeForm, text)
	if m := sideForm.FindStringSubmatch(text); m != nil {
		w, _ = strconv.Atoi(m[1]) // digits only
		h, ok = w, true
	}
	return sizeSentence(place, w, h, ok)
}

func sizeSentence(place Node, w, h int, ok bool) (string, error) {
	if !ok || min(w, h) < minSide || max(w, h) > maxSide || max(w, h) > maxRatio*min(w, h) {
		return "", place.NewError("must be auto, 1K, 2K, 4K or WIDTHxHEIGHT with sides of 64 to 4096 pixels, such as 1024x1024, 1536x1024 or 1024x1536")
	}
	d := commonDivisor(w, h)
	return "Size: " + strconv.Itoa(w) + "x" + strconv.Itoa(h) + " pixels, format " + strconv.Itoa(w/d) + ":" + strconv.Itoa(h/d) + ".", nil
}

func matchNumbers(form *regexp.Regexp, s string) (a, b int, ok bool) {
	m := form.FindStringSubmatch(s)
	if m == nil {
		return 0, 0, false
	}
	a, _ = strconv.Atoi(m[1]) // digits only
	b, _ = strconv.Atoi(m[2])
	return a, b, true
}

// formatForm matches the formats that clients write as words, with a ratio or not:
// portrait, portrait_16_9, square_hd.
var formatForm = regexp.MustCompile(`^(square|portrait|landscape|vertical|horizontal)(?:_hd|_([1-9]\d?)_([1-9]\d?))?$`)

// parseFormat returns the format of such words, empty if they are none.
func parseFormat(words string) string {
	m := formatForm.FindStringSubmatch(words)
	if m == nil {
		return ""
	}
	format, longer, shorter := m[1], m[2], m[3]
	switch format {
	case "vertical":
		format = "portrait"
	case "horizontal":
		format = "landscape"
	}
	switch {
	case longer == "" || format == "square":
		return format
	case format == "portrait":
		return shorter + ":" + longer
	}
	return longer + ":" + shorter
}

// ParseAspectRatio reads an aspect ratio such as "16:9" or "portrait" and returns
// the sentence that asks for it, empty if the field is absent, empty or "auto".
func ParseAspectRatio(place Node) (string, error) {
	text, err := place.AsText()
	text = strings.TrimSpace(text)
	if err != nil || text == "" || strings.EqualFold(text, "auto") {
		return "", err
	}
	if format := parseFormat(strings.ToLower(text)); format != "" {
		return "Format of the picture: " + format + ".", nil
	}
	w, h, ok := matchNumbers(ratioForm, strings.ToLower(text))
	if !ok || max(w, h) > maxRatio*min(w, h) {
		return "", place.NewError("must be a ratio such as 1:1, 16:9 or 3:4")
	}
	return "Format of the picture: " + strconv.Itoa(w) + ":" + strconv.Itoa(h) + ".", nil
}
