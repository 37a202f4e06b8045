package client

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"iter"
)

// maxEvent bounds one event of a stream. A daemon of ours stays far below.
const maxEvent = 8 << 20

var errLongEvent = errors.New("one event of the stream is longer than 8 MiB")

// readEvents yields the data of each server-sent event in r, in order. Lines end
// with LF, CRLF or CR; comments and fields other than data are passed over;
// the data lines of one event are joined by newlines. An event that the end
// of the stream cuts off is not yielded, as the standard has it. The bytes are
// valid until the next step. A read error ends the sequence and is its last
// pair; the regular end of the stream is not an error.
func readEvents(r io.Reader) iter.Seq2[[]byte, error] {
	return func(yield func([]byte, error) bool) {
		lines := bufio.NewScanner(r)
		lines.Buffer(make([]byte, 0, 16<<10), maxEvent)
		lines.Split(splitLines())
		var data []byte
		seen := false // an event may have an empty data line, which counts
		for lines.Scan() {
			line := lines.Bytes()
			if len(line) == 0 {
				if seen && !yield(data, nil) {
					return
				}
				data, seen = data[:0], false
				continue
			}
			field, value, _ := bytes.Cut(line, []byte(":"))
			if string(field) != "data" {
				continue
			}
			if seen {
				data = append(data, '\n')
			}
			data, seen = append(data, bytes.TrimPrefix(value, []byte(" "))...), true
			if len(data) > maxEvent {
				yield(nil, errLongEvent)
				return
			}
		}
		if err := lines.Err(); errors.Is(err, bufio.ErrTooLong) {
			yield(nil, errLongEvent)
		} else if err != nil {
			yield(nil, err)
		}
	}
}

// splitLines returns a bufio.SplitFunc for lines that end with LF, CRLF or CR.
// After a CR it does not wait for a possible LF, or an event would be held back
// until the next one: it remembers the CR and drops the LF when it comes.
func splitLines() bufio.SplitFunc {
	afterCR := false
	return func(data []byte, atEOF bool) (int, []byte, error) {
		skip := 0
		if afterCR && len(data) > 0 {
			if data[0] == '\n' {
				skip = 1
			}
			afterCR = false
		}
		end := bytes.IndexAny(data[skip:], "\r\n")
		if end < 0 {
			// A line without an end cannot finish an event: it is dropped
			// with the end of the stream.
			if atEOF {
				return len(data), nil, nil
			}
			return skip, nil, nil
		}
		end += skip
		afterCR = data[end] == '\r'
		return end + 1, data[skip:end], nil
	}
}
