package sqlite

import (
	"errors"
	"strings"
)

// Database is one SQLite file in memory. The reader knows just enough of the
// format (https://sqlite.org/fileformat2.html) to walk the rows of a table. It
// visits every page at most once and reads no more bytes of rows than the file
// has, so damaged or hostile files can neither make it loop nor make it slow.
type Database struct {
	data        string
	pageSize    int
	usable      int // bytes of a page that are in use
	pages       int
	UserVersion uint32
	encoding    uint32 // 1 UTF-8, 2 UTF-16 little, 3 UTF-16 big
	WAL         bool   // changes go to a separate -wal file first
	visited     []bool
	read        int // bytes of rows so far
}

const sqliteMagic = "SQLite format 3\x00"

// IsDatabase reports whether data begins as a SQLite database does.
func IsDatabase[Bytes string | []byte](data Bytes) bool {
	return len(data) >= len(sqliteMagic) && string(data[:len(sqliteMagic)]) == sqliteMagic
}

var (
	errDamaged = errors.New("damaged database")
	// ErrCut means that the file ends before the database does.
	ErrCut = errors.New("database ends too early")
)

// Where the header says that changes go to a -wal file first.
const (
	sqliteHeader = 100
	walWrite     = 18
	walRead      = 19
)

// readHeader reads the header of a database.
func readHeader(data string) (*Database, error) {
	if len(data) < sqliteHeader {
		return nil, ErrCut
	}
	size := int(bigEndian16(data, 16))
	if size == 1 {
		size = 1 << 16
	}
	if size < 512 || size&(size-1) != 0 {
		return nil, errDamaged
	}
	db := &Database{
		pageSize:    size,
		usable:      size - int(data[20]),
		UserVersion: bigEndian32(data, 60),
		encoding:    bigEndian32(data, 56),
		WAL:         data[walWrite] == 2 || data[walRead] == 2,
	}
	if db.usable < 480 {
		return nil, errDamaged
	}
	return db, nil
}

// Open makes a file ready for reading.
func Open(data string) (*Database, error) {
	db, err := readHeader(data)
	if err != nil {
		return nil, err
	}
	db.data = data
	db.pages = len(data) / db.pageSize
	db.visited = make([]bool, db.pages+1)
	// The count of pages is only true if the last writer kept it.
	if bigEndian32(data, 24) == bigEndian32(data, 92) && int64(bigEndian32(data, 28))*int64(db.pageSize) > int64(len(data)) {
		return nil, ErrCut
	}
	return db, nil
}

// readPage returns a page for reading, from number 1, where its b-tree header
// starts in it, and refuses to give out a page twice.
func (db *Database) readPage(number uint32) (page string, start int, err error) {
	if number == 0 || int64(number) > int64(db.pages) {
		return "", 0, errDamaged
	}
	if db.visited[number] {
		return "", 0, errDamaged
	}
	db.visited[number] = true
	at := int(number-1) * db.pageSize
	if number == 1 {
		start = 100
	}
	return db.data[at : at+db.usable], start, nil
}

// Kinds of b-tree pages of a table.
const (
	interiorPage = 0x05
	leafPage     = 0x0d
)

// ReadRows calls visit with the values of every row of a table, in the order of its
// columns. It returns [errDamaged] or [errCut]; rows before the damage were visited.
func (db *Database) ReadRows(t Table, visit func(row []Field)) error {
	return db.walkTree(t.root, func(record string) { visit(db.splitRecord(record)) })
}

// walkTree calls visit with every record of the b-tree that starts at the page root.
func (db *Database) walkTree(root uint32, visit func(record string)) error {
	pending := []uint32{root}
	for len(pending) > 0 {
		number := pending[len(pending)-1]
		pending = pending[:len(pending)-1]
		page, start, err := db.readPage(number)
		if err != nil {
			return err
		}
		kind := page[start]
		cells := int(bigEndian16(page, start+3))
		pointers := start + 8
		if kind == interiorPage {
			pointers += 4
			pending = append(pending, bigEndian32(page, start+8))
		} else if kind != leafPage {
			return errDamaged
		}
		if pointers+2*cells > len(page) {
			return errDamaged
		}
		for i := range cells {
			at := int(bigEndian16(page, pointers+2*i))
			if at+4 > len(page) {
				return errDamaged
			}
			if kind == interiorPage {
				pending = append(pending, bigEndian32(page, at))
				continue
			}
			record, err := db.readCell(page, at)
			if err != nil {
				return err
			}
			visit(record)
		}
	}
	return nil
}

// readCell reads a row, joining the parts that did not fit into the page.
func (db *Database) readCell(page string, at int) (record string, err error) {
	length, n := readVarint(page[at:])
	at += n
	_, m := readVarint(page[at:]) // the row's id
	at += m
	if n == 0 || m == 0 || length > uint64(len(db.data)) {
		return "", errDamaged
	}
	total := int(length)
	// Cells may point into each other; the rows of an honest file do not add up
	// to more than the file.
	if db.read += total; db.read > len(db.data) {
		return "", errDamaged
	}
	local := db.localBytes(total)
	if at+local > len(page) {
		return "", errDamaged
	}
	if local == total {
		return page[at : at+local], nil
	}
	if at+local+4 > len(page) {
		return "", errDamaged
	}
	var whole strings.Builder
	whole.WriteString(page[at : at+local])
	next := bigEndian32(page, at+local)
	for whole.Len() < total {
		overflow, _, err := db.readPage(next)
		if err != nil {
			return "", err
		}
		next = bigEndian32(overflow, 0)
		whole.WriteString(overflow[4:min(len(overflow), 4+total-whole.Len())])
	}
	return whole.String(), nil
}

// localBytes returns how many bytes of a row of the given length are in its page.
func (db *Database) localBytes(total int) int {
	most := db.usable - 35
	if total <= most {
		return total
	}
	least := (db.usable-12)*32/255 - 23
	if k := least + (total-least)%(db.usable-4); k <= most {
		return k
	}
	return least
}

func bigEndian16(s string, at int) uint16 { return uint16(s[at])<<8 | uint16(s[at+1]) }

func bigEndian32(s string, at int) uint32 {
	return uint32(bigEndian16(s, at))<<16 | uint32(bigEndian16(s, at+2))
}

// readVarint reads an integer of one to nine bytes; size is 0 when s ends in it.
func readVarint(s string) (value uint64, size int) {
	for i := 0; i < len(s) && i < 9; i++ {
		if i == 8 {
			return value<<8 | uint64(s[i]), 9
		}
		value = value<<7 | uint64(s[i]&0x7f)
		if s[i] < 0x80 {
			return value, i + 1
		}
	}
	return 0, 0
}
