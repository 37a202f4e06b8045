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
	// files that it is decoded to, with the buffers that were outgrown.
	bodyCopies = 2
	// memoryWait is the wait that a client is asked for if the memory is used up.
	memoryWait = 5 * time.Second
)

// reserveMemory reserves memory for the request before it is used. The error is
// ready for the client, which is asked to wait only if that can help.
func (st *requestState) reserveMemory(bytes int64) error {
	st.opened.Do(func() { st.share = st.memory.OpenShare(st.payer()) })
	err := st.share.ReserveBytes(bytes)
	switch {
	case err == nil:
		st.count.Memory.Set(float64(st.memory.HeldBytes()))
		return nil
	case errors.Is(err, budget.ErrTooLarge):
		st.count.MemoryRefused.WithLabelValues("too_large").Inc()
		return &chat.Error{Kind: chat.TooLarge, Err: err,
			Message: "the request needs more memory than the server grants one client (" + strconv.FormatInt(st.memory.MaxPerClient(), 10) +
				" bytes); send fewer or smaller files, or raise request_memory"}
	}
	st.count.MemoryRefused.WithLabelValues("full").Inc()
	return &chat.Error{Kind: chat.Unavailable, RetryAfter: memoryWait, Err: err,
		Message: "the requests in hand hold all the memory that the server has for them; try again in a moment"}
}

// releaseMemory gives reserved bytes back.
func (st *requestState) releaseMemory(bytes int64) {
	st.share.ReleaseBytes(bytes)
	st.count.Memory.Set(float64(st.memory.HeldBytes()))
}

// releaseAll gives all reserved bytes back at the end of the request.
func (st *requestState) releaseAll() {
	if st.share == nil {
		return
	}
	st.share.Close()
	st.count.Memory.Set(float64(st.memory.HeldBytes()))
}

// payer returns the client that the request's memory counts for: the key that let it
// in, from whatever address it is used, else its network.
func (st *requestState) payer() string {
	if (st.key != auth.Digest{}) {
		return string(st.key[:])
	}
	return limit.NetworkOf(st.client).String()
}

// reserveWhole reserves the memory of an answer that is gathered whole, event by
// event.
func (st *requestState) reserveWhole(events iter.Seq2[chat.Event, error]) iter.Seq2[chat.Event, error] {
	return func(yield func(chat.Event, error) bool) {
		for event, err := range events {
			if err == nil {
				err = st.reserveMemory(sizeOf(event))
			}
			if !yield(event, err) || err != nil {
				return
			}
		}
	}
}

// reserveFiles reserves the memory of each file of a streamed answer while it is sent.
func (st *requestState) reserveFiles(events iter.Seq2[chat.Event, error]) iter.Seq2[chat.Event, error] {
	return func(yield func(chat.Event, error) bool) {
		for event, err := range events {
			var size int64
			if event.Blob != nil {
				size = sizeOf(event)
				if full := st.reserveMemory(size); full != nil {
					yield(chat.Event{}, full)
					return
				}
			}
			more := yield(event, err)
			if size > 0 {
				st.releaseMemory(size)
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
