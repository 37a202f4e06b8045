package dialect

import (
	"encoding/base64"
	"path"
	"strings"
	"unicode"

	"github.com/geminid/geminid/chat"
	"github.com/geminid/geminid/chat/media"
)

// maxFile bounds one decoded file.
const maxFile = 20 << 20

// inline makes a file of base64 text. Both alphabets are read, padded or not,
// with line breaks in between.
func inline(n node, mediaType string) (*chat.Blob, error) {
	text, err := n.borrow()
	if err != nil {
		return nil, err
	}
	return decodeFile(n, mediaType, text)
}

// located makes a file of "data:TYPE;base64,…", or notes the http or https
// address that it is to be fetched from.
func located(n node) (*chat.Blob, error) {
	text, err := n.borrow()
	if err != nil {
		return nil, err
	}
	rest, ok := cutPrefixFold(text, "data:")
	if !ok {
		return remote(n, text)
	}
	head, data, ok := strings.Cut(rest, ",")
	if !ok || !strings.HasSuffix(strings.ToLower(head), ";base64") {
		return nil, n.bad("must be a data: URL of the form data:image/png;base64,…")
	}
	return decodeFile(n, head[:len(head)-len(";base64")], data)
}

// maxLink bounds an address.
const maxLink = 8 << 10

func remote(n node, text string) (*chat.Blob, error) {
	_, plain := cutPrefixFold(text, "http://")
	_, secure := cutPrefixFold(text, "https://")
	if len(text) > maxLink || !plain && !secure {
		return nil, n.bad("must be a data: URL with base64, or an https address of at most 8 KiB")
	}
	return &chat.Blob{Field: n.path, Link: &chat.Link{URL: strings.Clone(text)}}, nil
}

func decodeFile(n node, mediaType, text string) (*chat.Blob, error) {
	text = strings.TrimRight(text, "=\r\n ")
	if text == "" {
		return nil, n.bad("holds no data")
	}
	if base64.RawStdEncoding.DecodedLen(len(text)) > maxFile+maxFile/32 { // the slack is for line breaks
		return nil, tooBig(n)
	}
	encoding := base64.RawStdEncoding
	if strings.ContainsAny(text, "-_") {
		encoding = base64.RawURLEncoding
	}
	data, err := encoding.DecodeString(text)
	if err != nil {
		return nil, n.bad("is not valid base64")
	}
	if len(data) > maxFile {
		return nil, tooBig(n)
	}
	return fileOf(n, mediaType, data)
}

// fileOf makes a file of its bytes and the type that was told.
func fileOf(n node, mediaType string, data []byte) (*chat.Blob, error) {
	mediaType, err := media.ResolveType(mediaType, data)
	if err != nil {
		return nil, n.bad(err.Error())
	}
	if media.TooManyPixels(data) {
		return nil, n.bad("is a picture of more than 100 million pixels; send a smaller one")
	}
	return &chat.Blob{MIME: mediaType, Data: data, Field: n.path}, nil
}

func tooBig(n node) *chat.Error {
	return &chat.Error{Kind: chat.TooLarge, Param: n.path, Message: n.path + " is longer than 20 MiB; send a smaller file"}
}

// fileName keeps the last element of a client's file name, printable and short.
func fileName(name string) string {
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
