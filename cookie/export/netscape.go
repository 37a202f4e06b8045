package export

import (
	"strings"

	"github.com/geminid/geminid/cookie"
)

// httpOnly stands before the domain of a cookie that scripts cannot read. It
// makes the line look like a comment, and it is on both cookies of a session.
const httpOnly = "#HttpOnly_"

// looksNetscape recognises cookies.txt by its header or by one line of the
// right shape.
func looksNetscape(head string) bool {
	for line := range strings.Lines(head) {
		line = strings.TrimSpace(line)
		if strings.HasPrefix(line, "# Netscape HTTP Cookie File") || strings.HasPrefix(line, "# HTTP Cookie File") {
			return true
		}
		if _, _, ok := netscapeLine(line); ok {
			return true
		}
	}
	return false
}

// parseNetscape reads cookies.txt: domain, flag, path, flag, expiry, name and
// value, separated by tabs. Lines of another shape are passed over.
func parseNetscape(text string, found *list) *cookie.Rejection {
	spaces := false
	for line := range strings.Lines(text) {
		whole := strings.HasSuffix(line, "\n")
		e, tabs, ok := netscapeLine(strings.TrimRight(line, "\r\n"))
		if ok && (whole || e.value != "") {
			found.add(e)
			spaces = spaces || !tabs
			if found.full {
				return nil
			}
			continue
		}
		if !whole && strings.TrimSpace(line) != "" && !isComment(line) {
			return cookie.Reject(cookie.CodeTruncated, "ends in the middle of an entry. If it is still uploading, wait; otherwise copy it again.")
		}
	}
	if spaces {
		found.warn(cookie.WarnSpacesForTabs, "The columns are separated by spaces instead of tabs; they were read all the same.")
	}
	return nil
}

func isComment(line string) bool {
	return strings.HasPrefix(line, "#") && !hasPrefixFold(line, httpOnly)
}

// netscapeLine reads one line; tabs reports whether it is separated by tabs.
func netscapeLine(line string) (e entry, tabs, ok bool) {
	line = strings.TrimLeft(line, " ")
	if isComment(line) {
		return entry{}, false, false
	}
	if hasPrefixFold(line, httpOnly) {
		line = line[len(httpOnly):]
	}
	fields := strings.Split(line, "\t")
	if tabs = len(fields) >= 6; !tabs {
		fields = strings.Fields(line)
	}
	if len(fields) < 6 || !isFlag(fields[1]) || !isFlag(fields[3]) {
		return entry{}, false, false
	}
	e = entry{
		domain:  strings.TrimSpace(fields[0]),
		path:    strings.TrimSpace(fields[2]),
		expires: parseExpiry(fields[4]),
		name:    strings.TrimSpace(fields[5]),
	}
	if len(fields) > 6 {
		e.value = strings.TrimSpace(fields[6])
	}
	return e, tabs, e.name != ""
}

func isFlag(field string) bool {
	field = strings.TrimSpace(field)
	return strings.EqualFold(field, "TRUE") || strings.EqualFold(field, "FALSE")
}

func hasPrefixFold(s, prefix string) bool {
	return len(s) >= len(prefix) && strings.EqualFold(s[:len(prefix)], prefix)
}
