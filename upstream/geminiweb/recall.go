package geminiweb

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/tidwall/gjson"

	"github.com/geminid/geminid/upstream/geminiweb/frame"
	"github.com/geminid/geminid/upstream/geminiweb/wire"
)

const (
	rpcReadChat = "hNvQHb"
	chatTurns   = 10 // how many turns of a chat are searched

	recallPause  = 10 * time.Second
	recallText   = 2 * time.Minute // how long a cut text is worth waiting for
	recallMedia  = 5 * time.Minute // pictures, videos and music take longer
	codeAccepted = 1053            // the job goes on without the stream
)

// canRecall reports whether an answer that ended too early may be in the account's
// history. Temporary chats never are; of a refusal it is there if the job goes on.
func (r *answerReader) canRecall(parent context.Context, cause error) bool {
	t := r.t
	switch {
	case t.q.temporary, t.ids.CID == "", t.ids.RID == "", parent.Err() != nil:
		return false
	case r.refused != nil:
		return r.refused.Code == codeAccepted
	}
	return !errors.Is(cause, frame.ErrTooLong)
}

// recallAnswer reads the history until the answer is complete there, and sends the
// new part of it. It reports false if the answer is not there in time.
func (r *answerReader) recallAnswer(ctx context.Context) (bool, error) {
	limit := recallText
	if r.job || r.refused != nil || r.t.q.target.makesFile() {
		limit = recallMedia
	}
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	for {
		body, _, err := r.t.c.callRPC(ctx, r.t.session, r.t.set, rpcReadChat,
			marshalJSON([]any{r.t.ids.CID, chatTurns, nil, 1, []any{1}, []any{4}, nil, 1}))
		if err != nil && asError(err).retry == noRetry && ctx.Err() == nil && !isTransient(err) {
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

// findFinished returns the complete candidate of a turn in a chat of the history.
// It does not exist if there is none.
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

// adoptCandidate decodes a candidate of the history as if it had come in the
// stream, so that only its new text is sent.
func (r *answerReader) adoptCandidate(candidate gjson.Result) error {
	body := marshalJSON([]any{nil, []any{r.t.ids.CID, r.t.ids.RID}, nil, nil, []any{json.RawMessage(candidate.Raw)}})
	delta, ok := r.answer.DecodeFrame([]byte(marshalJSON([]any{[]any{"wrb.fr", nil, body}})))
	if !ok {
		return nil
	}
	r.refused = nil
	return r.emitDelta(delta)
}
