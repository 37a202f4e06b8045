package limit

// Sizes returns how many keys are remembered, and how many of them are in lists.
func (w *Window[K]) Sizes() (keys, listed int) {
	return len(w.entries), w.below.Len() + w.reached.Len()
}
