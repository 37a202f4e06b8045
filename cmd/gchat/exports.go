package main

import (
	"bytes"
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

// meant reports whether a file that can not be used was meant as an export of a
// Google session. Most downloads are not; they are passed over in silence.
func meant(err error, data []byte) bool {
	rejection, refused := errors.AsType[*cookie.Rejection](err)
	if !refused {
		return !errors.Is(err, fs.ErrPermission)
	}
	switch rejection.Code {
	case cookie.CodeEmpty, cookie.CodeBinary, cookie.CodeHTML, cookie.CodeNotReadable:
		return false
	case cookie.CodeMalformed, cookie.CodeTruncated, cookie.CodeTooBig, cookie.CodeWrongDomain:
		return bytes.Contains(data, []byte("1PSID"))
	}
	return true
}

// newest returns the newest usable export among the candidates. passed tells why
// newer ones could not be used; without a usable one the newest of these reasons
// is the error, nil when there was nothing at all.
func newest(list []found, now time.Time) (best found, export *cookie.Export, passed []error, err error) {
	for _, f := range list {
		data, err := f.read()
		if err == nil {
			export, err = cookie.Parse(f.name(), data, now)
		}
		if err == nil {
			return f, export, passed, nil
		}
		if meant(err, data) {
			passed = append(passed, unusable(err))
		}
	}
	if len(passed) > 0 {
		return found{}, nil, nil, passed[0]
	}
	return found{}, nil, nil, nil
}

// name is what the file is called in messages.
func (f found) name() string {
	if f.path == "-" {
		return "standard input"
	}
	return filepath.Base(f.path)
}

// parse reads the file, which may be a database.
func (f found) parse(now time.Time) (*cookie.Export, error) {
	data, err := f.read()
	if err != nil {
		return nil, err
	}
	return cookie.Parse(f.name(), data, now)
}

// read reads the file. The profile of a browser that still runs is left alone:
// its newest values are elsewhere, and it would go on renewing them.
func (f found) read() ([]byte, error) {
	if f.profile != "" && inUse(f.profile) {
		return nil, &failure{exitUnreadable, "Firefox still runs with the profile of gchat cookies quick",
			"close its window, without signing out, and try again"}
	}
	return cookie.Read(f.path)
}
