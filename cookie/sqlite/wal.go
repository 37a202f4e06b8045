package sqlite

import "encoding/binary"

// ApplyWAL returns a database with the changes of its -wal file written into it,
// as SQLite does when the last program closes the database. It is not ok if db is no
// database that keeps its changes apart, if the -wal file cannot be used, or if the
// result has more than limit bytes. It does not check that the two files belong
// together: the caller reads the result and decides.
func ApplyWAL(db, wal []byte, limit int64) (whole []byte, ok bool) {
	head, err := readHeader(string(db[:min(len(db), sqliteHeader)]))
	if err != nil || !head.WAL {
		return nil, false
	}
	frames, size, ok := committedChanges(wal, head.pageSize)
	if !ok || size > limit {
		return nil, false
	}
	if size == 0 { // nothing is pending
		size = int64(len(db))
	}
	whole = make([]byte, size)
	copy(whole, db)
	for _, f := range frames {
		if at := int64(f.page-1) * int64(head.pageSize); at < size {
			copy(whole[at:], f.content)
		}
	}
	whole[walWrite], whole[walRead] = 1, 1 // no -wal file belongs to this copy
	return whole, true
}

// frame is one changed page in a -wal file.
type frame struct {
	page    uint32
	content []byte
}

const (
	walMagic    = 0x377f0682 // the lowest bit: checksums read big-endian words
	walVersion  = 3007000
	walHeader   = 32
	frameHeader = 24
)

// committedChanges returns the changes that a -wal file holds up to its last commit, in
// order, and the database's size in bytes after it, zero without a commit. Data after
// that belongs to a transaction under way, or was left over when the file was begun
// anew, and is no error; it is not ok when the file's header is not valid.
// The format: https://sqlite.org/fileformat2.html#walformat
func committedChanges(wal []byte, pageSize int) (frames []frame, size int64, ok bool) {
	if len(wal) == 0 {
		return nil, 0, true
	}
	if len(wal) < walHeader {
		return nil, 0, false
	}
	word := func(at int) uint32 { return binary.BigEndian.Uint32(wal[at:]) }
	sum := walSum{order: binary.LittleEndian}
	if word(0)&1 == 1 {
		sum.order = binary.BigEndian
	}
	sum.addBytes(wal[:24])
	if word(0)&^1 != walMagic || word(4) != walVersion || int64(word(8)) != int64(pageSize) || !sum.equalsStored(word(24), word(28)) {
		return nil, 0, false
	}
	valid := 0
	for at := walHeader; at+frameHeader+pageSize <= len(wal); at += frameHeader + pageSize {
		content := wal[at+frameHeader : at+frameHeader+pageSize]
		sum.addBytes(wal[at : at+8])
		sum.addBytes(content)
		if word(at) == 0 || word(at+8) != word(16) || word(at+12) != word(20) || !sum.equalsStored(word(at+16), word(at+20)) {
			break
		}
		frames = append(frames, frame{word(at), content})
		if pages := word(at + 4); pages != 0 {
			valid, size = len(frames), int64(pages)*int64(pageSize)
		}
	}
	return frames[:valid], size, true
}

// walSum is the running checksum of a -wal file.
type walSum struct {
	order binary.ByteOrder
	a, b  uint32
}

// addBytes takes in data, whose length is a multiple of eight.
func (s *walSum) addBytes(data []byte) {
	for ; len(data) >= 8; data = data[8:] {
		s.a += s.order.Uint32(data) + s.b
		s.b += s.order.Uint32(data[4:]) + s.a
	}
}

func (s *walSum) equalsStored(a, b uint32) bool { return s.a == a && s.b == b }
