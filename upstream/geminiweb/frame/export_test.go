package frame

// HoldsIdleBuffer reports whether f holds a buffer with nothing in it.
func (f *Reader) HoldsIdleBuffer() bool { return f.pooled != nil && f.r == f.w }
