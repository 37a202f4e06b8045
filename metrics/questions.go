package metrics

import "sync/atomic"

// questions counts questions apart from the series of requests, for readers that look
// often. Its zero value is ready.
type questions struct{ asked, answered atomic.Uint64 }

// CountQuestion counts a question that says something about the service: a well-formed
// one of a known client that no limit of the server refused. The series of Requests
// have it too, with the label sli.
func (m *Metrics) CountQuestion(answered bool) {
	m.questions.asked.Add(1)
	if answered {
		m.questions.answered.Add(1)
	}
}

// Questions returns how many of these questions came since the start, and how many of
// them got their answer. It does not touch the series.
func (m *Metrics) Questions() (asked, answered uint64) {
	return m.questions.asked.Load(), m.questions.answered.Load()
}
