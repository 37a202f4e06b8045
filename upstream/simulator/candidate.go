package simulator

import (
	"bytes"
	"encoding/json"
)

// candidate is one answer within a body, at one moment of the stream.
type candidate struct {
	rcid, text, thoughts string
	card                 string          // text that stands in the card slot
	done                 bool            // the completion mark
	media                json.RawMessage // the media container, nil for none
	dense                bool
}

func (k candidate) rowValue() []any {
	mark := 1
	if k.done {
		mark = 2
	}
	f := fields{0: k.rcid, 1: []any{k.text}, 6: true, 8: []any{mark}, 9: "en"}
	if k.media != nil {
		f[12] = k.media
	}
	if k.card != "" {
		f[22] = []any{k.card}
	}
	if k.thoughts != "" {
		f[37] = []any{[]any{k.thoughts}}
	}
	if k.dense {
		if k.media == nil && !k.done {
			f[12] = fields{6: []any{0}, 7: []any{}}.denseArray()
		}
		f[2], f[21], f[23] = []any{}, []any{false}, false
		return f.denseArray()
	}
	return f.sparseArray(10)
}

// bodyValue is the value of a row with a candidate. An empty model is left out.
func (k candidate) bodyValue(cid, rid string, model Model) []any {
	f := fields{1: []any{cid, rid}, 4: []any{k.rowValue()}}
	if model.ID != "" {
		f[39], f[42] = model.ID, model.Version
	}
	if k.dense {
		f[5] = []any{"Exampletown, ZZ, USA", "SWML_DESCRIPTION_FROM_YOUR_INTERNET_ADDRESS", false, nil, "//www.google.com/maps/vt/data=x"}
		f[8] = "US"
		return f.denseArray()
	}
	return f.sparseArray(5)
}

// Two private-use runes hold the places of text and thoughts in a template.
const (
	textMark    = "\ue000"
	thoughtMark = "\ue001"
)

// template is the row of a text frame with the text and the thoughts left out, so that
// a frame costs no more than copying the repeated parts.
type template struct {
	head, mid, tail []byte
	units           int
}

func newTemplate(k candidate, cid, rid string, model Model) template {
	k.text = textMark
	if k.thoughts != "" {
		k.thoughts = thoughtMark
	}
	row := bodyRow(k.bodyValue(cid, rid, model))
	head, rest, _ := bytes.Cut(row, []byte(textMark))
	mid, tail, found := bytes.Cut(rest, []byte(thoughtMark))
	if !found {
		mid, tail = nil, rest
	}
	t := template{head: append([]byte{'['}, head...), mid: mid, tail: append(tail[:len(tail):len(tail)], ']')}
	t.units = utf16Length(t.head) + utf16Length(t.mid) + utf16Length(t.tail)
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

// textFrame writes a frame with the text up to one prefix and the thoughts up
// to another, and a tail behind the text.
func (f *frames) textFrame(t template, text escaped, upTo prefix, tail []byte, thoughts escaped, thoughtsTo prefix) error {
	n := t.units + upTo.units + utf16Length(tail) + thoughtsTo.units
	return f.writeFrame(n, t.head, text.data[:upTo.bytes], tail, t.mid, thoughts.data[:thoughtsTo.bytes], t.tail)
}
