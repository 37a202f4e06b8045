package simulator

import "bytes"

// growth is a part of an answer that grows from frame to frame. Bodies hold the
// parts in this order.
type growth int

const (
	growText growth = iota
	growDocument
	growThoughts
	growEcho // the text again
	growths  // how many there are
)

// growthMarks are private-use runes that hold the places of the parts in a template.
var growthMarks = [growths]string{"\ue000", "\ue001", "\ue002", "\ue003"}

// template is the row of a text frame with the growing parts left out, so that
// a frame costs no more than copying the repeated parts.
type template struct {
	fixed [growths + 1][]byte // before each part, and behind the last
	units int
}

// newTemplate makes the template of a candidate whose document and thoughts, if it
// has any, may hold anything.
func newTemplate(k candidate, cid, rid string, model Model) template {
	k.text = growthMarks[growText]
	if k.document != nil {
		empty := *k.document
		empty.body = growthMarks[growDocument]
		k.document = &empty
	}
	if k.thoughts != "" {
		k.thoughts = growthMarks[growThoughts]
	}
	if k.echo != "" {
		k.echo = growthMarks[growEcho]
	}
	var t template
	rest := append([]byte{'['}, bodyRow(k.bodyValue(cid, rid, model))...)
	for i, mark := range growthMarks {
		if head, tail, found := bytes.Cut(rest, []byte(mark)); found {
			t.fixed[i], rest = head, tail
		}
	}
	t.fixed[growths] = append(rest[:len(rest):len(rest)], ']')
	for _, part := range t.fixed {
		t.units += utf16Length(part)
	}
	return t
}

// prefix is the beginning of an escaped text: how many bytes, how many units.
type prefix struct{ bytes, units int }

// escaped is a text as it stands inside a row, with the places where frames end.
type escaped struct {
	data []byte
	ends []prefix
}

func escapeText(pieces []string) escaped {
	var e escaped
	var once []byte
	total := prefix{}
	for _, piece := range pieces {
		once = appendText(once[:0], piece)
		e.data = appendNested(e.data, once)
		total.units += utf16Length(e.data[total.bytes:])
		total.bytes = len(e.data)
		e.ends = append(e.ends, total)
	}
	return e
}

// wholePrefix is the prefix that leaves nothing out.
func (e escaped) wholePrefix() prefix {
	if len(e.ends) == 0 {
		return prefix{}
	}
	return e.ends[len(e.ends)-1]
}

// portion is as much of a growing part as one frame shows.
type portion struct {
	data  []byte
	units int
	tail  []byte // escaped, seen in this frame only
}

func (e escaped) upTo(p prefix) portion { return portion{data: e.data[:p.bytes], units: p.units} }

func (e escaped) whole() portion { return e.upTo(e.wholePrefix()) }

// moment is what one frame shows of every growing part.
type moment [growths]portion

// growingFrame writes the frame of one moment.
func (f *frames) growingFrame(t template, m moment) error {
	n := t.units
	var parts [3*growths + 1][]byte
	for i, p := range m {
		n += p.units + utf16Length(p.tail)
		parts[3*i], parts[3*i+1], parts[3*i+2] = t.fixed[i], p.data, p.tail
	}
	parts[3*growths] = t.fixed[growths]
	return f.writeFrame(n, parts[:]...)
}

// writeMoment writes the frame of moment i, the last of which is left to writeFinished.
func (d *delivery) writeMoment(i int) error {
	n := len(d.body.ends)
	t, piece, section := d.open, i, -1
	switch {
	case n == 0 || i <= d.opened:
		t = d.plain
	case i <= d.opened+n:
		piece, section = d.opened, i-d.opened-1
	default:
		piece, section = i-n, n-1
	}
	m := moment{growThoughts: d.thoughts.whole()}
	m[growText] = d.text.upTo(d.text.ends[piece])
	if d.p.rewrite && piece < (len(d.text.ends)-1)/2 {
		m[growText] = d.variant.upTo(d.variant.ends[piece])
	}
	m[growText].tail = d.flickerTail(i, d.text.ends[piece])
	if d.p.search {
		m[growEcho] = d.text.upTo(d.text.ends[piece])
	}
	if section >= 0 {
		m[growDocument] = d.body.upTo(d.body.ends[section])
		if len(d.draft.ends) > section && section < n/2 {
			m[growDocument] = d.draft.upTo(d.draft.ends[section])
		}
	}
	return d.f.growingFrame(t, m)
}
