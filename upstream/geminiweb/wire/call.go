package wire

import "github.com/tidwall/gjson"

// FindCall finds the row of the procedure id in a frame that answers a batch of
// calls. At most one of body and refused is set; both are unset if found is
// false. The frame must be valid JSON.
func FindCall(frame []byte, id string) (body gjson.Result, refused *Refusal, found bool) {
	for rows := parse(frame).elements(); rows.next(); {
		r := readRow(rows.value)
		if r.kind != "wrb.fr" || r.call.text() != id {
			continue
		}
		if body, ok := decodeEmbedded(r.body); ok {
			return gjson.Parse(string(body)), nil, true
		}
		return gjson.Result{}, parseRefusal(r.failure), true
	}
	return gjson.Result{}, nil, false
}
