package simulator

import (
	"math"
	"math/rand/v2"
	"time"
)

// Life draws the life of a newly issued PSIDTS. 0 means for ever. It is called
// with the session's own generator, so that a seed repeats its lives.
type Life func(*rand.Rand) time.Duration

// Fixed gives every value the same life.
func Fixed(d time.Duration) Life {
	return func(*rand.Rand) time.Duration { return d }
}

// Between draws lives evenly on a logarithmic scale, so that minutes are as
// likely as days: that is how they are observed.
func Between(shortest, longest time.Duration) Life {
	low, high := math.Log(float64(shortest)), math.Log(float64(longest))
	return func(rnd *rand.Rand) time.Duration {
		return time.Duration(math.Exp(low + rnd.Float64()*(high-low))).Round(time.Second)
	}
}

// Listed gives the lives in turn and starts over at the end. The returned Life
// keeps its place: one list for one session.
func Listed(lives ...time.Duration) Life {
	next := 0
	return func(*rand.Rand) time.Duration {
		if len(lives) == 0 {
			return 0
		}
		d := lives[next%len(lives)]
		next++
		return d
	}
}
