package limit

import (
	"sync"
	"time"
)

const (
	// RoundsPerTask is how many requests that bring results one question may have.
	RoundsPerTask = 50
	// taskTime is how long after its question a task may have rounds.
	taskTime = time.Hour
	// maxCalls is how many calls are remembered at once.
	maxCalls = 10_000
)

// Tasks remembers which calls of tools stood in answers. A request that brings their
// results is a round of the task that began with the first question, and need not
// count as a question of its own: a program that works for somebody sends dozens.
//
// What a task may have is bounded by its question: [RoundsPerTask] rounds within an
// hour, however many calls and clients share them. A request can only be a round if it
// names the ID of a call, which nobody can guess.
//
// The zero value is ready to use, and safe for concurrent use.
type Tasks struct {
	mu    sync.Mutex
	calls map[string]*Task // by ID
	order []string         // of calls, the oldest first
}

// Task is a question and the rounds that its calls lead to.
type Task struct {
	left  int // rounds
	began time.Time
}

// NewTask returns the task of a question that was just asked.
func NewTask() *Task { return &Task{left: RoundsPerTask, began: time.Now()} }

// AddCall notes that a call with that ID stands in an answer of task.
func (t *Tasks) AddCall(task *Task, id string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.calls == nil {
		t.calls = make(map[string]*Task)
	}
	if len(t.order) == maxCalls {
		delete(t.calls, t.order[0])
		t.order = append(t.order[:0], t.order[1:]...)
	}
	t.calls[id] = task
	t.order = append(t.order, id)
}

// TakeRound counts a request that brings the results of calls with these IDs as a round
// of their task, and returns it. It returns nil if none of them is known, or the task
// has had its rounds or its time.
func (t *Tasks) TakeRound(ids []string) *Task {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, id := range ids {
		if task := t.calls[id]; task != nil && task.left > 0 && time.Since(task.began) < taskTime {
			task.left--
			return task
		}
	}
	return nil
}

// ReturnRound takes a round back that was not asked after all.
func (t *Tasks) ReturnRound(task *Task) {
	t.mu.Lock()
	defer t.mu.Unlock()
	task.left++
}
