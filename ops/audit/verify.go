package audit

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"time"

	"github.com/geminid/geminid/internal/statefile"
)

// Report is the result of [Verify] for a log that is whole.
type Report struct {
	Files   int    `json:"files"`
	Entries uint64 `json:"entries"`
	// First and Last are numbers of entries, 0 in an empty log. First is above 1 if
	// old files were dropped; their entries cannot be verified.
	First uint64    `json:"first"`
	Last  uint64    `json:"last"`
	From  time.Time `json:"from,omitzero"`
	To    time.Time `json:"to,omitzero"`
	// Head is the hash of the last entry.
	Head string `json:"head"`
	// Headless: no head was kept beside the log, so that a tail that was cut would not
	// be found. It is kept from the next entry on.
	Headless bool `json:"headless,omitempty"`
	// Torn is how many bytes follow the last whole line: one that is just being
	// written, or that a crash cut short. Open removes it.
	Torn int64 `json:"torn,omitempty"`
}

// BrokenError names the first line that does not belong where it stands.
type BrokenError struct {
	File   string
	Line   int // from 1; 0 if entries are missing that no line shows
	Reason string
}

// Error implements error.
func (e *BrokenError) Error() string {
	if e.Line == 0 {
		return fmt.Sprintf("%s: %s; put the missing part back from a backup, or if it was removed on purpose delete the .head file too", e.File, e.Reason)
	}
	return fmt.Sprintf("%s, line %d: %s; the entries before it are sound, keep the file and find out who changed it",
		e.File, e.Line, e.Reason)
}

// Verify reads the log at path with all the files that were put aside, and checks
// every line and every link. It may run while the log is being written. The error is
// a *BrokenError, or says why the log cannot be read.
func Verify(path string) (Report, error) {
	report := Report{Head: genesis}
	before, _, err := readHead(path)
	if err != nil {
		return report, fmt.Errorf("verifying the audit log: %w", err)
	}
	files, at, err := openAll(path)
	defer func() {
		for _, f := range files {
			_ = f.Close()
		}
	}()
	if err != nil && (before.Seq == 0 || !errors.Is(err, fs.ErrNotExist)) {
		return report, fmt.Errorf("verifying the audit log: %w", err)
	}
	at.head = before
	for n, file := range files {
		part, err := verifyFile(file, file.Name(), at)
		report.addFile(part)
		if err != nil {
			return report, fmt.Errorf("verifying the audit log: %w", err)
		}
		if part.torn > 0 && n < len(files)-1 {
			broken := &BrokenError{File: file.Name(), Line: part.lines + 1, Reason: "the line is cut short"}
			return report, fmt.Errorf("verifying the audit log: %w", broken)
		}
		at = part.chain
	}
	if err := report.compare(path, before); err != nil {
		return report, fmt.Errorf("verifying the audit log: %w", err)
	}
	return report, nil
}

// compare finds missing entries at the ends of the log, by the head as it was before
// the files were read. Since then entries may have come and old files may have gone.
func (r *Report) compare(path string, before head) error {
	after, known, err := readHead(path)
	switch {
	case err != nil:
		return err
	case !known:
		r.Headless = r.Entries > 0
		return nil
	case r.Last < before.Seq:
		return before.missing(path, fmt.Sprintf("the log ends with entry %d", r.Last))
	case r.Entries > 0 && r.First > after.First:
		return after.missing(path, fmt.Sprintf("the log begins with entry %d", r.First))
	}
	return nil
}

func (r *Report) addFile(p fileSummary) {
	r.Files++
	r.Torn = p.torn
	if p.lines == 0 {
		return
	}
	if r.Entries == 0 {
		r.First, r.From = p.first.Seq, p.first.Time
	}
	r.Entries += uint64(p.lines)
	r.Last, r.To, r.Head = p.last.Seq, p.last.Time, p.last.hash
}

// openAll opens the files of a log, oldest first, and returns the place where the
// chain begins. The newest is opened before the others are listed, so that none is
// missed when one is put aside meanwhile.
func openAll(path string) (files []*os.File, at chain, err error) {
	at = chainStart(0)
	newest, err := statefile.Open(path, os.O_RDONLY, 0)
	if statefile.IsDamaged(err) {
		return nil, at, fmt.Errorf("%s: %w", path, err)
	}
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, at, err
	}
	older, listErr := listOlder(path)
	if listErr != nil || newest == nil && len(older) == 0 {
		return listOf(newest), at, errors.Join(err, listErr)
	}
	for _, o := range older {
		file, err := statefile.Open(o.path, os.O_RDONLY, 0)
		if errors.Is(err, os.ErrNotExist) && len(files) == 0 {
			continue // the oldest one was dropped just now
		}
		if err != nil {
			return append(files, listOf(newest)...), at, err
		}
		if newest != nil && sameFile(file, newest) {
			// Put aside since it was opened; the files after it are younger still.
			_ = file.Close()
			break
		}
		if len(files) == 0 {
			at = chainStart(o.number)
		}
		files = append(files, file)
	}
	return append(files, listOf(newest)...), at, nil
}

func listOf(f *os.File) []*os.File {
	if f == nil {
		return nil
	}
	return []*os.File{f}
}

func sameFile(a, b *os.File) bool {
	ai, err := a.Stat()
	if err != nil {
		return false
	}
	bi, err := b.Stat()
	return err == nil && os.SameFile(ai, bi)
}
