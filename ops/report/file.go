package report

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"time"

	"github.com/geminid/geminid/internal/statefile"
)

func sortBounds(all []bound) {
	slices.SortFunc(all, func(a, b bound) int {
		if a.beyond != b.beyond {
			return map[bool]int{true: 1, false: -1}[a.beyond]
		}
		return cmp.Compare(a.upper, b.upper)
	})
}

// line is one line of the file: a part of an hour, or the note that a report was
// sent.
type line struct {
	Hour
	Sent int64 `json:"sent,omitempty"` // unix seconds
}

// fileContent is the content of a file.
type fileContent struct {
	hours []Hour // rising, one an hour
	sent  int64
	lines int
	bad   int // lines that cannot be read
	torn  bool
}

// maxFileBytes bounds the bytes that are read of a file: several times as many as are
// ever written.
const maxFileBytes = 4 * defaultMaxBytes

// readFile reads a file of roll-ups; one that does not exist is empty. Lines that
// cannot be read are counted and left out.
func readFile(path string) (fileContent, error) {
	file, err := statefile.Open(path, os.O_RDONLY, 0)
	if errors.Is(err, os.ErrNotExist) {
		return fileContent{}, nil
	}
	if err != nil {
		return fileContent{}, err
	}
	defer file.Close()
	raw, err := io.ReadAll(io.LimitReader(file, maxFileBytes+1))
	if err != nil {
		return fileContent{}, err
	}
	c := parseLines(raw[:min(len(raw), maxFileBytes)])
	if len(raw) > maxFileBytes {
		c.bad++ // this is not of our making
	}
	return c, nil
}

// parseLines reads the lines of a file and adds the parts of each hour up.
func parseLines(raw []byte) (c fileContent) {
	byHour := make(map[int64]*Hour)
	for text := range bytes.Lines(raw) {
		if text[len(text)-1] != '\n' {
			c.torn = true // a crash cut it short
			break
		}
		var l line
		if json.Unmarshal(text, &l) != nil || l.Start == 0 && l.Sent == 0 || l.Start%3600 != 0 || !l.isPlausible() {
			c.bad++
			continue
		}
		c.lines++
		c.sent = cmp.Or(l.Sent, c.sent) // the last one, not the latest: the clock may have been ahead
		if l.Start == 0 {
			continue
		}
		if h := byHour[l.Start]; h != nil {
			h.Add(l.Hour)
		} else {
			byHour[l.Start] = &l.Hour
		}
	}
	for _, h := range byHour {
		c.hours = append(c.hours, *h)
	}
	slices.SortFunc(c.hours, func(a, b Hour) int { return cmp.Compare(a.Start, b.Start) })
	return c
}

// maxCount is more than is ever counted within an hour; the sum of a file's lines
// stays far below the range of the type.
const maxCount = 1 << 40

// isPlausible reports that all figures of a line can have been counted.
func (l *line) isPlausible() bool {
	counted := func(n int64) bool { return n >= 0 && n < maxCount }
	every := func(c Counts) bool {
		for _, n := range c {
			if !counted(n) {
				return false
			}
		}
		return true
	}
	spread := func(s Spread) bool { return counted(s.N) && s.Sum >= 0 && s.Sum < maxCount && every(s.Below) }
	for _, acc := range l.Accounts {
		if !counted(acc.Watched) || !counted(acc.Missed) || !counted(acc.End) {
			return false
		}
	}
	for _, s := range l.Models {
		if !spread(s) {
			return false
		}
	}
	for _, c := range []Counts{l.Rotations, l.Requests, l.Limited, l.Errors, l.Upstream, l.Aborts} {
		if !every(c) {
			return false
		}
	}
	for _, n := range []int64{l.Start, l.Sent, l.Watched, l.Missed, l.Unasked, l.Unreachable, l.Asked, l.Answered} {
		if !counted(n) {
			return false
		}
	}
	d := l.Disk
	return spread(l.Lifetimes) &&
		min(d.Free, d.Total, d.State, d.Log, d.Journal) >= 0
}

// dropBefore leaves out the hours before one.
func (c *fileContent) dropBefore(start int64) {
	c.hours = slices.DeleteFunc(c.hours, func(h Hour) bool { return h.Start < start })
}

// thinBefore takes out of the hours before a moment the figures that no report needs
// any more: the standing of accounts, and all looks at the disk but one a day.
func (c *fileContent) thinBefore(before time.Time) {
	for i := range c.hours {
		h := &c.hours[i]
		if h.Start >= before.Unix() {
			return
		}
		if h.Start%(24*3600) != 0 {
			h.Disk = Disk{}
		}
		for name, acc := range h.Accounts {
			h.Accounts[name] = Account{Watched: acc.Watched, Missed: acc.Missed}
		}
	}
}

// encodeLines writes the content with one line an hour. When it is longer than limit
// the oldest hours are left out.
func (c *fileContent) encodeLines(limit int) []byte {
	lines := make([][]byte, 0, len(c.hours)+1)
	if c.sent > 0 {
		lines = append(lines, mustLine(sentLine{c.sent}))
	}
	size := 0
	for _, h := range slices.Backward(c.hours) {
		text := mustLine(h)
		if size += len(text); size > limit {
			break
		}
		lines = append(lines, text)
	}
	slices.Reverse(lines)
	return bytes.Join(lines, nil)
}

// sentLine is a line that notes that a report was sent.
type sentLine struct {
	Sent int64 `json:"sent"`
}

// mustLine is v as one line. All that is ever given can be written.
func mustLine(v any) []byte {
	text, err := json.Marshal(v)
	if err != nil {
		panic(fmt.Sprintf("report: a roll-up cannot be written: %v", err))
	}
	return append(text, '\n')
}

// ReadHours returns the hours that a file holds within a window, for a look while no
// server runs. It changes nothing.
func ReadHours(path string, from, to time.Time) ([]Hour, error) {
	c, err := readFile(path)
	if err != nil {
		return nil, fmt.Errorf("reading the hourly figures: %w", err)
	}
	return hoursWithin(c.hours, from, to), nil
}

// hoursWithin picks the hours that begin in a window, the one it begins in included.
func hoursWithin(hours []Hour, from, to time.Time) []Hour {
	return slices.DeleteFunc(hours, func(h Hour) bool { return h.Start < HourOf(from) || h.Start > to.Unix() })
}
