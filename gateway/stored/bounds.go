package stored

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
)

// ownerPart is the part of the store that one owner may fill.
const ownerPart = 2

// addRecord notes a record as the newest.
func (s *Store) addRecord(r *record) {
	s.records[r.name] = s.order.PushBack(r)
	of := s.owners[r.owner]
	if of == nil {
		of = new(share)
		s.owners[r.owner] = of
	}
	for _, sum := range []*share{&s.all, of} {
		sum.bytes += r.size
		sum.records++
	}
}

// forget drops the note of a record, if there is one.
func (s *Store) forget(name string) {
	e := s.records[name]
	if e == nil {
		return
	}
	r := s.order.Remove(e).(*record)
	delete(s.records, name)
	of := s.owners[r.owner]
	for _, sum := range []*share{&s.all, of} {
		sum.bytes -= r.size
		sum.records--
	}
	if of.records == 0 {
		delete(s.owners, r.owner)
	}
}

// RemoveExpired removes the records that are too old. It is cheap if there are none.
func (s *Store) RemoveExpired() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for e := s.order.Front(); e != nil; e = s.order.Front() {
		r := e.Value.(*record)
		if !s.isExpired(r) {
			break
		}
		s.drop(r)
	}
	s.makeRoom("")
}

// isExpired reports whether a record is too old. If the clock was set back, the age of
// newer ones begins anew.
func (s *Store) isExpired(r *record) bool {
	now := s.cfg.Now()
	if r.saved.After(now) {
		r.saved = now
	}
	return !now.Before(r.saved.Add(s.cfg.MaxAge))
}

// makeRoom removes the oldest records of an owner, then of all, as long as there are too
// many.
func (s *Store) makeRoom(owner Owner) {
	of := s.owners[owner]
	for e := s.order.Front(); e != nil && of != nil && s.isFull(of, ownerPart); {
		r := e.Value.(*record)
		if e = e.Next(); r.owner == owner {
			s.drop(r)
		}
	}
	for e := s.order.Front(); e != nil && s.isFull(&s.all, 1); e = s.order.Front() {
		s.drop(e.Value.(*record))
	}
}

func (s *Store) isFull(sum *share, part int) bool {
	return sum.bytes > s.cfg.MaxBytes/int64(part) || sum.records > max(1, s.cfg.MaxRecords/part)
}

// drop removes a record for good.
func (s *Store) drop(r *record) {
	s.forget(r.name)
	if err := os.Remove(filepath.Join(s.cfg.Dir, r.name)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		s.cfg.Logger.Warn("a stored record could not be removed; remove it by hand", "dir", s.cfg.Dir, "err", err)
	}
}
