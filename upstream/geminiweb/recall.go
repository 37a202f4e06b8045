package geminiweb

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"time"

	"github.com/geminid/geminid/upstream/geminiweb/wire"
	"github.com/tidwall/gjson"
)

const (
	rpcReadChat = "hNvQHb"
	chatTurns   = 10 // of a chat that are looked through

	recallPause  = 10 * time.Second
	recallText   = 30 * time.Second // how long a cut text is worth waiting for
	recallMedia  = 5 * time.Minute  // pictures, videos and music take longer
	codeAccepted = 1053             // the job goes on without the stream
)

// canRecall reports whether an answer that ended too early may be read in the
// account's history: the upstream said that it keeps the turn, or that the job
// goes on.
func (r *answerReader) canRecall(ctx context.Context, err error) bool {
	t := r.t
	if t.ids.CID == "" || t.ids.RID == "" || context.Cause(ctx) != nil {
		return false
	}
	if r.refused != nil {
		return r.refused.Code == codeAccepted
	}
	return (r.saved || r.job) && (errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF))
}

// recallAnswer reads the answer in the history until it is finished there, and passes
// on what is new in it. It reports false when it is not to be had in time.
func (r *answerReader) recallAnswer(ctx context.Context) (bool, *Error) {
	limit := recallText
	if r.job || r.refused != nil || r.t.q.target.image {
		limit = recallMedia
	}
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	for {
		body, _, failure := r.t.c.callRPC(ctx, r.t.session, r.t.set, rpcReadChat,
			marshalJSON([]any{r.t.ids.CID, chatTurns, nil, 1, []any{1}, []any{4}, nil, 1}))
		if failure != nil && failure.retry == noRetry && ctx.Err() == nil && !failure.isTransient() {
			return false, nil
		}
		if candidate := findFinished(body, r.t.ids.RID); candidate.Exists() {
			return true, r.adoptCandidate(candidate)
		}
		if sleepContext(ctx, recallPause) != nil {
			return false, nil
		}
	}
}

// findFinished finds the finished candidate of a turn in a chat as the history
// shows it.
func findFinished(chat gjson.Result, rid string) (found gjson.Result) {
	wire.At(chat, 0).ForEach(func(_, turn gjson.Result) bool {
		candidate := wire.At(turn, 3, 0, 0)
		if wire.DecodeString(wire.At(turn, 0, 1)) == rid && wire.At(candidate, 8, 0).Int() == wire.CandidateDone && !wire.At(candidate, 12, 6, 0).Exists() {
			found = candidate
		}
		return !found.Exists()
	})
	return found
}

// adoptCandidate reads a candidate of the history as if it had come in the stream, so
// that only what is new of its text goes out.
func (r *answerReader) adoptCandidate(candidate gjson.Result) *Error {
	body := marshalJSON([]any{nil, []any{r.t.ids.CID, r.t.ids.RID}, nil, nil, []any{json.RawMessage(candidate.Raw)}})
	delta, ok := r.answer.DecodeFrame([]byte(marshalJSON([]any{[]any{"wrb.fr", nil, body}})))
	if !ok {
		return nil
	}
	r.refused = nil
	return r.emitDelta(delta)
}
