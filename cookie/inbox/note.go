package inbox

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/geminid/geminid/cookie"
	"github.com/geminid/geminid/internal/statefile"
)

// noteHead begins every note. Only files that begin so are ever removed.
const noteHead = "geminid did not take this file over.\n"

const noteFoot = "This note goes away when the file is replaced by a good one, or removed.\n"

// Refuse lays a note beside a file of the inbox, NAME.rejected.txt, that explains to
// its owner why it is not used. When the file is gone meanwhile there is nothing to
// note.
func (i *Inbox) Refuse(file string, why *cookie.Rejection) error {
	return i.replaceNote(file, func(r *folder) error {
		if _, err := r.root.Lstat(file); errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		note := []byte(noteHead + "\n" + strings.TrimSpace(why.Line()) + "\n\n" + noteFoot)
		if old, err := r.readNote(file + noteSuffix); err == nil && bytes.Equal(old, note) {
			return nil
		}
		return writeNote(r.root, file+noteSuffix, note)
	})
}

// Accept removes the note beside a file, if there is one.
func (i *Inbox) Accept(file string) error {
	return i.replaceNote(file, func(r *folder) error { return r.removeNote(file + noteSuffix) })
}

func (i *Inbox) replaceNote(file string, write func(*folder) error) error {
	if file != filepath.Base(file) || isIgnored(file) {
		return fmt.Errorf("%q names no file of the inbox", file)
	}
	r, err := openFolder(i.cfg.Dir)
	if err != nil {
		return fmt.Errorf("opening the inbox: %w", statefile.WithRemedy(err))
	}
	defer r.closeRoot()
	if err := write(r); err != nil {
		return fmt.Errorf("noting beside %s what became of it: %w", file, statefile.WithRemedy(err))
	}
	return nil
}

// readNote returns a note of ours, errNotHere for any other file.
func (r *folder) readNote(name string) ([]byte, error) {
	f, _, err := r.openFile(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, 64<<10))
	if err != nil {
		return nil, err
	}
	if !bytes.HasPrefix(data, []byte(noteHead)) {
		return nil, errNotHere
	}
	return data, nil
}

func (r *folder) removeNote(name string) error {
	if _, err := r.readNote(name); err != nil {
		if errors.Is(err, errNotHere) {
			return nil
		}
		return err
	}
	err := r.root.Remove(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

// halfNote matches the temporary file of a note.
var halfNote = regexp.MustCompile(`^\..+` + regexp.QuoteMeta(noteSuffix) + `[0-9]+$`)

// sweepNotes removes the halves of notes that an interrupted write left. A file that
// does not begin as a note does is left alone.
func (r *folder) sweepNotes() {
	entries, _ := r.listEntries()
	for _, e := range entries {
		if !halfNote.MatchString(e.Name()) || !e.Type().IsRegular() {
			continue
		}
		f, _, err := r.openFile(e.Name())
		if err != nil {
			continue
		}
		head, err := io.ReadAll(io.LimitReader(f, int64(len(noteHead))))
		_ = f.Close()
		if err == nil && strings.HasPrefix(noteHead, string(head)) {
			_ = r.root.Remove(e.Name())
		}
	}
}

// removeOrphans removes the notes whose file is gone. A failure is no news: the
// next scan tries again.
func (r *folder) removeOrphans(entries []fs.DirEntry) {
	present := make(map[string]bool, len(entries))
	for _, e := range entries {
		present[e.Name()] = true
	}
	for _, e := range entries {
		file, isNote := strings.CutSuffix(e.Name(), noteSuffix)
		if isNote && !present[file] {
			_ = r.removeNote(e.Name())
		}
	}
}
