package inbox

import (
	"time"

	"github.com/fsnotify/fsnotify"
)

// How a tap paces its reading.
const (
	tapDry  = time.Millisecond       // no event for so long: all there was is read
	tapRest = 100 * time.Millisecond // then nothing is read
)

// tap reads events in gulps. Waking up for each event of a storm costs far more
// than the event; while the tap rests, the kernel keeps them, and merges those
// that are alike.
type tap struct {
	source <-chan fsnotify.Event
	events <-chan fsnotify.Event // nil while it rests
	timer  *time.Timer
}

func newTap(source <-chan fsnotify.Event) *tap {
	t := &tap{source: source, events: source, timer: time.NewTimer(tapDry)}
	t.timer.Stop()
	return t
}

// noteEvent is called for every event that was read.
func (t *tap) noteEvent() { t.timer.Reset(tapDry) }

// openAgain is called when the timer rang.
func (t *tap) openAgain() {
	if t.events == nil {
		t.events = t.source
		return
	}
	t.events = nil
	t.timer.Reset(tapRest)
}

func (t *tap) stopTimer() { t.timer.Stop() }
