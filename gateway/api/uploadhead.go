package api

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"strconv"
	"strings"

	"github.com/geminid/geminid/chat"
	"github.com/geminid/geminid/gateway/dialect"
	"github.com/geminid/geminid/gateway/uploads"
)

// readWanted reads what a client says about a file: {"file": {"displayName": …}}, or
// nothing.
func readWanted(r *http.Request, head io.Reader) (wanted uploads.Wanted, err error) {
	text, err := io.ReadAll(io.LimitReader(head, maxUploadHead+1))
	switch {
	case err != nil:
		return wanted, uploadReadError(r, err)
	case len(text) > maxUploadHead:
		return wanted, dialect.BodyTooLong(maxUploadHead)
	case len(bytes.TrimSpace(text)) == 0:
		return wanted, nil
	case !json.Valid(text) && !bytes.ContainsRune(text, '"'):
		text = bytes.ReplaceAll(text, []byte("'"), []byte(`"`)) // as Google's examples for curl write it
	}
	inner := r.WithContext(r.Context())
	inner.Body, inner.ContentLength = io.NopCloser(bytes.NewReader(text)), int64(len(text))
	body, err := dialect.ReadBody(inner, dialect.CamelNames, nil)
	if err != nil {
		return wanted, err
	}
	file, err := body.Field("file").AsObject()
	if err != nil {
		return wanted, err
	}
	for name, value := range map[string]*string{"name": &wanted.ID, "displayName": &wanted.DisplayName, "mimeType": &wanted.MIME} {
		if *value, err = file.Field(name).AsText(); err != nil {
			return wanted, err
		}
	}
	wanted.ID = strings.TrimPrefix(wanted.ID, "files/")
	return wanted, nil
}

// uploadName returns the file name that the SDKs send beside an upload.
func uploadName(r *http.Request) string {
	return dialect.CleanFileName(r.Header.Get("X-Goog-Upload-File-Name"))
}

func headerOr(r *http.Request, name, other string) string {
	if value := r.Header.Get(name); value != "" {
		return value
	}
	return other
}

// readCount reads a header that holds a count, other if it is not there.
func readCount(r *http.Request, name string, other int64) (int64, error) {
	text := r.Header.Get(name)
	if text == "" {
		return other, nil
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n < 0 {
		return 0, chat.NewError(chat.BadRequest, name+" must hold a number of bytes")
	}
	return n, nil
}
