package frame

// Jumped reports whether the last frame was found without counting.
func (f *Reader) Jumped() bool { return f.lastCut == byJump }

// HoldsIdleBuffer reports whether f holds a buffer with nothing in it.
func (f *Reader) HoldsIdleBuffer() bool { return f.pooled != nil && f.r == f.w }
