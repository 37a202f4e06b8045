package dialect

import (
	"bytes"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"strconv"
	"strings"

	"github.com/tidwall/gjson"

	"github.com/geminid/geminid/chat"
)

// Limits of a form. Its files have those of all files.
const (
	maxFormParts = 128
	maxFormField = 1 << 20
)

// openaiEdit reads POST /v1/images/edits: a form, or JSON with data URLs.
func openaiEdit(r *http.Request) (*Call, error) {
	kind, params, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	switch {
	case kind == "application/json":
		return openaiEditJSON(r)
	case err != nil || kind != "multipart/form-data":
		return nil, chat.NewError(chat.BadRequest, "the request must be multipart/form-data with the fields image and prompt")
	case params["boundary"] == "":
		return nil, chat.NewError(chat.BadRequest, "the form has no boundary in its Content-Type")
	}
	form := formReader{r: r, fields: make(map[string]gjson.Result)}
	if err := form.all(multipart.NewReader(r.Body, params["boundary"])); err != nil {
		return nil, err
	}
	if len(form.images) == 0 {
		return nil, &chat.Error{Kind: chat.BadRequest, Param: "image", Message: "image is missing; send the picture to edit as a file"}
	}
	return openaiPainting(Edits, object{fields: form.fields, spell: exact}, form.images)
}

// formReader gathers a form that comes in any order. Nothing of it touches the
// disk.
type formReader struct {
	r      *http.Request
	fields map[string]gjson.Result
	images []*chat.Blob
}

func (f *formReader) all(parts *multipart.Reader) error {
	for range maxFormParts {
		part, err := parts.NextRawPart()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return f.broken(err)
		}
		if err := f.part(part); err != nil {
			return err
		}
	}
	return chat.NewError(chat.BadRequest, "the form has more than "+strconv.Itoa(maxFormParts)+" parts")
}

func (f *formReader) broken(err error) error {
	var tooLong *http.MaxBytesError
	var refusal *chat.Error
	if errors.As(err, &tooLong) || errors.As(err, &refusal) || f.r.Context().Err() != nil {
		return bodyError(f.r, err)
	}
	return &chat.Error{Kind: chat.BadRequest, Message: "the form is broken or did not arrive whole", Err: err}
}

func (f *formReader) part(part *multipart.Part) error {
	name := part.FormName()
	base, _, _ := strings.Cut(name, "[") // image, image[] and image[0] are one field
	place := node{path: base}
	switch base {
	case "":
		return chat.NewError(chat.BadRequest, "a part of the form has no name")
	case "mask":
		mask, err := f.read(part, place, maxFile)
		if err != nil || mask.Len() == 0 { // some forms send the fields that nobody filled in
			return err
		}
		return place.bad("is not offered; say in the prompt which part of the picture shall change")
	case "image":
		return f.image(place, part)
	}
	text, err := f.read(part, place, maxFormField)
	if err != nil {
		return err
	}
	f.fields[base] = gjson.Result{Type: gjson.String, Str: strings.ToValidUTF8(text.String(), "\ufffd")}
	return nil
}

func (f *formReader) image(place node, part *multipart.Part) error {
	if len(f.images) == maxFiles {
		return tooMany(place, maxFiles, "files")
	}
	data, err := f.read(part, place, maxFile)
	if err != nil {
		return err
	}
	blob, err := picture(place, part.Header.Get("Content-Type"), data.Bytes())
	if err != nil {
		return err
	}
	blob.Name = fileName(part.FileName())
	f.images = append(f.images, blob)
	return nil
}

// read reads a part of at most limit bytes.
func (f *formReader) read(part *multipart.Part, place node, limit int64) (*bytes.Buffer, error) {
	if coding := part.Header.Get("Content-Transfer-Encoding"); coding != "" &&
		!strings.EqualFold(coding, "binary") && !strings.EqualFold(coding, "8bit") {
		return nil, place.bad("must not be encoded; send the bytes as they are")
	}
	data := new(bytes.Buffer)
	switch _, err := data.ReadFrom(io.LimitReader(part, limit+1)); {
	case err != nil:
		return nil, f.broken(err)
	case int64(data.Len()) > limit:
		return nil, &chat.Error{Kind: chat.TooLarge, Param: place.path,
			Message: place.path + " is longer than " + strconv.FormatInt(limit>>20, 10) + " MiB; send less"}
	}
	return data, nil
}

// picture makes a file of bytes that must be a picture, whatever the type told.
func picture(place node, told string, data []byte) (*chat.Blob, error) {
	if len(data) == 0 {
		return nil, place.bad("holds no data")
	}
	if !strings.HasPrefix(told, "image/") {
		told = "image/*"
	}
	return fileOf(place, told, data)
}

// openaiEditJSON reads the newer form of an edit: images: [{image_url}].
func openaiEditJSON(r *http.Request) (*Call, error) {
	body, err := readBody(r, exact)
	if err != nil {
		return nil, err
	}
	if mask := body.at("mask"); !mask.absent() {
		return nil, mask.bad("is not offered; say in the prompt which part of the picture shall change")
	}
	place := body.at("images")
	images, err := place.some(maxFiles)
	if err != nil {
		return nil, err
	}
	if len(images) == 0 {
		return nil, place.bad("must hold the picture to edit")
	}
	var inputs []*chat.Blob
	for _, n := range images {
		fields, err := n.object()
		if err != nil {
			return nil, err
		}
		source := fields.at("image_url")
		blob, err := openaiImage(source)
		switch {
		case err != nil:
			return nil, err
		case blob.Link != nil:
			blob.Link.Picture = true
		case !strings.HasPrefix(blob.MIME, "image/"):
			return nil, source.bad("is no picture; send a PNG, JPEG, WebP, GIF or HEIC image")
		}
		inputs = append(inputs, blob)
	}
	return openaiPainting(Edits, body, inputs)
}
