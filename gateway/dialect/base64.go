package dialect

import (
	"encoding/base64"
	"iter"
	"slices"
)

// pieceBytes is how much of a file is spelled at once: a multiple of 3, which
// keeps base64 free of padding in between, and below 64 KiB when spelled, because
// Open WebUI gives up on a line of 128 KiB.
const pieceBytes = 36 << 10

// pieces are the parts of a file that are spelled one by one.
func pieces(data []byte) iter.Seq[[]byte] { return slices.Chunk(data, pieceBytes) }

// base64Of is how the dialects spell bytes.
func base64Of(dst, data []byte) []byte { return base64.StdEncoding.AppendEncode(dst, data) }
