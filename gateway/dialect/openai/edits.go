package openai

import (
	"bytes"
	"cmp"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"regexp"
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
func decodeEdit(r *http.Request, deployment string) (*dialect.Call, error) {
	kind, params, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	switch {
	case kind == "application/json":
		return decodePictureJSON(r, dialect.Edits, deployment)
	case err != nil || kind != "multipart/form-data":
		return nil, chat.NewError(chat.BadRequest, "the request must be multipart/form-data with the fields image and prompt")
	case params["boundary"] == "":
		return nil, chat.NewError(chat.BadRequest, "the form has no boundary in its Content-Type")
	}
	form := formReader{r: r, fields: make(map[string]string)}
	if err := form.readAll(multipart.NewReader(r.Body, params["boundary"])); err != nil {
		return nil, err
	}
	body, err := dialect.NewFormObject(form.fields, pictureFields)
	if err != nil {
		return nil, err
	}
	return decodePictures(dialect.Edits, body, form.images, deployment)
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
	switch isFile := part.FileName() != ""; {
	case base == "":
		return chat.NewError(chat.BadRequest, "a part of the form has no name")
	case isFile && pictureField.MatchString(base), base == "image" && part.Header.Get("Content-Type") != "":
		return f.addImage(place, part)
	case isFile, strings.Contains(strings.ToLower(base), "mask"):
		return f.refuseFile(place, part)
	}
	text, err := f.readPart(part, place, maxFormField)
	if err != nil {
		return err
	}
	value := strings.ToValidUTF8(text.String(), "\ufffd")
	if first, given := f.fields[base]; given && first != "" && value != "" && first != value {
		return place.NewError("is given twice, with different values; send one of them")
	}
	f.fields[base] = cmp.Or(value, f.fields[base])
	return nil
}

// pictureField matches the names under which clients send pictures to edit, such
// as image, image2 and reference_images.
var pictureField = regexp.MustCompile(`(?i)^(input|init|source|reference|ref|base|style|subject)?_?(image|img|picture|photo|file|reference|ref)s?_?(file|url|data)?_?\d*$`)

// refuseFile refuses a file in a field for which there is no use. Some forms send
// the fields that were not filled in.
func (f *formReader) refuseFile(place dialect.Node, part *multipart.Part) error {
	var first [1]byte
	switch n, err := part.Read(first[:]); {
	case n == 0 && errors.Is(err, io.EOF):
		return nil
	case err != nil && !errors.Is(err, io.EOF):
		return f.explainError(err)
	case strings.Contains(strings.ToLower(place.Path), "mask"):
		return place.NewError(dialect.NoMask)
	default:
		return place.NewError("is not a field for files; send pictures to edit as image")
	}
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
