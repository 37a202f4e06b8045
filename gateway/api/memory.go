package api

import (
	"errors"
	"iter"
	"strconv"
	"time"

	"github.com/geminid/geminid/chat"
	"github.com/geminid/geminid/gateway/auth"
	"github.com/geminid/geminid/gateway/budget"
	"github.com/geminid/geminid/gateway/limit"
)

const (
	// bodyCopies is how often a body is held: as it came, and as the texts and
	// files that it is decoded to, with what growing them leaves behind.
	bodyCopies = 2
	// memoryWait is what a client is told to wait when the memory is used up.
	memoryWait = 5 * time.Second
)

// reserve takes memory for the request before it is used. The error is ready for
// the client; it is told to wait only if that can help.
func (x *exchange) reserve(bytes int64) error {
	x.opened.Do(func() { x.share = x.api.memory.OpenShare(x.payer) })
	err := x.share.ReserveBytes(bytes)
	switch {
	case err == nil:
		x.api.count.Memory.Set(float64(x.api.memory.HeldBytes()))
		return nil
	case errors.Is(err, budget.ErrTooLarge):
		x.api.count.MemoryRefused.WithLabelValues("too_large").Inc()
		return &chat.Error{Kind: chat.TooLarge, Err: err,
			Message: "the request needs more memory than the server grants one client (" + strconv.FormatInt(x.api.memory.MaxPerClient(), 10) +
				" bytes); send fewer or smaller files, or raise request_memory"}
	}
	x.api.count.MemoryRefused.WithLabelValues("full").Inc()
	return &chat.Error{Kind: chat.Unavailable, RetryAfter: memoryWait, Err: err,
		Message: "the requests in hand hold all the memory that the server has for them; try again in a moment"}
}

// release gives back what is held no longer.
func (x *exchange) release(bytes int64) {
	x.share.ReleaseBytes(bytes)
	x.api.count.Memory.Set(float64(x.api.memory.HeldBytes()))
}

// forget gives everything back when the request is over.
func (x *exchange) forget() {
	if x.share == nil {
		return
	}
	x.share.Close()
	x.api.count.Memory.Set(float64(x.api.memory.HeldBytes()))
}

// identify says whom the request's memory counts for: the key that let it in,
// however many addresses it is used from, else its network.
func (a *API) identify(x *exchange) {
	x.payer = limit.NetworkOf(x.client).String()
	if (x.key != auth.Digest{}) {
		x.payer = string(x.key[:])
	}
}

// held reserves the memory of an answer that is gathered whole, piece by piece.
func (x *exchange) held(events iter.Seq2[chat.Event, error]) iter.Seq2[chat.Event, error] {
	return func(yield func(chat.Event, error) bool) {
		for event, err := range events {
			if err == nil {
				err = x.reserve(sizeOf(event))
			}
			if !yield(event, err) || err != nil {
				return
			}
		}
	}
}

// passed reserves the memory of each file of a streamed answer while it is sent.
func (x *exchange) passed(events iter.Seq2[chat.Event, error]) iter.Seq2[chat.Event, error] {
	return func(yield func(chat.Event, error) bool) {
		for event, err := range events {
			var size int64
			if event.Blob != nil {
				size = sizeOf(event)
				if full := x.reserve(size); full != nil {
					yield(chat.Event{}, full)
					return
				}
			}
			more := yield(event, err)
			if size > 0 {
				x.release(size)
			}
			if !more {
				return
			}
		}
	}
}

func sizeOf(event chat.Event) int64 {
	size := int64(len(event.Text))
	if event.Blob != nil {
		size += int64(len(event.Blob.Data))
	}
	return size
}
