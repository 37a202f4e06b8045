package audit

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/geminid/geminid/internal/statefile"
)

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

// firstOf reads the number of the oldest entry of a log, 0 if it has none.
func firstOf(path string) (uint64, error) {
	older, err := listOlder(path)
	if err != nil {
		return 0, err
	}
	oldest := path
	if len(older) > 0 {
		oldest = older[0].path
	}
	file, err := statefile.Open(oldest, os.O_RDONLY, 0)
	if err != nil {
		return 0, err
	}
	defer file.Close()
	line, err := bufio.NewReaderSize(file, maxLine).ReadSlice('\n')
	if errors.Is(err, io.EOF) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	e, err := decodeLine(bytes.TrimSuffix(line, []byte("\n")))
	return e.Seq, err
}
