package wire

import "github.com/tidwall/gjson"

// FindCall finds the row of the procedure id in a frame that answers a batch of
// calls. At most one of body and refused is set; both are unset if found is
// false. The frame must be valid JSON.
func FindCall(frame []byte, id string) (body gjson.Result, refused *Refusal, found bool) {
	for _, row := range gjson.ParseBytes(frame).Array() {
		if At(row, 0).Str != "wrb.fr" || At(row, 1).Str != id {
			continue
		}
		if body, ok := decodeEmbedded(At(row, 2)); ok {
			return body, nil, true
		}
		return gjson.Result{}, parseRefusal(At(row, 5)), true
	}
	return gjson.Result{}, nil, false
}
