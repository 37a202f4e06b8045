package main

import (
	"cmp"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/geminid/geminid/cookie"
)

// Which files in Downloads are looked into: one export is a minute old when it
// is wanted, and other downloads are nobody's business.
const (
	recent    = 24 * time.Hour
	mostFiles = 50
)

// found is a file that may hold a session.
type found struct {
	path    string
	changed time.Time
	profile string // the throw-away profile it belongs to, else empty
}

// candidates returns what may hold the newest session, newest first: recent
// files in Downloads, and the profiles that quick left.
func (m machine) candidates(now time.Time) []found {
	var list []found
	entries, _ := os.ReadDir(m.downloads()) // a missing folder holds nothing
	for _, entry := range entries {
		info, err := entry.Info()
		if err == nil && info.Mode().IsRegular() && info.Size() > 0 && info.Size() <= cookie.MaxFile &&
			now.Sub(info.ModTime()) < recent {
			list = append(list, found{path: filepath.Join(m.downloads(), entry.Name()), changed: info.ModTime()})
		}
	}
	newestFirst := func(a, b found) int {
		return cmp.Or(b.changed.Compare(a.changed), cmp.Compare(a.path, b.path))
	}
	slices.SortFunc(list, newestFirst)
	list = append(list[:min(len(list), mostFiles)], m.quickProfiles()...)
	slices.SortFunc(list, newestFirst)
	return list
}

// notExports are the rejections that say a file was never meant as an export of
// a Google session; such files are passed over in silence.
var notExports = []cookie.Code{
	cookie.CodeEmpty, cookie.CodeMalformed, cookie.CodeBinary, cookie.CodeHTML,
	cookie.CodeTooBig, cookie.CodeWrongDomain, cookie.CodeTruncated,
}

// newest returns the newest usable export among the candidates. passed tells why
// newer ones could not be used; without a usable one the newest of these reasons
// is the error, nil when there was nothing at all.
func newest(list []found, now time.Time) (best found, export *cookie.Export, passed []error, err error) {
	for _, f := range list {
		export, err := f.parse(now)
		var rejection *cookie.Rejection
		switch {
		case err == nil:
			return f, export, passed, nil
		case errors.As(err, &rejection) && slices.Contains(notExports, rejection.Code), errors.Is(err, fs.ErrPermission):
		default:
			passed = append(passed, err)
		}
	}
	if len(passed) > 0 {
		return found{}, nil, nil, passed[0]
	}
	return found{}, nil, nil, nil
}

// parse reads the file, which may be the database of a profile.
func (f found) parse(now time.Time) (*cookie.Export, error) {
	if wal, err := os.Stat(f.path + "-wal"); f.profile != "" && err == nil && wal.Size() > 0 {
		return nil, &failure{exitUnreadable, "Firefox still runs with the profile of gchat cookies quick, or did not end well",
			"close its window, without signing out, and try again"}
	}
	data, err := os.ReadFile(f.path)
	if err != nil {
		return nil, err
	}
	return cookie.Parse(filepath.Base(f.path), data, now)
}
