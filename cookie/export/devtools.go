package export

import (
	"strings"

	"github.com/geminid/geminid/cookie"
)

// devToolsColumns is the order in Chrome's Application tab. Firefox and Safari
// agree on the first five.
var devToolsColumns = []string{"name", "value", "domain", "path", "expires", "size", "httponly", "secure", "samesite", "partition"}

// looksDevTools recognises rows copied from the table of cookies: separated by
// tabs, the name first.
func looksDevTools(head string) bool {
	for line := range strings.Lines(head) {
		fields := strings.Split(strings.TrimSpace(line), "\t")
		if len(fields) < 2 || !cookie.ValidName(fields[0]) {
			continue
		}
		_, _, session := sessionKey(fields[0])
		if session || len(fields) >= 4 && strings.Contains(fields[2], ".") && strings.HasPrefix(fields[3], "/") {
			return true
		}
	}
	return false
}

// parseDevTools reads such rows. A row of column titles changes the order.
func parseDevTools(text string, found *list) *cookie.Rejection {
	columns := devToolsColumns
	for line := range strings.Lines(text) {
		whole := strings.HasSuffix(line, "\n")
		fields := strings.Split(strings.TrimLeft(strings.TrimRight(line, "\r\n"), " \t"), "\t")
		if len(fields) < 2 && (whole || !cookie.ValidName(fields[0])) {
			continue
		}
		if titles, ok := devToolsTitles(fields); ok {
			columns = titles
			continue
		}
		e := devToolsRow(fields, columns)
		if !whole && e.value == "" {
			return cookie.Reject(cookie.CodeTruncated, "ends in the middle of a row. If it is still uploading, wait; otherwise copy it again.")
		}
		if cookie.ValidName(e.name) {
			found.add(e)
		}
		if found.full {
			break
		}
	}
	return nil
}

// devToolsTitles recognises the row of column titles.
func devToolsTitles(fields []string) (columns []string, ok bool) {
	for _, field := range fields {
		word, _, _ := strings.Cut(strings.ToLower(strings.TrimSpace(field)), " ")
		columns = append(columns, word)
	}
	return columns, strings.EqualFold(strings.TrimSpace(fields[0]), "Name")
}

func devToolsRow(fields, columns []string) entry {
	var e entry
	for i, field := range fields[:min(len(fields), len(columns))] {
		field = strings.TrimSpace(field)
		switch columns[i] {
		case "name":
			e.name = field
		case "value":
			e.value = field
		case "domain":
			e.domain = field
		case "path":
			e.path = field
		case "expires":
			e.expires = parseExpiry(field)
		case "partition":
			e.partitioned = strings.Contains(field, "://")
		}
	}
	return e
}
