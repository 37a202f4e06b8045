package audit

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Recovered is the kind of the entry that Open writes after it removed a line that
// was cut short; its field cut_bytes is the number of bytes that were lost.
const Recovered = "recovered"

// genesis is the hash that the first line names as the one before it.
var genesis = strings.Repeat("0", hex.EncodedLen(sha256.Size))

// maxLine bounds a line in bytes, its end included.
const maxLine = 16 << 10

// record is a line without its hash. Its fields stand in the file in this order.
type record struct {
	Seq     uint64            `json:"seq"`
	Time    time.Time         `json:"time"`
	Kind    string            `json:"kind"`
	Account string            `json:"account,omitempty"`
	Fields  map[string]string `json:"fields,omitempty"`
	Prev    string            `json:"prev"`
}

// entry is a line as it was read.
type entry struct {
	record
	hash string
}

// The hash is the last member of a line and covers every byte before it, closed with
// a brace: the bytes of the file are verified, not a JSON library's reading of them.
const (
	hashOpens  = `,"hash":"`
	hashCloses = `"}`
)

var hashWidth = len(hashOpens) + hex.EncodedLen(sha256.Size) + len(hashCloses)

// encodeLine makes the line of an entry, and its hash.
func encodeLine(b record) (line []byte, hash string, err error) {
	text, err := json.Marshal(b)
	if err != nil {
		return nil, "", err
	}
	hash = hashOf(text)
	line = slices.Concat(text[:len(text)-1], []byte(hashOpens+hash+hashCloses+"\n"))
	if len(line) > maxLine {
		return nil, "", fmt.Errorf("the entry has %d bytes, more than %d", len(line), maxLine)
	}
	return line, hash, nil
}

// decodeLine reads a line, without its end, and verifies its own hash.
func decodeLine(line []byte) (entry, error) {
	cut := len(line) - hashWidth
	if cut < 1 || !bytes.HasPrefix(line[cut:], []byte(hashOpens)) || !bytes.HasSuffix(line, []byte(hashCloses)) {
		return entry{}, errors.New("it does not end with a hash")
	}
	hash := string(line[cut+len(hashOpens) : len(line)-len(hashCloses)])
	text := slices.Concat(line[:cut], []byte("}"))
	if hashOf(text) != hash {
		return entry{}, errors.New("its hash does not fit its content")
	}
	var e entry
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(&e.record); err != nil {
		return entry{}, errors.New("it is no entry of this log")
	}
	if d.InputOffset() != int64(len(text)) || e.Kind == "" {
		return entry{}, errors.New("it is no entry of this log")
	}
	e.hash = hash
	return e, nil
}

func hashOf(text []byte) string {
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])
}
