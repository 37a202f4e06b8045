package export

import (
	"encoding/csv"
	"errors"
	"io"
	"slices"
	"strings"

	"github.com/geminid/geminid/cookie"
)

// looksCSV recognises a table with a row of titles, as HackBrowserData and
// spreadsheets write it.
func looksCSV(head string) bool {
	columns := csvColumns(head)
	return slices.Contains(columns, nameField) && slices.Contains(columns, valueField)
}

// csvColumns returns what the columns of a table are, by their titles.
func csvColumns(text string) []field {
	line, _, _ := strings.Cut(text, "\n")
	if len(line) > 4096 {
		return nil
	}
	titles, err := newCSVReader(line, text).Read()
	if err != nil {
		return nil
	}
	columns := make([]field, len(titles))
	for i, title := range titles {
		columns[i] = fieldOf(strings.TrimSpace(title))
	}
	return columns
}

// newCSVReader reads a part of a table, whose first line shows how its columns are
// separated.
func newCSVReader(part, table string) *csv.Reader {
	r := csv.NewReader(strings.NewReader(part))
	r.FieldsPerRecord, r.ReuseRecord, r.TrimLeadingSpace = -1, true, true
	if line, _, _ := strings.Cut(table, "\n"); strings.Count(line, ";") > strings.Count(line, ",") {
		r.Comma = ';'
	}
	return r
}

// parseCSV reads the rows below the titles.
func parseCSV(text string, found *list) *cookie.Rejection {
	columns := csvColumns(text)
	rows := newCSVReader(text, text)
	_, _ = rows.Read() // the titles
	for !found.full {
		row, err := rows.Read()
		var fault *csv.ParseError
		switch {
		case err == nil:
		case errors.Is(err, io.EOF):
			return nil
		case errors.As(err, &fault) && rows.InputOffset() < int64(len(text)):
			return cookie.Reject(cookie.CodeMalformed, "is not valid CSV: line %d. Export again, or copy the whole text.", fault.Line)
		default: // a quote that does not end
			return cookie.Reject(cookie.CodeTruncated, "ends in the middle of a row. If it is still uploading, wait; otherwise copy it again.")
		}
		var e entry
		for i, value := range row[:min(len(row), len(columns))] {
			e.setField(columns[i], strings.TrimSpace(value))
		}
		if cookie.ValidName(e.name) {
			found.add(e)
		}
	}
	return nil
}
