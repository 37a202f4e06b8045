package markup

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
)

// jsonLimit bounds the JSON inside a component that is waited for.
const jsonLimit = 32 << 10

// scanJSON scans a JSON array or object at text[n:], by its brackets and quotes,
// and returns the index after it, or n.
func scanJSON(text []byte, n int) (int, progress) {
	depth, quoted := 0, false
	for i := n; i < min(len(text), n+jsonLimit); i++ {
		switch b := text[i]; {
		case quoted && b == '\\':
			i++
		case b == '"':
			quoted = !quoted
		case quoted:
		case b == '[' || b == '{':
			depth++
		case b == ']' || b == '}':
			if depth--; depth == 0 {
				return i + 1, complete
			}
		}
	}
	if len(text)-n < jsonLimit {
		return n, partial
	}
	return n, absent
}

// matchTable renders a table of products, whose rows are JSON.
func (c *Cleaner) matchTable(t *tag, text []byte, final bool) (n int, wait bool) {
	from, state := skipFill(text, t.end)
	var rows [][]string
	end := t.end
	if state == complete && !t.closed && (text[from] == '[' || text[from] == '{') {
		if end, state = scanJSON(text, from); state == complete {
			rows, _ = readRows(text[from:end])
		}
	}
	if state == partial && !final {
		return 0, true
	}
	c.seen = true
	c.startLine()
	if title := t.value("title"); title != "" {
		c.write("**" + title + "**\n\n")
	}
	switch {
	case rows != nil:
		c.writeTable(rows)
	case state == complete && end > from:
		c.write("```json\n" + string(text[from:end]) + "\n```\n")
	default:
		end = t.end
	}
	c.endBlock()
	if !t.closed {
		c.open[table]++
		c.depth++
	}
	return end, false
}

func openTable(*Cleaner, *tag) {} // matchTable does it

// writeTable writes rows as a table, the first of them as its head.
func (c *Cleaner) writeTable(rows [][]string) {
	for i, row := range rows {
		for len(row) < len(rows[0]) {
			row = append(row, "")
		}
		c.write("| " + strings.Join(row[:len(rows[0])], " | ") + " |\n")
		if i == 0 {
			c.write(strings.Repeat("| --- ", len(row)) + "|\n")
		}
	}
}

var errNoTable = errors.New("no table")

// readRows reads an array of objects, whose keys become the head, or of arrays, of
// which the first does.
func readRows(raw []byte) ([][]string, error) {
	var items []json.RawMessage
	if err := json.Unmarshal(raw, &items); err != nil || len(items) == 0 {
		return nil, errNoTable
	}
	var rows [][]string
	var keys []string
	for _, item := range items {
		var cells []json.RawMessage
		if json.Unmarshal(item, &cells) == nil && keys == nil {
			row := make([]string, 0, len(cells))
			for _, cell := range cells {
				row = append(row, cellText(cell))
			}
			rows = append(rows, row)
			continue
		}
		var object map[string]json.RawMessage
		if err := json.Unmarshal(item, &object); err != nil || keys == nil && rows != nil {
			return nil, errNoTable
		}
		keys = addKeys(keys, item)
		row := make([]string, 0, len(keys))
		for _, key := range keys {
			row = append(row, cellText(object[key]))
		}
		rows = append(rows, row)
	}
	if keys != nil {
		rows = append([][]string{escapeCells(keys)}, rows...)
	}
	if len(rows[0]) == 0 {
		return nil, errNoTable
	}
	return rows, nil
}

// addKeys adds the keys of an object that are new, in its order.
func addKeys(keys []string, object json.RawMessage) []string {
	d := json.NewDecoder(bytes.NewReader(object))
	_, _ = d.Token() // the brace
	for d.More() {
		token, err := d.Token()
		var skipped json.RawMessage
		if err != nil || d.Decode(&skipped) != nil {
			return keys
		}
		key, _ := token.(string)
		known := false
		for _, k := range keys {
			known = known || k == key
		}
		if !known {
			keys = append(keys, key)
		}
	}
	return keys
}

func escapeCells(cells []string) []string {
	out := make([]string, 0, len(cells))
	for _, cell := range cells {
		out = append(out, escapeCell(cell))
	}
	return out
}

// escapeCell makes text fit for a cell: one line, no separator.
func escapeCell(s string) string {
	return strings.ReplaceAll(strings.Join(strings.Fields(s), " "), "|", `\|`)
}

// cellText is a JSON value as the text of a cell: lists with commas.
func cellText(raw json.RawMessage) string {
	var s string
	var list []json.RawMessage
	switch {
	case len(raw) == 0 || string(raw) == "null":
		return ""
	case json.Unmarshal(raw, &s) == nil:
		return escapeCell(s)
	case json.Unmarshal(raw, &list) == nil:
		parts := make([]string, 0, len(list))
		for _, part := range list {
			parts = append(parts, cellText(part))
		}
		return strings.Join(parts, ", ")
	}
	return escapeCell(string(raw))
}
