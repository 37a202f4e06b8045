package media

import (
	"bytes"
	"errors"
	"mime"
	"net/http"
	"slices"
	"strings"
)

// The families of types that the first bytes distinguish.
const (
	other = iota
	picture
	document
	recording // audio and video, which share formats
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

// sameContainer lists types of one container format, in which audio and video
// begin alike.
var sameContainer = [][]string{
	{"video/mp4", "audio/mp4", "audio/m4a", "audio/x-m4a", "video/x-m4v", "video/quicktime", "video/3gpp", "audio/3gpp"},
	{"audio/ogg", "video/ogg", "audio/opus"},
	{"video/webm", "audio/webm", "video/x-matroska", "audio/x-matroska"},
}

// ResolveType decides the media type of a file. stated is the type that the client
// gives, empty for none. The bytes win over a stated type that is missing or
// general, and within pictures and within recordings, because clients confuse
// those. If the bytes show another family than the stated type, it is an error.
func ResolveType(stated string, data []byte) (string, error) {
	stated, _, err := mime.ParseMediaType(strings.Clone(stated)) // the text that it was cut from must be free to go
	if err != nil || stated == "application/octet-stream" {
		stated = ""
	}
	seen, wanted := DetectType(data), typeFamily(stated)
	plain, _, _ := strings.Cut(http.DetectContentType(data), ";")
	switch {
	case seen != "" && slices.ContainsFunc(sameContainer,
		func(k []string) bool { return slices.Contains(k, stated) && slices.Contains(k, seen) }):
		return stated, nil
	case seen != "" && (wanted == other || wanted == typeFamily(seen)):
		return seen, nil
	case seen != "":
		return "", errors.New("is " + seen + " by its bytes, though its type says otherwise; send the type that it has")
	case wanted == picture:
		return "", errors.New("is not a PNG, JPEG, WebP, GIF or HEIC image, though its type says image")
	case wanted == document && bytes.Contains(data[:min(len(data), 1<<10)], []byte("%PDF-")): // after a line added by a mail program
		return "application/pdf", nil
	case wanted == document:
		return "", errors.New("is no PDF, though its type says so; send the type that it has")
	case wanted == recording && strings.HasPrefix(plain, "text/"):
		return "", errors.New("is text, though its type says audio or video; send the type that it has")
	case stated == "":
		return plain, nil
	}
	return stated, nil
}
