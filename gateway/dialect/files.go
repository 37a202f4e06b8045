package dialect

import (
	"encoding/base64"
	"path"
	"strconv"
	"strings"
	"unicode"

	"github.com/geminid/geminid/chat"
	"github.com/geminid/geminid/chat/media"
)

// MaxFileBytes bounds one decoded file.
const MaxFileBytes = 20 << 20

// DecodeURL returns the file of the URL that is the value of n: "data:TYPE;base64,…"
// is decoded, and of an http or https address only the address is kept, in
// chat.Blob.Link.
func DecodeURL(n Node) (*chat.Blob, error) {
	text, err := n.borrowText()
	if err != nil {
		return nil, err
	}
	rest, ok := cutPrefixFold(text, "data:")
	if !ok {
		return linkedFile(n, text)
	}
	head, data, ok := strings.Cut(rest, ",")
	if !ok || !strings.HasSuffix(strings.ToLower(head), ";base64") {
		return nil, n.NewError("must be a data: URL of the form data:image/png;base64,…")
	}
	return decodeFile(n, head[:len(head)-len(";base64")], data)
}

// DecodeBase64 returns the file whose base64 is the value of n; its bytes say what it is.
func DecodeBase64(n Node) (*chat.Blob, error) {
	text, err := n.borrowText()
	if err != nil {
		return nil, err
	}
	return decodeFile(n, "", text)
}

// maxURLBytes bounds an address.
const maxURLBytes = 8 << 10

func linkedFile(n Node, text string) (*chat.Blob, error) {
	_, plain := cutPrefixFold(text, "http://")
	_, secure := cutPrefixFold(text, "https://")
	if len(text) > maxURLBytes || !plain && !secure {
		return nil, n.NewError("must be a data: URL with base64, or an https address of at most 8 KiB")
	}
	return &chat.Blob{Field: n.Path, Link: &chat.Link{URL: strings.Clone(text)}}, nil
}

// decodeFile decodes base64 that came in n. Both alphabets are read, padded or not,
// with line breaks in between. mediaType is the type that the client states, empty
// for none.
func decodeFile(n Node, mediaType, text string) (*chat.Blob, error) {
	text = strings.TrimRight(text, "=\r\n ")
	if text == "" {
		return nil, n.NewError("holds no data")
	}
	if base64.RawStdEncoding.DecodedLen(len(text)) > MaxFileBytes+MaxFileBytes/32 { // the slack is for line breaks
		return nil, n.TooLong(MaxFileBytes, "a smaller file")
	}
	encoding := base64.RawStdEncoding
	if strings.ContainsAny(text, "-_") {
		encoding = base64.RawURLEncoding
	}
	data, err := encoding.DecodeString(text)
	if err != nil {
		return nil, n.NewError("is not valid base64")
	}
	if len(data) > MaxFileBytes {
		return nil, n.TooLong(MaxFileBytes, "a smaller file")
	}
	return NewFile(n, mediaType, data)
}

// NewFile returns the file of bytes that came in n. mediaType is the type that
// the client states; media.ResolveType decides. The file owns data.
func NewFile(n Node, mediaType string, data []byte) (*chat.Blob, error) {
	mediaType, err := media.ResolveType(mediaType, data)
	if err != nil {
		return nil, n.NewError(err.Error())
	}
	if media.TooManyPixels(data) {
		return nil, n.NewError("is a picture of more than 100 million pixels; send a smaller one")
	}
	return &chat.Blob{MIME: mediaType, Data: data, Field: n.Path}, nil
}

// TooLong returns the error of a value above limit bytes. instead says what to
// send.
func (n Node) TooLong(limit int64, instead string) *chat.Error {
	return &chat.Error{Kind: chat.TooLarge, Param: n.Path,
		Message: n.Path + " is longer than " + strconv.FormatInt(limit>>20, 10) + " MiB; send " + instead}
}

// RequirePicture returns the error of a file to edit that is no picture. An address
// must lead to one.
func RequirePicture(blob *chat.Blob) error {
	switch {
	case blob.Link != nil:
		blob.Link.Picture = true
	case !strings.HasPrefix(blob.MIME, "image/"):
		return Node{Path: blob.Field}.NewError("is no picture; send a PNG, JPEG, WebP, GIF or HEIC image")
	}
	return nil
}

// NoMask is the error of a mask, which marks the part of a picture that is to be
// edited.
const NoMask = "is not offered; say in the prompt which part of the picture shall change"

// CleanFileName returns the last element of a client's file name, printable and
// at most 128 runes long; empty if nothing is left.
func CleanFileName(name string) string {
	name = path.Base(strings.ReplaceAll(name, `\`, "/"))
	name = strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return -1
		}
		return r
	}, name)
	if name == "." || name == "/" || name == ".." {
		return ""
	}
	if runes := []rune(name); len(runes) > 128 {
		name = string(runes[len(runes)-128:])
	}
	return name
}

func cutPrefixFold(s, prefix string) (string, bool) {
	if len(s) >= len(prefix) && strings.EqualFold(s[:len(prefix)], prefix) {
		return s[len(prefix):], true
	}
	return s, false
}
