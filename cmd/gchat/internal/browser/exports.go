package browser

import (
	"cmp"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/geminid/geminid/cmd/gchat/internal/exit"
	"github.com/geminid/geminid/cookie"
	"github.com/geminid/geminid/cookie/export"
)

// Which files in Downloads are looked into: one export is a minute old when it
// is wanted, and other downloads are private.
const (
	recentSpan = 24 * time.Hour
	maxFiles   = 50
)

// Candidate is a file that may hold a session.
type Candidate struct {
	Path    string
	Changed time.Time
	Profile string // the throw-away profile it belongs to, else empty
}

// FindCandidates returns the files that may hold the newest session, newest first: recent
// files in Downloads, and the profiles that quick left.
func (m Machine) FindCandidates(now time.Time) []Candidate {
	var list []Candidate
	entries, _ := os.ReadDir(m.DownloadDir()) // a missing folder holds nothing
	for _, entry := range entries {
		info, err := entry.Info()
		if err == nil && info.Mode().IsRegular() && info.Size() > 0 && info.Size() <= export.MaxFile &&
			now.Sub(info.ModTime()) < recentSpan {
			list = append(list, Candidate{Path: filepath.Join(m.DownloadDir(), entry.Name()), Changed: info.ModTime()})
		}
	}
	newestFirst := func(a, b Candidate) int {
		return cmp.Or(b.Changed.Compare(a.Changed), cmp.Compare(a.Path, b.Path))
	}
	slices.SortFunc(list, newestFirst)
	list = append(list[:min(len(list), maxFiles)], m.findProfiles()...)
	slices.SortFunc(list, newestFirst)
	return list
}

// wasMeant reports whether a file that cannot be used was meant as an export of a
// Google session. Most downloads are not; they are passed over in silence.
func wasMeant(err error, data []byte) bool {
	rejection, refused := errors.AsType[*cookie.Rejection](err)
	if !refused {
		return !errors.Is(err, fs.ErrPermission)
	}
	return export.IsMeant(rejection, data)
}

// NewestExport returns the newest usable export among the candidates. passed says why
// newer ones could not be used; without a usable one the newest of these reasons
// is the error, nil if there was nothing at all.
func NewestExport(list []Candidate, now time.Time) (best Candidate, result *export.Result, passed []error, err error) {
	for _, f := range list {
		data, err := f.readContent()
		if err == nil {
			result, err = export.Parse(f.DisplayName(), data, now)
		}
		if err == nil {
			return f, result, passed, nil
		}
		if wasMeant(err, data) {
			passed = append(passed, explainRejection(err))
		}
	}
	if len(passed) > 0 {
		return Candidate{}, nil, nil, passed[0]
	}
	return Candidate{}, nil, nil, nil
}

// DisplayName is the name of the file in messages.
func (f Candidate) DisplayName() string {
	if f.Path == "-" {
		return "standard input"
	}
	return filepath.Base(f.Path)
}

// parseExport reads the file, which may be a database.
func (f Candidate) parseExport(now time.Time) (*export.Result, error) {
	data, err := f.readContent()
	if err != nil {
		return nil, err
	}
	return export.Parse(f.DisplayName(), data, now)
}

// readContent reads the file. The profile of a browser that still runs is left alone:
// its newest values are elsewhere, and it would go on renewing them.
func (f Candidate) readContent() ([]byte, error) {
	if f.Profile != "" && isRunning(f.Profile) {
		return nil, exit.New(exit.Unreadable, "Firefox still runs with the profile of gchat cookies quick",
			"close its window, without signing out, and try again")
	}
	return export.ReadFile(f.Path)
}

// ReadExport reads the file that was named, or standard input if path is "-".
func ReadExport(stdin io.Reader, path string, now time.Time) (Candidate, *export.Result, error) {
	source := Candidate{Path: path}
	if path != "-" {
		source.Changed = latestChange(path, path+"-wal")
		result, err := source.parseExport(now)
		return source, result, explainRejection(err)
	}
	data, err := io.ReadAll(io.LimitReader(stdin, export.MaxFile+1))
	if err != nil {
		return source, nil, explainRejection(err)
	}
	result, err := export.Parse(source.DisplayName(), data, now)
	return source, result, explainRejection(err)
}

// explainRejection distinguishes a refused export from a file that cannot be read.
func explainRejection(err error) error {
	var r *cookie.Rejection
	var told *exit.Failure
	switch {
	case err == nil, errors.As(err, &told):
		return err
	case !errors.As(err, &r):
		return exit.New(exit.Unreadable, "the export cannot be read: "+err.Error(), "check the name and the file's mode")
	case r.Code == cookie.CodeNotReadable:
		return &exit.Failure{Code: exit.Unreadable, What: r.Line()}
	}
	return &exit.Failure{Code: exit.Refused, What: r.Line()}
}
