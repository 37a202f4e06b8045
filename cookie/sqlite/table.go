package sqlite

import (
	"encoding/binary"
	"strconv"
	"strings"
	"unicode/utf16"
)

// Table is a table of a database: where it starts and the names of its columns, in
// lower case.
type Table struct {
	root    uint32
	Columns []string
}

// Tables reads the database's schema.
func (db *Database) Tables() (map[string]Table, error) {
	found := make(map[string]Table)
	err := db.walkTree(1, func(record string) {
		fields := db.splitRecord(record)
		if len(fields) < 5 || fields[0].Text() != "table" {
			return
		}
		found[strings.ToLower(fields[1].Text())] = Table{uint32(fields[3].Integer), columnsOf(fields[4].Text())}
	})
	return found, err
}

// columnsOf reads the column names out of a CREATE TABLE statement.
func columnsOf(sql string) (columns []string) {
	_, body, _ := strings.Cut(sql, "(")
	depth, start := 0, 0
	for i := 0; i <= len(body); i++ {
		end := i == len(body)
		switch {
		case !end && body[i] == '(':
			depth++
		case !end && body[i] == ')' && depth > 0:
			depth--
		case end || depth == 0 && (body[i] == ',' || body[i] == ')'):
			words := strings.Fields(strings.ToLower(body[start:i]))
			start = i + 1
			if len(words) > 0 && !tableConstraint(words[0]) {
				columns = append(columns, strings.Trim(words[0], "\"'`[]"))
			}
			if end || body[i] == ')' {
				return columns
			}
		}
	}
	return columns
}

func tableConstraint(word string) bool {
	word, _, _ = strings.Cut(word, "(")
	return word == "constraint" || word == "unique" || word == "primary" || word == "check" || word == "foreign"
}

// Field is one value of a row. Texts are decoded when asked for.
type Field struct {
	Integer int64
	raw     string
	IsText  bool
	wide    uint32 // the database's encoding
}

// Text returns the value as text.
func (f Field) Text() string {
	switch {
	case !f.IsText:
		return strconv.FormatInt(f.Integer, 10)
	case f.wide == 2:
		return decodeUTF16(f.raw, binary.LittleEndian)
	case f.wide == 3:
		return decodeUTF16(f.raw, binary.BigEndian)
	}
	return f.raw
}

func decodeUTF16(raw string, order binary.ByteOrder) string {
	units := make([]uint16, len(raw)/2)
	for i := range units {
		units[i] = order.Uint16([]byte(raw[2*i : 2*i+2]))
	}
	return string(utf16.Decode(units))
}

// splitRecord splits a record into its values; a damaged one gives those before the
// damage.
func (db *Database) splitRecord(record string) []Field {
	headerSize, n := readVarint(record)
	if n == 0 || headerSize > uint64(len(record)) {
		return nil
	}
	header, body := record[n:max(int(headerSize), n)], record[headerSize:]
	var fields []Field
	for header != "" {
		kind, n := readVarint(header)
		size := fieldSize(kind)
		if n == 0 || size > uint64(len(body)) {
			break
		}
		header = header[n:]
		f := Field{raw: body[:size], IsText: kind >= 12, wide: db.encoding}
		switch {
		case kind == 9:
			f.Integer = 1
		case kind >= 1 && kind <= 6:
			f.Integer = bigEndian(f.raw)
		}
		fields = append(fields, f)
		body = body[size:]
	}
	return fields
}

// fieldSize returns the bytes that a serial type takes.
func fieldSize(kind uint64) uint64 {
	switch {
	case kind >= 12:
		return (kind - 12) / 2
	case kind == 5:
		return 6
	case kind == 6 || kind == 7:
		return 8
	case kind >= 1 && kind <= 4:
		return kind
	}
	return 0
}

// bigEndian reads a signed integer of one to eight bytes.
func bigEndian(raw string) int64 {
	value := int64(int8(raw[0]))
	for i := 1; i < len(raw); i++ {
		value = value<<8 | int64(raw[i])
	}
	return value
}
