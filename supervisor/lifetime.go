package supervisor

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/geminid/geminid/supervisor/status"
)

// lifetimes is the knowledge about how long a value lives without renewal. A value
// that was rotated away lived at least that long, which says no more; only a value
// that was seen to die gives a lifetime.
type lifetimes struct {
	Deaths  []time.Duration `json:"deaths,omitempty"`  // the last ten, oldest first
	Longest time.Duration   `json:"longest,omitempty"` // longest life seen without a death
	Sudden  []time.Time     `json:"sudden,omitempty"`  // ends of values that were not yet due
	Ceiling time.Duration   `json:"ceiling,omitempty"` // rotation interval cap after a sudden end
}

const (
	deathsKept  = 10
	suddenSpan  = 24 * time.Hour // how long a sudden end is remembered
	suddenTwice = 2              // sudden ends within suddenSpan that point to a second holder
)

// longestLife is the most that a value can live: no browser keeps a cookie longer
// than 400 days (RFC 6265bis). An older one was dated by a clock that was not set.
const longestLife = 400 * 24 * time.Hour

func isPlausible(age time.Duration) bool { return 0 < age && age <= longestLife }

// recordLife notes that a value was alive at this age, unless no value can be that old.
func (l *lifetimes) recordLife(age time.Duration) {
	if isPlausible(age) {
		l.Longest = max(l.Longest, age)
	}
}

// recordDeath notes how long a value lived whose renewal had failed: that is how long
// values live. It reports whether a value can have lived that long; if not,
// nothing is noted.
func (l *lifetimes) recordDeath(age time.Duration) bool {
	if !isPlausible(age) {
		return false
	}
	l.Deaths = append(l.Deaths, age)
	l.Deaths = slices.Delete(l.Deaths, 0, max(0, len(l.Deaths)-deathsKept))
	return true
}

// dropImplausible forgets saved ages that no value can have.
func (l *lifetimes) dropImplausible() {
	l.Deaths = slices.DeleteFunc(l.Deaths, func(age time.Duration) bool { return !isPlausible(age) })
	if !isPlausible(l.Longest) {
		l.Longest = 0
	}
}

// recordSuddenEnd notes a value that died before its renewal was due. Such a session
// was ended from outside, which says nothing about lifetimes; the next values are
// rotated sooner for a day, in case they do live shorter now.
func (l *lifetimes) recordSuddenEnd(now time.Time) {
	l.forgetOldEnds(now)
	l.Sudden = append(l.Sudden, now)
	l.Ceiling = max(rotateFloor, l.rotationCeiling()/2)
}

// forgetOldEnds forgets sudden ends that are long past, and with them the lower
// ceiling.
func (l *lifetimes) forgetOldEnds(now time.Time) {
	l.Sudden = slices.DeleteFunc(l.Sudden, func(t time.Time) bool { return now.Sub(t) > suddenSpan })
	if len(l.Sudden) == 0 {
		l.Ceiling = 0
	}
}

// hasSecondHolder reports whether values die so suddenly and so often that something
// else must be renewing the session.
func (l *lifetimes) hasSecondHolder(now time.Time) bool {
	recent := 0
	for _, t := range l.Sudden {
		if now.Sub(t) <= suddenSpan {
			recent++
		}
	}
	return recent >= suddenTwice
}

// estimateLife is the tenth percentile of the known deaths, zero if none is known. One
// short life alone is not believed if values are known to live longer: a user may have
// signed out by chance after a rotation that gave nothing, and rotations every few
// minutes for months would be its price.
func (l *lifetimes) estimateLife() time.Duration {
	sorted := slices.Sorted(slices.Values(l.Deaths))
	if len(sorted) > 0 && sorted[0] < min(shortLife, l.Longest) {
		sorted = sorted[1:]
	}
	if len(sorted) == 0 {
		return 0
	}
	return sorted[(len(sorted)-1)/10]
}

// shortLife is a life of which a late tick would take too much: rotations of such
// values are done at their moment.
const shortLife = 10 * time.Minute

// isShort reports whether values are known to live for minutes only.
func (l *lifetimes) isShort() bool {
	life := l.estimateLife()
	return 0 < life && life < shortLife
}

// rotationCeiling caps the rotation interval.
func (l *lifetimes) rotationCeiling() time.Duration { return cmp.Or(l.Ceiling, rotateEvery) }

// basisText describes the basis of a prediction in words.
func (l *lifetimes) basisText() string {
	life := l.estimateLife()
	switch {
	case len(l.Deaths) == 1:
		return "learned from one end, after " + status.FormatDuration(life)
	case life > 0:
		return fmt.Sprintf("learned from %d ends, the early ones after %s", len(l.Deaths), status.FormatDuration(life))
	case l.Longest >= time.Minute:
		return "not seen to end (longest " + status.FormatDuration(l.Longest) + ")"
	}
	return "not seen to end yet"
}
