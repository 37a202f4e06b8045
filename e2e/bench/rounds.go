package main

import (
	"cmp"
	"slices"
)

// Rounds are how a shared machine is made to tell the truth: in each of them all
// subjects take their turn, figures are compared within the round only, and the
// median of the rounds is judged. A moment in which the machine stood still
// spoils one round, and a subject can not be lucky in half of them.

// median is the middle of the figures of all rounds, the worse one of two; 0
// without any.
func median[T cmp.Ordered](figures []T) T {
	var zero T
	if len(figures) == 0 {
		return zero
	}
	sorted := slices.Sorted(slices.Values(figures))
	return sorted[len(sorted)/2]
}

// over is the median of what each round says.
func over[R any, T cmp.Ordered](rounds []R, figure func(R) T) T {
	figures := make([]T, 0, len(rounds))
	for _, round := range rounds {
		figures = append(figures, figure(round))
	}
	return median(figures)
}
