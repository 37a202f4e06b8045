package audit

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/geminid/geminid/internal/statefile"
)

// Report is what Verify found in a log that is whole.
type Report struct {
	Files   int    `json:"files"`
	Entries uint64 `json:"entries"`
	// First and Last are numbers of entries, 0 in an empty log. First is above 1
	// when old files were dropped: what was in them can not be verified.
	First uint64    `json:"first"`
	Last  uint64    `json:"last"`
	From  time.Time `json:"from,omitzero"`
	To    time.Time `json:"to,omitzero"`
	// Head is the hash of the last entry.
	Head string `json:"head"`
	// Torn is how many bytes follow the last whole line: one that is just being
	// written, or that a crash cut short. Open removes it.
	Torn int64 `json:"torn,omitempty"`
}

// BrokenError names the first line that does not belong where it stands.
type BrokenError struct {
	File   string
	Line   int // from 1
	Reason string
}

// Error implements error.
func (e *BrokenError) Error() string {
	return fmt.Sprintf("%s, line %d: %s; the entries before it are sound, keep the file and find out who changed it",
		e.File, e.Line, e.Reason)
}

// Verify reads the log at path with all the files that were put aside, and
// checks every line and every link. It may run while the log is being written.
// The error is a *BrokenError, or says why the log can not be read.
func Verify(path string) (Report, error) {
	report := Report{Head: genesis}
	files, at, err := openAll(path)
	defer func() {
		for _, f := range files {
			_ = f.Close()
		}
	}()
	if err != nil {
		return report, fmt.Errorf("verifying the audit log: %w", err)
	}
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
	return report, nil
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

// openAll opens the files of a log, oldest first, and tells where the chain begins.
// The newest is opened before the others are listed, so that none is missed when
// one is put aside meanwhile.
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
			// Put aside since it was opened; what follows it is younger still.
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

// chain is a place between two lines.
type chain struct {
	seq  uint64
	head string
	// anywhere: nothing is known of what came before.
	anywhere bool
}

// chainStart is where the oldest file of a log may begin: at the first entry, or
// anywhere when files before it were dropped. That is so for one that was put
// aside with a number above 1; the newest file has the number 0.
func chainStart(number int) chain { return chain{head: genesis, anywhere: number > 1} }

// fileSummary is what one file holds.
type fileSummary struct {
	chain
	first, last entry
	lines       int
	size        int64 // of whole lines
	torn        int64 // behind them
}

// verifyFile reads one file from its beginning, and checks that it goes on from
// a place in the chain. It stops at the first line that is wrong; the part then
// holds what came before.
func verifyFile(r io.Reader, name string, at chain) (fileSummary, error) {
	p := fileSummary{chain: at}
	lines := bufio.NewReaderSize(r, maxLine)
	for {
		line, err := lines.ReadSlice('\n')
		if errors.Is(err, io.EOF) {
			p.torn = int64(len(line))
			return p, nil
		}
		if errors.Is(err, bufio.ErrBufferFull) {
			return p, p.brokenError(name, fmt.Sprintf("it is longer than %d bytes", maxLine))
		}
		if err != nil {
			return p, err
		}
		if err := p.acceptLine(bytes.TrimSuffix(line, []byte("\n"))); err != nil {
			return p, p.brokenError(name, err.Error())
		}
		p.size += int64(len(line))
	}
}

func (p *fileSummary) brokenError(name, reason string) error {
	return &BrokenError{File: name, Line: p.lines + 1, Reason: reason}
}

// acceptLine takes the next line.
func (p *fileSummary) acceptLine(line []byte) error {
	e, err := decodeLine(line)
	if err != nil {
		return err
	}
	switch {
	case p.anywhere && e.Seq == 0, p.anywhere && e.Seq == 1 && e.Prev != genesis:
		return errors.New("it is not how a log begins")
	case !p.anywhere && e.Seq != p.seq+1:
		return fmt.Errorf("it has the number %d where %d belongs", e.Seq, p.seq+1)
	case !p.anywhere && e.Prev != p.head:
		return errors.New("it does not continue the line before it")
	}
	if p.lines == 0 {
		p.first = e
	}
	p.lines++
	p.last = e
	p.chain = chain{seq: e.Seq, head: e.hash}
	return nil
}

// olderFile is a file that was put aside.
type olderFile struct {
	path   string
	number int
}

// olderPath returns the name under which the newest file is put aside:
// audit.log becomes audit-3.log.
func olderPath(path string, number int) string {
	ext := filepath.Ext(path)
	return strings.TrimSuffix(path, ext) + "-" + strconv.Itoa(number) + ext
}

// listOlder lists the files that were put aside, oldest first.
func listOlder(path string) ([]olderFile, error) {
	ext := filepath.Ext(path)
	stem := strings.TrimSuffix(filepath.Base(path), ext)
	pattern := regexp.MustCompile(`^` + regexp.QuoteMeta(stem) + `-([1-9][0-9]{0,8})` + regexp.QuoteMeta(ext) + `$`)
	entries, err := os.ReadDir(filepath.Dir(path))
	if err != nil {
		return nil, err
	}
	var files []olderFile
	for _, e := range entries {
		if m := pattern.FindStringSubmatch(e.Name()); m != nil {
			number, _ := strconv.Atoi(m[1]) // nine digits always fit
			files = append(files, olderFile{filepath.Join(filepath.Dir(path), e.Name()), number})
		}
	}
	slices.SortFunc(files, func(a, b olderFile) int { return a.number - b.number })
	return files, nil
}
