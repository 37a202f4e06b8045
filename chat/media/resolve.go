package media

import (
	"bytes"
	"errors"
	"mime"
	"net/http"
	"slices"
	"strings"
)

// The families of types that bytes tell apart.
const (
	other = iota
	picture
	document
	recording // sound and moving pictures, which share formats
)

func typeFamily(kind string) int {
	general, special, _ := strings.Cut(kind, "/")
	switch {
	case general == "image":
		return picture
	case general == "audio", general == "video", kind == "application/ogg":
		return recording
	case special == "pdf", special == "x-pdf":
		return document
	}
	return other
}

// sameContainer are types of one format, in which sound alone and films look the same.
var sameContainer = [][]string{
	{"video/mp4", "audio/mp4", "audio/m4a", "audio/x-m4a", "video/x-m4v", "video/quicktime", "video/3gpp", "audio/3gpp"},
	{"audio/ogg", "video/ogg", "audio/opus"},
	{"video/webm", "audio/webm", "video/x-matroska", "audio/x-matroska"},
}

// ResolveType decides a file's media type. What its bytes show wins over a type that
// was not told, or told in general; among pictures, and among recordings, the
// bytes win as well, because clients mix those up. A type that names another
// family than the bytes show is an error, which says what is wrong with the file.
func ResolveType(told string, data []byte) (string, error) {
	told, _, err := mime.ParseMediaType(strings.Clone(told)) // what it was cut from must not live on in it
	if err != nil || told == "application/octet-stream" {
		told = ""
	}
	seen, wanted := DetectType(data), typeFamily(told)
	plain, _, _ := strings.Cut(http.DetectContentType(data), ";")
	switch {
	case seen != "" && slices.ContainsFunc(sameContainer,
		func(k []string) bool { return slices.Contains(k, told) && slices.Contains(k, seen) }):
		return told, nil
	case seen != "" && (wanted == other || wanted == typeFamily(seen)):
		return seen, nil
	case seen != "":
		return "", errors.New("is " + seen + " by its bytes, though its type says otherwise; tell the type that it has")
	case wanted == picture:
		return "", errors.New("is not a PNG, JPEG, WebP, GIF or HEIC image, though its type says image")
	case wanted == document && bytes.Contains(data[:min(len(data), 1<<10)], []byte("%PDF-")): // after a line of a mailer's
		return "application/pdf", nil
	case wanted == document:
		return "", errors.New("is no PDF, though its type says so; tell the type that it has")
	case wanted == recording && strings.HasPrefix(plain, "text/"):
		return "", errors.New("is text, though its type says audio or video; tell the type that it has")
	case told == "":
		return plain, nil
	}
	return told, nil
}
