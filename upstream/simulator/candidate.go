package simulator

import "encoding/json"

// candidate is one answer within a body, at one moment of the stream.
type candidate struct {
	rcid, text, thoughts string
	card                 string          // text that stands in the card slot
	done                 bool            // the completion mark
	sources              []any           // rows of pages, nil for none
	media                json.RawMessage // the media container, nil for none
	document             *document       // the canvas, nil for none
	echo                 string          // the text once more, as a search answer has it
	dense                bool
}

// rowValue is dense whatever the form: only the container of media and the tail
// of the body are met as objects.
func (k candidate) rowValue() []any {
	mark := 1
	if k.done {
		mark = 2
	}
	f := fields{0: k.rcid, 1: []any{k.text}, 8: []any{mark}, 9: "en", 28: []any{}, 37: []any{}}
	if k.sources != nil {
		f[2], f[27] = []any{nil, k.sources}, true
	}
	if k.media != nil {
		f[12] = k.media
	}
	if k.card != "" {
		f[22] = []any{k.card}
	}
	if k.document != nil {
		f[30] = []any{k.document.rowValue()}
	}
	if k.thoughts != "" {
		f[37] = []any{[]any{k.thoughts}}
	}
	if k.dense {
		if k.media == nil {
			f[12] = fields{7: []any{}}.denseArray()
		}
		f[6], f[21], f[23] = true, []any{false}, false
	}
	return f.denseArray()
}

// bodyValue is the value of a row with a candidate. An empty model is left out.
func (k candidate) bodyValue(cid, rid string, model Model) []any {
	f := fields{1: []any{cid, rid}, 4: []any{k.rowValue()}}
	if model.ID != "" {
		f[39], f[42] = model.ID, model.Version
	}
	if k.echo != "" {
		f[14], f[19], f[23] = k.done, "en", true
		f[26] = []any{[]any{[]any{[]any{nil, []any{nil, 0, k.echo}}}}}
		f[43], f[44], f[46] = true, rephrasings, 2
		return f.denseArray()
	}
	if k.dense {
		f[5] = []any{"Exampletown, ZZ, USA", "SWML_DESCRIPTION_FROM_YOUR_INTERNET_ADDRESS", false, nil, "//www.google.com/maps/vt/data=x"}
		f[8] = "US"
		return f.denseArray()
	}
	return f.sparseArray(5)
}

// rephrasings are the buttons below an answer that was searched for.
var rephrasings = []any{[]any{[]any{
	[]any{1004, "Longer", 5, nil, []any{"expand", "https://fonts.gstatic.com/s/i/expand/24px.svg", nil, true}},
	[]any{1005, "Shorter", 6, nil, []any{"compress", "https://fonts.gstatic.com/s/i/compress/24px.svg", nil, true}},
}}}
