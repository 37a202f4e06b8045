package uploads

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"strings"
	"time"

	"github.com/geminid/geminid/internal/statefile"
)

// description is what lies beside the bytes of a file.
type description struct {
	DisplayName string    `json:"display_name,omitempty"`
	MIME        string    `json:"mime_type"`
	Size        int64     `json:"size"`
	SHA256      []byte    `json:"sha256"`
	Created     time.Time `json:"created"`
}

// maxDescription bounds a description.
const maxDescription = 16 << 10

// writeDescription makes a file one that is kept: from then on it survives.
func (s *Store) writeDescription(key fileKey, f File) error {
	text, err := json.Marshal(description{f.DisplayName, f.MIME, f.Size, f.SHA256, f.Created})
	if err != nil {
		return err
	}
	return statefile.Replace(s.filePath(key.describedName()), text, true)
}

// adoptFiles takes in the files that an earlier run left, and removes what it left of
// uploads under way: bytes without a description.
func (s *Store) adoptFiles(found []fs.DirEntry) {
	statefile.RemoveTemporaries(s.cfg.Dir, func(string, time.Duration) bool { return true })
	for _, entry := range found {
		if key, ok := parseName(entry.Name()); ok && strings.HasSuffix(entry.Name(), described) {
			s.adoptFile(key)
		}
	}
	for _, entry := range found {
		key, ok := parseName(entry.Name())
		if _, kept := s.files[key]; strings.HasPrefix(entry.Name(), unfinished) || ok && !kept {
			s.removeName(entry.Name())
		}
	}
}

// parseName returns the file to which a name in the folder belongs. Other names are not
// ours.
func parseName(name string) (key fileKey, ok bool) {
	key.owner, key.id, ok = strings.Cut(strings.TrimSuffix(name, described), "-")
	return key, ok && len(key.owner) == ownerChars && isID(key.id)
}

// adoptFile takes in a file if its description and its bytes are whole.
func (s *Store) adoptFile(key fileKey) {
	text, err := statefile.Read(s.filePath(key.describedName()), maxDescription)
	if err != nil {
		return
	}
	var d description
	info, err := os.Lstat(s.filePath(key.dataName()))
	if errors.Join(err, json.Unmarshal(text, &d)) != nil || !info.Mode().IsRegular() || info.Size() != d.Size {
		return
	}
	s.files[key] = File{ID: key.id, DisplayName: d.DisplayName, MIME: d.MIME, Size: d.Size, SHA256: d.SHA256, Created: d.Created, Expires: d.Created.Add(MaxAge)}
	s.addShare(key.owner, 1, d.Size)
}
