package limit_test

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/geminid/geminid/gateway/limit"
)

// TestTasks: a question has so many rounds and no more, however often its calls are
// named, and only calls that were made count.
func TestTasks(t *testing.T) {
	var tasks limit.Tasks
	if tasks.TakeRound([]string{"", "a"}) != nil {
		t.Error("a call that was never made is known")
	}
	task := limit.NewTask()
	tasks.AddCall(task, "a")
	for i := range limit.RoundsPerTask {
		got := tasks.TakeRound([]string{"unknown", "a"})
		if got != task {
			t.Fatalf("round %d is not one of the task", i)
		}
		tasks.AddCall(got, fmt.Sprint("b", i))
	}
	for _, id := range []string{"a", "b0", fmt.Sprint("b", limit.RoundsPerTask-1)} {
		if tasks.TakeRound([]string{id}) != nil {
			t.Errorf("%s has another round", id)
		}
	}
	tasks.ReturnRound(task)
	if tasks.TakeRound([]string{"b3"}) != task || tasks.TakeRound([]string{"b3"}) != nil {
		t.Error("a round that was taken back is not there once")
	}
}

// TestTasksEnd: an hour after its question a task has no more rounds.
func TestTasksEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var tasks limit.Tasks
		tasks.AddCall(limit.NewTask(), "a")
		time.Sleep(time.Hour - time.Second)
		if tasks.TakeRound([]string{"a"}) == nil {
			t.Error("no round within the hour")
		}
		time.Sleep(time.Second)
		if tasks.TakeRound([]string{"a"}) != nil {
			t.Error("a round after the hour")
		}
	})
}

// TestTasksForget: the oldest calls make room for new ones.
func TestTasksForget(t *testing.T) {
	var tasks limit.Tasks
	task := limit.NewTask()
	for i := range 10_001 {
		tasks.AddCall(task, fmt.Sprint(i))
	}
	if tasks.TakeRound([]string{"0"}) != nil || tasks.TakeRound([]string{"1"}) == nil || tasks.TakeRound([]string{"10000"}) == nil {
		t.Error("not the oldest call was forgotten")
	}
}
