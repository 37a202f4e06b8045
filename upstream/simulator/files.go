package simulator

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"image"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"
)

const (
	fileLife  = 24 * time.Hour
	maxFile   = 100 << 20
	keptFiles = 500
)

var errTooLarge = errors.New("simulator: the file is too large")

// files are the uploads of the last day, oldest first. Of a picture only a
// small copy is kept, of other files their hash.
type files struct {
	mu      sync.Mutex
	list    []*upload
	started []*transfer // resumable uploads that are not finished
}

type upload struct {
	ref, name, mime string
	size            int
	sum             [sha256.Size]byte
	made            time.Time
	misnamed        bool // the MIME type does not fit the bytes
	small           image.Image
}

// storeFile reads a file as it arrives and returns its reference. Only the properties that
// answers show are stored.
func (s *Simulator) storeFile(name, mime string, from io.Reader) (ref string, err error) {
	sum, size := sha256.New(), counter(0)
	data := bufio.NewReaderSize(io.TeeReader(io.LimitReader(from, maxFile+1), io.MultiWriter(sum, &size)), 64<<10)
	head, _ := data.Peek(64 << 10)
	sniffed := http.DetectContentType(head)
	u := &upload{name: name, mime: mime, made: s.now(), small: makeThumbnail(bytes.Clone(head), data)}
	if _, err := io.Copy(io.Discard, data); err != nil {
		return "", err
	}
	if size > maxFile {
		return "", errTooLarge
	}
	u.size, u.sum = int(size), [sha256.Size]byte(sum.Sum(nil))
	u.ref = fmt.Sprintf("/contrib_service/ttl_1d/%d%s", s.now().Unix(), strings.ToLower(randomLetters(s.seededRandom("file", s.nextID()), 30)))
	u.misnamed = isMisnamed(mime, sniffed)
	s.files.mu.Lock()
	defer s.files.mu.Unlock()
	s.files.list = append(s.files.list, u)
	if n := len(s.files.list); n > keptFiles {
		s.files.list = slices.Clone(s.files.list[n-keptFiles:])
	}
	return u.ref, nil
}

// containers are formats whose bytes do not show whether they hold only sound or also a
// film.
var containers = map[string][]string{
	"application/ogg": {"audio/ogg", "video/ogg", "audio/opus"},
	"video/mp4":       {"audio/mp4", "audio/m4a", "audio/x-m4a", "video/quicktime"},
	"video/webm":      {"audio/webm"},
}

// isMisnamed reports whether a file's bytes are of another kind than the declared MIME type.
func isMisnamed(told, sniffed string) bool {
	if sniffed == "application/octet-stream" || slices.Contains(containers[sniffed], told) {
		return false
	}
	return slices.ContainsFunc([]string{"image/", "audio/", "video/", "application/pdf"}, func(kind string) bool {
		return strings.HasPrefix(sniffed, kind) != strings.HasPrefix(told, kind)
	})
}

// counter counts the bytes written to it.
type counter int

func (n *counter) Write(b []byte) (int, error) { *n += counter(len(b)); return len(b), nil }

// findFile returns the upload behind a reference, nil if there is none.
func (f *files) findFile(ref string) *upload {
	f.mu.Lock()
	defer f.mu.Unlock()
	i := slices.IndexFunc(f.list, func(u *upload) bool { return u.ref == ref })
	if i < 0 {
		return nil
	}
	return f.list[i]
}

func (f *files) knowsFile(ref string, now time.Time) bool {
	u := f.findFile(ref)
	return u != nil && now.Sub(u.made) < fileLife
}

// describeFiles returns the text that describes a received file in the answer, so that a
// client's test can see it.
func (f *files) describeFiles(a attachment) string {
	u := f.findFile(a.ref)
	if u == nil || u.misnamed {
		return fmt.Sprintf("I don't seem to have access to that content (%s).\n\n", a.name)
	}
	kind := u.mime
	if u.small != nil {
		kind += ", a picture"
	}
	return fmt.Sprintf("I can see %s: %s, %d bytes, sha256 %x.\n\n", a.name, kind, u.size, u.sum)
}
