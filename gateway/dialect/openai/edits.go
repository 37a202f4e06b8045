package openai

import (
	"bytes"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"strconv"
	"strings"

	"github.com/geminid/geminid/chat"
	"github.com/geminid/geminid/gateway/dialect"
)

// Limits of a form. Its files have the limits of all files.
const (
	maxFormParts = 128
	maxFormField = 1 << 20
)

// decodeEdit reads POST /v1/images/edits: a form, or JSON with data URLs.
func decodeEdit(r *http.Request) (*dialect.Call, error) {
	kind, params, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	switch {
	case kind == "application/json":
		return decodeEditJSON(r)
	case err != nil || kind != "multipart/form-data":
		return nil, chat.NewError(chat.BadRequest, "the request must be multipart/form-data with the fields image and prompt")
	case params["boundary"] == "":
		return nil, chat.NewError(chat.BadRequest, "the form has no boundary in its Content-Type")
	}
	form := formReader{r: r, fields: make(map[string]string)}
	if err := form.readAll(multipart.NewReader(r.Body, params["boundary"])); err != nil {
		return nil, err
	}
	if len(form.images) == 0 {
		return nil, &chat.Error{Kind: chat.BadRequest, Param: "image", Message: "image is missing; send the picture to edit as a file"}
	}
	return decodePictures(dialect.Edits, dialect.FormObject(form.fields), form.images)
}

// formReader collects the parts of a form in any order. None of it touches the
// disk.
type formReader struct {
	r      *http.Request
	fields map[string]string
	images []*chat.Blob
}

func (f *formReader) readAll(parts *multipart.Reader) error {
	for range maxFormParts {
		part, err := parts.NextRawPart()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return f.explainError(err)
		}
		if err := f.addPart(part); err != nil {
			return err
		}
	}
	return chat.NewError(chat.BadRequest, "the form has more than "+strconv.Itoa(maxFormParts)+" parts")
}

func (f *formReader) explainError(err error) error {
	var tooLong *http.MaxBytesError
	var refusal *chat.Error
	if errors.As(err, &tooLong) || errors.As(err, &refusal) || f.r.Context().Err() != nil {
		return dialect.ExplainReadError(f.r, err)
	}
	return &chat.Error{Kind: chat.BadRequest, Message: "the form is broken or did not arrive whole", Err: err}
}

func (f *formReader) addPart(part *multipart.Part) error {
	name := part.FormName()
	base, _, _ := strings.Cut(name, "[") // image, image[] and image[0] are one field
	place := dialect.Node{Path: base}
	switch base {
	case "":
		return chat.NewError(chat.BadRequest, "a part of the form has no name")
	case "mask":
		mask, err := f.readPart(part, place, dialect.MaxFileBytes)
		if err != nil || mask.Len() == 0 { // some forms send the fields that were not filled in
			return err
		}
		return dialect.MaskError(place)
	case "image":
		return f.addImage(place, part)
	}
	text, err := f.readPart(part, place, maxFormField)
	if err != nil {
		return err
	}
	f.fields[base] = strings.ToValidUTF8(text.String(), "\ufffd")
	return nil
}

func (f *formReader) addImage(place dialect.Node, part *multipart.Part) error {
	if len(f.images) == dialect.MaxFiles {
		return place.TooMany(dialect.MaxFiles, "files")
	}
	data, err := f.readPart(part, place, dialect.MaxFileBytes)
	if err != nil {
		return err
	}
	blob, err := newPicture(place, part.Header.Get("Content-Type"), data.Bytes())
	if err != nil {
		return err
	}
	blob.Name = dialect.CleanFileName(part.FileName())
	f.images = append(f.images, blob)
	return nil
}

// readPart returns the bytes of a part of at most limit.
func (f *formReader) readPart(part *multipart.Part, place dialect.Node, limit int64) (*bytes.Buffer, error) {
	if coding := part.Header.Get("Content-Transfer-Encoding"); coding != "" &&
		!strings.EqualFold(coding, "binary") && !strings.EqualFold(coding, "8bit") {
		return nil, place.NewError("must not be encoded; send the bytes as they are")
	}
	data := new(bytes.Buffer)
	switch _, err := data.ReadFrom(io.LimitReader(part, limit+1)); {
	case err != nil:
		return nil, f.explainError(err)
	case int64(data.Len()) > limit:
		return nil, place.TooLong(limit, "less")
	}
	return data, nil
}

// newPicture returns the file of bytes that must be a picture, whatever type the
// client states.
func newPicture(place dialect.Node, stated string, data []byte) (*chat.Blob, error) {
	if len(data) == 0 {
		return nil, place.NewError("holds no data")
	}
	if !strings.HasPrefix(stated, "image/") {
		stated = "image/*"
	}
	return dialect.NewFile(place, stated, data)
}

// decodeEditJSON reads the newer form of an edit: images: [{image_url}].
func decodeEditJSON(r *http.Request) (*dialect.Call, error) {
	body, err := dialect.ReadBody(r, dialect.ExactNames)
	if err != nil {
		return nil, err
	}
	if mask := body.Field("mask"); !mask.IsAbsent() {
		return nil, dialect.MaskError(mask)
	}
	place := body.Field("images")
	images, err := place.AsListOrOne(dialect.MaxFiles)
	if err != nil {
		return nil, err
	}
	if len(images) == 0 {
		return nil, place.NewError("must hold the picture to edit")
	}
	var inputs []*chat.Blob
	for _, n := range images {
		fields, err := n.AsObject()
		if err != nil {
			return nil, err
		}
		source := fields.Field("image_url")
		blob, err := readImage(source)
		switch {
		case err != nil:
			return nil, err
		case blob.Link != nil:
			blob.Link.Picture = true
		case !strings.HasPrefix(blob.MIME, "image/"):
			return nil, source.NewError("is no picture; send a PNG, JPEG, WebP, GIF or HEIC image")
		}
		inputs = append(inputs, blob)
	}
	return decodePictures(dialect.Edits, body, inputs)
}
