package geminiweb

import "sync"

// block is a buffer that is lent and given back. Whoever needs a longer one puts
// it into the same block, so that the next stream finds it.
type block struct{ bytes []byte }

// lender keeps blocks that nobody needs just now. New blocks are first bytes
// long, and those above keep bytes are not taken back.
type lender struct {
	pool        sync.Pool
	first, keep int
}

// Frames are read in whole where they have come already: the first size holds
// what the upstream sends at once, for every read of 4 KiB and more is answered
// with a write. What is known of an answer is held as long as the answer takes.
var (
	frameBuffers = &lender{first: 16 << 10, keep: 64 << 10}
	knownBuffers = &lender{first: 2 << 10, keep: 512 << 10}
)

func (l *lender) get() *block {
	if b, ok := l.pool.Get().(*block); ok {
		return b
	}
	return &block{make([]byte, l.first)}
}

// takes reports whether a buffer of n bytes is taken back.
func (l *lender) takes(n int) bool { return n <= l.keep }

// put takes a block back that nobody uses any more.
func (l *lender) put(b *block) {
	if l.takes(len(b.bytes)) {
		l.pool.Put(b)
	}
}
