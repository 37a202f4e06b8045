package dialect

import (
	"cmp"
	"slices"
	"strings"

	"github.com/geminid/geminid/chat"
	"github.com/geminid/geminid/chat/media"
)

// The names, in snake_case, under which clients send files. The kind of a file is
// decided by its bytes, so that none of them stands for a kind.
var (
	// fileNames hold an address, a data URL, base64, or an object or array of these.
	fileNames = []string{
		"image_url", "image", "image_urls", "images", "input_image", "input_images", "image_data",
		"video_url", "video", "video_urls", "videos", "input_video", "audio_url", "audio", "input_audio",
		"file", "files", "input_file", "file_url", "file_data", "inline_data", "document", "pdf", "media", "blob",
		"source", "attachment", "attachments", "experimental_attachments",
		"reference", "references", "reference_image", "reference_images",
	}
	// contentNames hold the content of the file that an object is.
	contentNames = []string{
		"url", "uri", "file_uri", "data", "base64", "b64_json", "bytes", "bytes_base64_encoded",
		"image_bytes", "video_bytes", "audio_bytes",
	}
	typeNames     = []string{"mime_type", "media_type", "content_type", "format", "type"}
	titleNames    = []string{"filename", "file_name", "display_name", "name", "title"}
	keptNames     = []string{"file_id", "image_file", "gcs_uri"}
	ignoredBeside = []string{"detail", "cache_control", "fps", "max_pixels", "min_pixels", "video_metadata", "media_resolution", "id",
		"reference_id", "style_image_config", "subject_image_config", "control_image_config"}
)

// FileFields returns the rows of the fields that hold files, with names as the
// dialect has them. They stand in messages and their parts.
func FileFields(names NameMapping) Fields { return fileRows(names, 2) }

func fileRows(names NameMapping, depth int) Fields {
	var inner Fields // shared: a table of its own for each name is fifty megabytes
	if depth > 0 {
		inner = ObjectFields(names, depth)
	}
	rows := make(Fields, 0, len(fileNames))
	for _, name := range fileNames {
		rows = append(rows, Field{Name: names(name), Use: Honored, Note: "files, see [below](#files)", Fields: inner, Files: true})
	}
	return rows
}

// ObjectFields returns the rows of an object that is a file, which may hold others
// to the given depth.
func ObjectFields(names NameMapping, depth int) Fields {
	rows := fileRows(names, depth-1)
	for _, name := range contentNames {
		rows = append(rows, Honor(names(name), "the file: address, `data:` URL or base64"))
	}
	for _, name := range typeNames {
		rows = append(rows, Honor(names(name), "a hint; the bytes decide"))
	}
	for _, name := range titleNames {
		rows = append(rows, Honor(names(name), "the file's name"))
	}
	for _, name := range keptNames {
		rows = append(rows, Refuse(names(name), "is not offered, since no files are kept; send the file itself"))
	}
	rows = append(rows, Honor(names("reference_type"), "a mask is refused"), Refuse(names("mask_image_config"), NoMask))
	for _, name := range ignoredBeside {
		rows = append(rows, Ignore(names(name), "pictures go up as they are", nil, "auto"))
	}
	return rows
}

// base64Names are the fields whose string is base64 of any file, text included. In
// the others it must be of a kind that shows in the bytes, because it may as well
// be an address that went wrong.
var base64Names = []string{
	"data", "base64", "b64_json", "bytes", "bytes_base64_encoded", "image_bytes", "video_bytes", "audio_bytes", "file_data",
}

// fileLabel is what stands beside the content of a file.
type fileLabel struct {
	mediaType, name string
	anyBytes        bool // the content is base64 of any file
}

// ReadFileFields returns the files in all fields of o that are of [FileFields].
func ReadFileFields(o Object) ([]chat.Part, error) {
	return readFields(o, fileLabel{}, fileNames)
}

// ReadObjectFiles returns the files of o if it is, or has, some: o is of
// [ObjectFields], and what stands in it says their type and name.
func ReadObjectFiles(o Object) ([]chat.Part, error) {
	label, err := fileLabel{}.readBeside(o)
	if err != nil {
		return nil, err
	}
	return readFields(o, label, contentNames, fileNames)
}

