package frame

import "github.com/geminid/geminid/upstream/geminiweb/internal/bufpool"

// buffers lends the first buffer of a frame. Its size is that of the reads that
// net/http's own buffer of 4 KiB does not serve: data that has arrived already
// is read in one call.
var buffers = bufpool.New(16<<10, 64<<10)

// Release gives the buffer back. The Reader and the frames that it returned
// must not be used afterwards.
func (f *Reader) Release() {
	if f.pooled == nil {
		return
	}
	f.pooled.Bytes = f.buf
	buffers.Put(f.pooled)
	f.pooled, f.buf = nil, nil
}

// awaitData reads once into an empty Reader. It gives the buffer back before it
// waits, except one that is too long to be pooled: growing that again for every
// frame of a long answer would cost more than it saves.
func (f *Reader) awaitData() error {
	f.r, f.w = 0, 0
	if f.pooled != nil && !buffers.Keeps(len(f.buf)) {
		return f.fillBuffer()
	}
	f.Release()
	if f.err != nil {
		return f.err
	}
	n, err := f.src.Read(f.first[:])
	f.err = err
	if n == 0 {
		return err
	}
	f.pooled = buffers.Get()
	f.buf = f.pooled.Bytes
	f.w = copy(f.buf, f.first[:n])
	return nil
}

// fillBuffer reads once. It makes room by moving the rest to the front if that
// frees half of the buffer, else by doubling the buffer: so a byte is moved at
// most once, and the buffer stays below four frames.
func (f *Reader) fillBuffer() error {
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

func (f *Reader) growBuffer() error {
	left := f.w - f.r
	target := f.buf
	if f.r < len(f.buf)/2 {
		if left >= maxFrameBytes {
			f.err = ErrTooLong
			return f.err
		}
		target = make([]byte, 2*len(f.buf))
	}
	copy(target, f.buf[f.r:f.w])
	f.lastStart -= f.r
	f.buf, f.r, f.w = target, 0, left
	return nil
}
