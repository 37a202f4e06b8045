package uploads

// share is how much somebody has.
type share struct {
	files int // uploads under way included
	bytes int64
}

// addShare counts what an owner gained or lost.
func (s *Store) addShare(owner string, files int, bytes int64) {
	own := s.owners[owner]
	if own == nil {
		own = new(share)
		s.owners[owner] = own
	}
	for _, sum := range []*share{own, &s.all} {
		sum.files += files
		sum.bytes += bytes
	}
	if *own == (share{}) {
		delete(s.owners, owner)
	}
}

// checkRoom returns the error of an owner who wants more than there is room for.
func (s *Store) checkRoom(owner string, files int, bytes int64) error {
	own := share{}
	if sum := s.owners[owner]; sum != nil {
		own = *sum
	}
	limit := s.cfg.MaxSize / ownerPart
	if own.bytes+bytes > limit || own.files+files > maxFiles/ownerPart {
		return &FullError{Own: true, Bytes: limit}
	}
	if s.all.bytes+bytes > s.cfg.MaxSize || s.all.files+files > maxFiles {
		return &FullError{Bytes: limit}
	}
	return nil
}
