package wire

import (
	"bytes"
	"encoding/json"
	"math"
	"time"

	"github.com/tidwall/gjson"
)

// ParseInterval reads identity.hfcr from the body of a rotation: how long the
// upstream asks to wait before the next one. It returns 0 if the body names no
// interval, or the number that stands for "never".
func ParseInterval(body []byte) time.Duration {
	_, rest, found := bytes.Cut(body, []byte("\n"))
	if !found || !json.Valid(rest) {
		return 0
	}
	var seconds int64
	gjson.ParseBytes(rest).ForEach(func(_, pair gjson.Result) bool {
		if At(pair, 0).String() == "identity.hfcr" {
			seconds = At(pair, 1).Int()
		}
		return true
	})
	if seconds <= 0 || seconds > math.MaxInt32 {
		return 0
	}
	return time.Duration(seconds) * time.Second
}
