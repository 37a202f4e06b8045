package supervisor

import (
	"math/rand/v2"
	"time"
)

// The clockwork. Every deadline is a wall-clock moment that a tick compares
// with now; nothing waits on a long timer, so a suspend or a jump of the clock
// delays work and never loses it.
const (
	rotateEvery   = 540 * time.Second // without an estimate of the lifetime
	rotateFloor   = 60 * time.Second  // never faster, not even by command
	rotateAnswer  = time.Hour         // a wished interval above this is a refusal to say
	firstRotation = 60 * time.Second  // after the first proof of a new file
	probeEvery    = 5 * time.Minute
	probeFloor    = 30 * time.Second // between probes that live requests cause
	longestAsked  = 24 * time.Hour   // a longer wait that the upstream asks for is ignored
	clockSlack    = 30 * time.Second // wall against monotonic time within one tick
)

// addJitter spreads d by up to ±10 %.
func addJitter(r *rand.Rand, d time.Duration) time.Duration {
	return d + time.Duration((r.Float64()*0.2-0.1)*float64(d))
}

// rotationInterval is min(9 min, the upstream's wish, 70–90 % of the learned
// life), less up to a tenth, never under the floor. Zero means not known.
func rotationInterval(r *rand.Rand, wish, life, ceiling time.Duration) time.Duration {
	d := min(rotateEvery, ceiling)
	if wish > 0 {
		d = min(d, wish)
	}
	if life > 0 {
		d = min(d, time.Duration((0.7+0.2*r.Float64())*float64(life)))
	}
	d -= time.Duration(r.Float64() * 0.1 * float64(d))
	return max(d, rotateFloor)
}

// backoff doubles from base with each failure up to limit and draws from the
// upper half, so that neither a herd nor a burst forms.
func backoff(r *rand.Rand, failures int, base, limit time.Duration) time.Duration {
	d := base
	for range min(failures-1, 30) {
		if d *= 2; d >= limit {
			d = limit
			break
		}
	}
	return d/2 + time.Duration(r.Float64()*float64(d/2))
}

// A failed save is soon tried again: writing is cheap compared to the loss at a
// restart meanwhile.
const (
	saveRetry    = 10 * time.Second
	saveRetryMax = 5 * time.Minute
)

func rotateBackoff(r *rand.Rand, failures int) time.Duration {
	return max(rotateFloor, backoff(r, failures, 90*time.Second, 30*time.Minute))
}

func probeBackoff(r *rand.Rand, failures int) time.Duration {
	return max(probeFloor, backoff(r, failures, 2*time.Minute, probeEvery))
}

// expiredBackoff is for a session that only a person can renew.
func expiredBackoff(r *rand.Rand, failures int) time.Duration {
	return backoff(r, failures, 2*time.Hour, 12*time.Hour)
}

// Dry rotations are tried again soon, twice: a real end must be announced before
// it comes, and a chance miss must not be mistaken for one.
var dryRetries = []time.Duration{rotateFloor, 90 * time.Second}

// requestProbes are the gaps between probes that failing live requests cause.
var requestProbes = []time.Duration{0, probeFloor, time.Minute, 2 * time.Minute, 5 * time.Minute}

// rotateLimited is how long rotation alone waits after a 429, by how many came
// in a row. The first waits are short because a value may live for a quarter of
// an hour only, and the usual cause, a rotation moments ago, is over soon.
var rotateLimited = []time.Duration{5 * time.Minute, 5 * time.Minute, 10 * time.Minute, 30 * time.Minute}

func limitedFor(asked time.Duration, failures int) time.Duration {
	if asked > 0 {
		return min(max(asked, rotateFloor), longestAsked)
	}
	return ladderStep(rotateLimited, failures-1)
}

func ladderStep(ladder []time.Duration, n int) time.Duration {
	return ladder[min(n, len(ladder)-1)]
}

// holdFor is the time to the next trial call: the wait that the upstream asked for,
// otherwise a part of the time already refused, within the bounds of its kind.
// Blocks were seen to last about two hours. Within a day trials are five to eight
// minutes apart, so that the status says blocked for less than two intervals between
// probes once it is over; one that lasts longer is no passing one, and is asked about
// less and less.
func holdFor(state State, lasted, asked time.Duration) time.Duration {
	if asked > 0 {
		return min(max(asked, time.Second), longestAsked)
	}
	if state == RateLimited {
		return min(max(lasted, time.Minute), 30*time.Minute)
	}
	longest := 8 * time.Minute
	if lasted >= 24*time.Hour {
		longest = 6 * time.Hour
	}
	return min(max(lasted/16, 5*time.Minute), longest)
}
