package client

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"mime"
	"os"
	"path/filepath"

	"github.com/geminid/geminid/chat/media"
	"github.com/geminid/geminid/cmd/gchat/internal/exit"
)

const (
	maxAttached  = 20 << 20 // the server takes no larger file
	mostAttached = 64
)

// Attachment is a file that goes with a question.
type Attachment struct {
	Name, Kind string
	data       []byte
}

// ReadAttachments reads files for a question.
func ReadAttachments(paths []string) ([]Attachment, error) {
	if len(paths) > mostAttached {
		return nil, exit.UsageError(fmt.Sprintf("%d files are too many", len(paths)), "send at most 64 at once")
	}
	var files []Attachment
	for _, path := range paths {
		f, err := os.Open(path)
		if err != nil {
			return nil, err
		}
		data, err := io.ReadAll(io.LimitReader(f, maxAttached+1))
		_ = f.Close() // it was only read
		switch {
		case err != nil:
			return nil, err
		case len(data) == 0:
			return nil, &exit.Failure{Code: exit.Unreadable, What: path + " is empty"}
		case len(data) > maxAttached:
			return nil, &exit.Failure{Code: exit.Unreadable, What: path + " is larger than 20 MiB", Next: "send a smaller file"}
		}
		files = append(files, Attachment{filepath.Base(path), detectKind(path, data), data})
	}
	return files, nil
}

// detectKind is a file's media type: by its bytes, else by its name. A name that
// misleads counts for nothing.
func detectKind(path string, data []byte) string {
	kind, err := media.ResolveType(mime.TypeByExtension(filepath.Ext(path)), data)
	if err != nil {
		kind, _ = media.ResolveType("", data)
	}
	return kind
}

// dataURL is the file in the form in which JSON carries it.
func (a Attachment) dataURL() string {
	return "data:" + a.Kind + ";base64," + base64.StdEncoding.EncodeToString(a.data)
}

// MarshalJSON writes the content as one string, or as parts if files go with
// it. Pictures too are parts of type file: these alone carry a name.
func (m Message) MarshalJSON() ([]byte, error) {
	if len(m.Files) == 0 {
		return json.Marshal(struct {
			Role    string `json:"role"`
			Content string `json:"content"`
		}{m.Role, m.Content})
	}
	parts := []any{map[string]any{"type": "text", "text": m.Content}}
	for _, f := range m.Files {
		parts = append(parts, map[string]any{"type": "file", "file": map[string]string{"filename": f.Name, "file_data": f.dataURL()}})
	}
	return json.Marshal(map[string]any{"role": m.Role, "content": parts})
}
