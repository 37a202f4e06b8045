// Package bufpool lends byte buffers to streams and takes them back.
//
// A [Pool] is safe for concurrent use; a [Buffer] belongs to the caller that
// got it until that caller puts it back.
package bufpool

import "sync"

// Buffer is a buffer on loan. A caller that needs a longer one replaces Bytes,
// so that the next caller gets the longer one.
type Buffer struct{ Bytes []byte }

// Pool keeps buffers that are not in use. The zero value lends buffers of
// length 0 and keeps none; use [New].
type Pool struct {
	pool     sync.Pool
	size     int
	keepUpTo int
}

// New returns a pool whose new buffers have size bytes, and which drops
// buffers of more than keepUpTo bytes instead of keeping them.
func New(size, keepUpTo int) *Pool { return &Pool{size: size, keepUpTo: keepUpTo} }

// Get returns a buffer that is at least as long as a new one. Its contents are
// arbitrary.
func (p *Pool) Get() *Buffer {
	if b, ok := p.pool.Get().(*Buffer); ok {
		return b
	}
	return &Buffer{make([]byte, p.size)}
}

// Put takes b back if it is not too long to be kept. The caller must not use b
// or its bytes afterwards.
func (p *Pool) Put(b *Buffer) {
	if p.Keeps(len(b.Bytes)) {
		p.pool.Put(b)
	}
}

// Keeps reports whether Put keeps a buffer of n bytes.
func (p *Pool) Keeps(n int) bool { return n <= p.keepUpTo }
