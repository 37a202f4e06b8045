package daemon_test

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"time"

	"github.com/geminid/geminid/upstream/simulator"
)

// meanRelease is the mean time between two releases of the web app. From one on,
// questions with the build label of the page before it are refused.
const meanRelease = 5 * 24 * time.Hour

// planReleases draws the releases with a generator of their own, so that all
// else happens as it would without them.
func (w *world) planReleases(seed uint64) {
	rnd := rand.New(rand.NewPCG(seed, 91))
	refusals := []int{http.StatusMethodNotAllowed, http.StatusNotFound, http.StatusBadRequest}
	at := w.now().Add(24 * time.Hour)
	for n := 1; ; n++ {
		at = at.Add(time.Duration(rnd.ExpFloat64() * float64(meanRelease)))
		if at.After(w.end) {
			break
		}
		release := simulator.Fault{Name: fmt.Sprintf("release-%d", n), Kind: simulator.Release, Code: refusals[rnd.IntN(len(refusals))]}
		w.events = append(w.events, event{at, func(w *world) {
			w.tell("upstream: %s, old labels are answered %d", release.Name, release.Code)
			w.sim.SetFault(release)
		}})
	}
	sortEvents(w.events)
}
