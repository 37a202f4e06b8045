package wire

import (
	"iter"
	"math/bits"
)

// Places is a set of places in an array; those from 128 on are not kept. The zero
// Places is empty.
type Places [2]uint64

func placesOf(list ...int) (p Places) {
	for _, i := range list {
		p[i/64] |= 1 << (i % 64)
	}
	return p
}

// All yields the places in order.
func (p Places) All() iter.Seq[int] {
	return func(yield func(int) bool) {
		for half, word := range p {
			for ; word != 0; word &= word - 1 {
				if !yield(half*64 + bits.TrailingZeros64(word)) {
					return
				}
			}
		}
	}
}

// Unknown are the places of an answer that hold something and that were never seen in a
// recording: a sign that the upstream has something new.
type Unknown struct{ Body, Candidate, Container Places }

// Merge adds the places of o.
func (u *Unknown) Merge(o Unknown) {
	for i := range u.Body {
		u.Body[i] |= o.Body[i]
		u.Candidate[i] |= o.Candidate[i]
		u.Container[i] |= o.Container[i]
	}
}

// The places that recordings of 2025 and 2026 hold, or that other clients read.
var (
	knownBody      = placesOf(0, 1, 2, 4, 5, 6, 8, 10, 14, 17, 18, 19, 20, 23, 24, 25, 26, 27, 36, 37, 39, 42, 43, 44, 45, 46, 51)
	knownCandidate = placesOf(0, 1, 2, 6, 8, 9, 12, 15, 21, 22, 23, 24, 25, 27, 28, 30, 37, 47, 48)
	knownContainer = placesOf(0, 1, 6, 7, 43, 55, 56, 59, 64, 69, 86)
)

// noteUnknown adds a place to set if it is none of known and holds something.
func noteUnknown(set *Places, known *Places, i int, v value) {
	if i < 128 && !v.isNull() && known[i/64]&(1<<(i%64)) == 0 {
		set[i/64] |= 1 << (i % 64)
	}
}
