package daemon_test

import (
	"fmt"
	"math"
	"net/http"
	"slices"
	"time"

	"github.com/geminid/geminid/ops/report"
	"github.com/geminid/geminid/supervisor"
)

// longestWrong is how many minutes in a row the status may say what is not so: two
// intervals between probes.
const longestWrong = 10

// truth holds what the server says of itself against what the world knows.
type truth struct {
	// wrong is for how many minutes in a row the status's word has not been what a
	// question would have met; longest is the most, and breaks counts the stretches
	// beyond longestWrong.
	wrong, longest, breaks int
	saying                 supervisor.State // the word at the beginning of the stretch

	// watched counts minutes in which the server ran, mute those of them in which no
	// question would have been answered.
	watched, mute int
	// asked and answered count the world's own questions.
	asked, answered int

	report report.Report // of all days, made at their end
}

// wouldAnswer reports whether the upstream would answer a question with the set in
// use; open reports that it answers some and fails others.
func (w *world) wouldAnswer(alive bool) (yes, open bool) {
	now := w.now()
	limited := slices.ContainsFunc(w.limits, func(s span) bool { return s.kind == "limit" && isInside([]span{s}, now) })
	return alive && !limited && !isInside(w.spoiled, now), isInside(w.flaps, now)
}

// minute judges the word of the minute that just passed.
func (c *truth) minute(w *world, alive bool) {
	sup := w.daemon.Supervisor()
	word := sup.Overall().State
	answers, open := w.wouldAnswer(alive)
	c.watched++
	if _, err := sup.Lease(); err != nil || !answers {
		c.mute++
	}
	if open || word.Serves() == answers {
		c.wrong = 0
		return
	}
	if c.wrong++; c.wrong == 1 {
		c.saying = word
	}
	c.longest = max(c.longest, c.wrong)
	if c.wrong == longestWrong+1 {
		c.breaks++
		w.t.Logf("seed %d day %d %s: the status says %s (first %s) for more than %d minutes, and a question would be answered: %v",
			w.count.seed, w.day(), w.now().Format(time.TimeOnly), word, c.saying, longestWrong, answers)
	}
}

// request counts one of the world's questions.
func (c *truth) request(status int) {
	c.asked++
	if status == http.StatusOK {
		c.answered++
	}
}

// mutePercent returns the share of time in which nothing could be answered, by the
// report and by the world.
func (c *truth) mutePercent() (told, was float64) {
	return 100 * float64(c.report.Sum.Missed) / float64(max(1, c.report.Sum.Watched)), 100 * float64(c.mute) / float64(max(1, c.watched))
}

// availability returns the share of questions that were answered, by the report and
// by the world.
func (c *truth) availability() (told, was float64) {
	if c.report.Availability != nil {
		told = *c.report.Availability
	}
	return told, 100 * float64(c.answered) / float64(max(1, c.asked))
}

// broken lists what was said and is not so.
func (c *truth) broken(need func(ok bool, format string, args ...any)) {
	need(c.breaks == 0, "the status's word was wrong for longer than %d minutes %d times, up to %d", longestWrong, c.breaks, c.longest)
	told, was := c.availability()
	need(math.Abs(told-was) <= .1, "the report says that %.3f %% were answered, it was %.3f %%", told, was)
	told, was = c.mutePercent()
	need(math.Abs(told-was) <= .1, "the report says that nothing could be answered for %.3f %% of the time, it was %.3f %%", told, was)
}

// String is the end of the table's row.
func (c *truth) String() string {
	told, was := c.availability()
	muteTold, mute := c.mutePercent()
	return fmt.Sprintf("%6d min  %7.3f/%-7.3f  %6.3f/%-6.3f", c.longest, told, was, muteTold, mute)
}
