package inbox

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"time"

	"github.com/geminid/geminid/cookie"
	"github.com/geminid/geminid/cookie/export"
	"github.com/geminid/geminid/internal/contain"
	"github.com/geminid/geminid/internal/owner"
	"github.com/geminid/geminid/internal/statefile"
)

// scan is one Rescan under way.
type scan struct {
	inbox  *Inbox
	folder *folder
	at     time.Time // of the look under way: its findings changed at one time
	moving []moving
	still  []look
	found  []finding
	errs   []error
	out    Scan
}

// moving is a file with new content that must hold still before it counts.
type moving struct {
	look   look
	pauses int // for how many it has held still
}

type finding struct {
	drop    Drop
	changed time.Time
}

// inspectFirst looks at a name and takes it up when there is something new.
func (s *scan) inspectFirst(name string) {
	l, err := s.folder.inspectFile(name)
	if err != nil {
		s.countUninspected(name, err)
		return
	}
	if s.inbox.observeLook(l, s.at) {
		s.moving = append(s.moving, moving{look: l})
	}
}

func (s *scan) countUninspected(name string, err error) {
	if !errors.Is(err, errNotHere) {
		s.errs = append(s.errs, fmt.Errorf("reading %s from the inbox: %w", name, statefile.WithRemedy(err)))
	}
}

// observeLook keeps a look in mind and reports whether it shows something that was
// not handed out yet.
func (i *Inbox) observeLook(l look, now time.Time) (news bool) {
	i.mu.Lock()
	defer i.mu.Unlock()
	m := i.files[l.name]
	if m == nil {
		m = &fileMemo{}
		i.files[l.name] = m
	}
	if m.last.hash != l.hash {
		undealt := m.last.info != nil && m.last.hash != m.seen
		m.growing = undealt && os.SameFile(m.last.info, l.info) && isRecent(m.changed, now)
		m.changed = now
	}
	m.last = l
	if l.kind.hasNoContent() {
		return m.blocked != l.hash
	}
	m.blocked = ""
	return m.seen != l.hash
}

// waitUntilStill waits until the moving files hold still. When some do and others go on
// moving, the first ones need not wait for the others.
func (s *scan) waitUntilStill(ctx context.Context) error {
	for range maxPauses {
		if len(s.moving) == 0 || len(s.still) > 0 {
			break
		}
		if err := waitQuiet(ctx); err != nil {
			return err
		}
		s.at = s.inbox.cfg.Now()
		moved := s.moving
		s.moving = nil
		for _, m := range moved {
			s.inspectAgain(m)
		}
	}
	s.out.Pending = len(s.moving) > 0
	return nil
}

// inspectAgain looks once more at a moving file, one pause later.
func (s *scan) inspectAgain(m moving) {
	l, err := s.folder.inspectFile(m.look.name)
	if err != nil {
		s.countUninspected(m.look.name, err)
		return
	}
	if !s.inbox.observeLook(l, s.at) {
		return // it is the same as before
	}
	if !l.equals(m.look) {
		s.moving = append(s.moving, moving{look: l})
		return
	}
	m.pauses++
	if !l.closed && m.pauses < unclosedPauses {
		s.moving = append(s.moving, m)
		return
	}
	s.still = append(s.still, l)
}

// deliverDrops turns the files that hold still into drops.
func (s *scan) deliverDrops() {
	now := s.inbox.cfg.Now()
	for _, l := range s.still {
		drop, err := s.openDrop(l, now)
		if errors.Is(err, errMoved) || errors.Is(err, errNotHere) {
			s.out.Pending = true
			continue
		}
		if err != nil {
			s.countUninspected(l.name, err)
			continue
		}
		changed, ok := s.inbox.handOut(l, drop.Rejection, now)
		if !ok {
			s.out.Pending = true
			continue
		}
		if s.inbox.shared && drop.foreign {
			continue
		}
		if l.info.Mode().IsRegular() && l.info.Mode().Perm()&0o002 != 0 {
			s.inbox.cfg.Logger.Warn("every user of this machine may change this cookie file; run chmod o-w on it", "file", l.name)
		}
		s.found = append(s.found, finding{drop, changed})
	}
}

// openDrop judges the content of a file.
func (s *scan) openDrop(l look, now time.Time) (Drop, error) {
	drop := Drop{File: l.name, Hash: l.hash, Modified: l.info.ModTime()}
	drop.Account, drop.Generic = cookie.AccountFor(l.name)
	switch l.kind {
	case unreadable:
		uid, _ := owner.OfFile(l.info)
		drop.Rejection = cookie.RejectUnreadable(cookie.Unreadable{
			Path: s.inbox.pathOf(l.name), UID: os.Geteuid(), OwnerID: uid, Owner: owner.NameOf(uid), Mode: l.info.Mode(),
		})
	case leadingOut, directory, device:
		drop.Rejection = rejectNoFile(l.name, l.kind)
	case tooBig:
		drop.Rejection = export.RejectTooBig(l.name)
	case readable:
	}
	if l.kind != readable {
		drop.foreign = isForeign(l.name, drop.Rejection, nil)
		return drop, nil
	}
	data, err := s.folder.readFile(l)
	if err != nil {
		return Drop{}, err
	}
	drop.Rejection = cookie.Reject(cookie.CodeMalformed, "could not be read by a fault of this program; please report the line that the log has about it").InFile(l.name)
	contain.Log(s.inbox.cfg.Logger, "reading a cookie file", func() {
		drop.Export, err = export.Parse(l.name, data, now)
		drop.Rejection = nil
	})
	if err != nil {
		rejection, ok := errors.AsType[*cookie.Rejection](err)
		if !ok {
			return Drop{}, err
		}
		drop.Export, drop.Rejection = nil, rejection
		drop.foreign = isForeign(l.name, rejection, data)
	}
	return drop, nil
}

// handOut notes that a content is dealt with. It holds back a content that looks like
// the beginning of a file that is still being written: false means not yet.
func (i *Inbox) handOut(l look, rejection *cookie.Rejection, now time.Time) (changed time.Time, ok bool) {
	i.mu.Lock()
	defer i.mu.Unlock()
	m := i.files[l.name]
	if l.kind.hasNoContent() {
		m.blocked = l.hash
		if l.kind != unreadable {
			m.seen = "" // a file that stands there again is a new one
		}
		return m.changed, true
	}
	if rejection != nil && isRecent(m.changed, now) {
		if m.growing || rejection.Code == cookie.CodeEmpty || rejection.Code == cookie.CodeTruncated {
			return m.changed, false
		}
	}
	m.seen, m.growing = l.hash, false
	return m.changed, true
}

// isRecent reports whether t is less than patience ago. A clock that was set back
// makes nothing recent.
func isRecent(t, now time.Time) bool {
	age := now.Sub(t)
	return age >= 0 && age < patience
}

// forgetMissing forgets the files that are still missing, so that the same content
// counts as new when it is dropped again.
func (s *scan) forgetMissing(missing []string) {
	for _, name := range missing {
		if _, err := s.folder.root.Lstat(name); !errors.Is(err, fs.ErrNotExist) {
			s.out.Pending = true // it came back while we waited
			continue
		}
		if s.inbox.forgetName(name) {
			s.out.Gone = append(s.out.Gone, name)
		}
	}
}

// forgetName removes a name from memory and reports whether it had been handed out.
func (i *Inbox) forgetName(name string) bool {
	i.mu.Lock()
	defer i.mu.Unlock()
	m := i.files[name]
	delete(i.files, name)
	return m != nil && (m.seen != "" || m.blocked != "")
}
