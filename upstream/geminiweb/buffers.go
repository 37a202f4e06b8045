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

// release gives the buffer back. Frames that were returned are dead after it.
func (f *frameReader) release() {
	if f.block == nil {
		return
	}
	f.block.bytes = f.buf
	frameBuffers.put(f.block)
	f.block, f.buf = nil, nil
}

// awaitData reads once into an empty framer. While it waits it holds no buffer but
// one that was too long to be given back: growing that again for every frame of
// a long answer would cost more than it frees.
func (f *frameReader) awaitData() error {
	f.r, f.w = 0, 0
	if f.block != nil && !frameBuffers.takes(len(f.buf)) {
		return f.fillBuffer()
	}
	f.release()
	if f.err != nil {
		return f.err
	}
	n, err := f.src.Read(f.start[:])
	f.err = err
	if n == 0 {
		return err
	}
	f.block = frameBuffers.get()
	f.buf = f.block.bytes
	f.w = copy(f.buf, f.start[:n])
	return nil
}

// fillBuffer reads once. It makes room by moving what is left to the front when that
// frees half of the buffer, else by doubling it: so a byte is moved once at
// most, and the buffer stays below four frames.
func (f *frameReader) fillBuffer() error {
	if f.err != nil {
		return f.err
	}
	if f.w == len(f.buf) {
		if err := f.growBuffer(); err != nil {
			return err
		}
	}
	n, err := f.src.Read(f.buf[f.w:])
	f.w += n
	f.err = err
	if n > 0 {
		return nil
	}
	return err
}

func (f *frameReader) growBuffer() error {
	left := f.w - f.r
	target := f.buf
	if f.r < len(f.buf)/2 {
		if left >= frameLimit {
			f.err = errFrameTooLong
			return f.err
		}
		target = make([]byte, 2*len(f.buf))
	}
	copy(target, f.buf[f.r:f.w])
	f.lastStart -= f.r
	f.buf, f.r, f.w = target, 0, left
	return nil
}