// readFields returns the files in the fields of these names.
func readFields(o Object, label fileLabel, lists ...[]string) ([]chat.Part, error) {
	var files []chat.Part
	for _, names := range lists {
		for _, name := range names {
			n, given := o.givenField(o.names(name))
			if !given {
				continue
			}
			inner := label
			inner.anyBytes = slices.Contains(base64Names, name)
			if inner.mediaType == "" && strings.HasSuffix(name, "audio") {
				inner.mediaType = anyAudio
			}
			found, err := readFiles(n, inner)
			if err != nil {
				return nil, err
			}
			files = append(files, found...)
		}
	}
	return files, nil
}

// anyAudio stands for a recording of a format that is not known yet. Formats
// without a signature go by what the client says.
const anyAudio = "audio/"

// readFiles returns the files that n holds, in any form that clients use: a string
// with an address, a data URL or base64, an object with such a string, or an array
// of them. It is an error if an object has none.
func readFiles(n Node, label fileLabel) ([]chat.Part, error) {
	switch {
	case n.Value.IsArray():
		nodes, err := n.AsList(MaxFiles)
		var files []chat.Part
		for _, element := range nodes {
			found, failure := readFiles(element, label)
			if failure != nil {
				return nil, failure
			}
			files = append(files, found...)
		}
		return files, err
	case n.Value.IsObject():
		return readFileObject(n, label)
	}
	blob, err := decodeContent(n, label)
	if err != nil {
		return nil, err
	}
	return []chat.Part{{Blob: blob}}, nil
}

func readFileObject(n Node, label fileLabel) ([]chat.Part, error) {
	o, err := n.AsObject()
	if err != nil {
		return nil, err
	}
	if label, err = label.readBeside(o); err != nil {
		return nil, err
	}
	kind := o.Field(o.names("reference_type"))
	if text, err := kind.AsText(); err != nil || strings.Contains(strings.ToUpper(text), "MASK") {
		return nil, cmp.Or(err, error(kind.NewError(NoMask)))
	}
	files, err := readFields(o, label, contentNames, fileNames)
	if err == nil && len(files) == 0 {
		err = n.NewError("holds no file; send an https address or a data: URL with base64")
	}
	return files, err
}

// readBeside reads the type and the name that stand beside a file.
func (l fileLabel) readBeside(o Object) (fileLabel, error) {
	for _, name := range titleNames {
		n, given := o.givenField(o.names(name))
		if !given {
			continue
		}
		text, err := n.AsText()
		if err != nil {
			return l, err
		}
		if text = CleanFileName(text); text != "" {
			l.name = text
			break
		}
	}
	for _, name := range typeNames {
		n, given := o.givenField(o.names(name))
		if !given {
			continue
		}
		text, err := n.AsText()
		switch known := media.TypeByExtension("." + strings.ToLower(text)); {
		case err != nil:
			return l, err
		case strings.Contains(text, "/"):
			l.mediaType = text
			return l, nil
		case known != "":
			l.mediaType = known
			return l, nil
		case name == "format" && l.mediaType == anyAudio && text != "":
			l.mediaType += text
			return l, nil
		}
	}
	return l, nil
}

// decodeContent decodes a string that is a file.
func decodeContent(n Node, label fileLabel) (*chat.Blob, error) {
	text, err := n.borrowText()
	if err != nil {
		return nil, err
	}
	blob, err := decodeURLOrBytes(n, strings.TrimSpace(text), label)
	if err != nil {
		return nil, err
	}
	blob.Name = label.name
	return blob, nil
}

func decodeURLOrBytes(n Node, text string, label fileLabel) (*chat.Blob, error) {
	if strings.Contains(text[:min(len(text), 32)], ":") {
		return DecodeURL(n)
	}
	known := label.anyBytes || label.mediaType != "" && label.mediaType != anyAudio
	blob, err := decodeFile(n, strings.TrimSuffix(label.mediaType, "/"), text)
	if !known && (err != nil && chat.AsError(err).Kind != chat.TooLarge || err == nil && media.DetectType(blob.Data) == "") {
		return nil, n.NewError("must be a data: URL with base64, or an https address of at most 8 KiB")
	}
	return blob, err
}
