package background_test

import (
	"context"
	"errors"
	"io"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"github.com/geminid/geminid/gateway/background"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// readAll reads a job to its end.
func readAll(ctx context.Context, job *background.Job) (string, error) {
	var all []byte
	for {
		more, err := job.Read(ctx, len(all))
		if all = append(all, more...); err != nil {
			return string(all), err
		}
	}
}

// TestReaders: each reads whole events from the beginning, before and after they are
// written.
func TestReaders(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var jobs background.Jobs
		job, err := jobs.Begin("ann", "a", func() {})
		if err != nil {
			t.Fatal(err)
		}
		read := make(chan string, 2)
		for range 2 {
			go func() {
				text, err := readAll(t.Context(), job)
				if !errors.Is(err, io.EOF) {
					t.Error(err)
				}
				read <- text
			}()
		}
		for _, piece := range []string{"one\n\ntwo", "\n", "\n", "half"} {
			if _, err := job.Write([]byte(piece)); err != nil {
				t.Fatal(err)
			}
			synctest.Wait()
		}
		job.End()
		for range 2 {
			if text := <-read; text != "one\n\ntwo\n\n" {
				t.Errorf("read %q", text)
			}
		}
		if string(job.Transcript()) != "one\n\ntwo\n\nhalf" {
			t.Errorf("%q", job.Transcript())
		}
	})
}

// TestBounds: a job is found by its owner alone, and one owner has so many.
func TestBounds(t *testing.T) {
	var jobs background.Jobs
	var last *background.Job
	for i := range background.MaxPerOwner {
		job, err := jobs.Begin("ann", string(rune('a'+i)), func() {})
		if err != nil {
			t.Fatal(err)
		}
		last = job
	}
	if _, err := jobs.Begin("ann", "x", func() {}); !errors.Is(err, background.ErrTooMany) {
		t.Errorf("one too many: %v", err)
	}
	if _, err := jobs.Begin("bob", "a", func() {}); err != nil {
		t.Errorf("another owner: %v", err)
	}
	if jobs.Find("ann", "a") == nil || jobs.Find("bob", "b") != nil {
		t.Error("jobs are found under other owners")
	}
	last.End()
	if _, err := jobs.Begin("ann", "x", func() {}); err != nil {
		t.Errorf("after an end: %v", err)
	}
	if _, err := last.Write(make([]byte, 17<<20)); !errors.Is(err, background.ErrTooLong) {
		t.Errorf("17 MiB: %v", err)
	}
}

// TestStop: it ends the work and waits for its end, and no longer than its caller.
func TestStop(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var jobs background.Jobs
		stopped := make(chan struct{})
		job, err := jobs.Begin("ann", "a", func() { close(stopped) })
		if err != nil {
			t.Fatal(err)
		}
		go func() {
			<-stopped
			time.Sleep(time.Second)
			job.End()
		}()
		began := time.Now()
		job.Stop(t.Context())
		if took := time.Since(began); took != time.Second || jobs.Find("ann", "a") != nil {
			t.Errorf("waited for %v", took)
		}
		stuck, err := jobs.Begin("ann", "b", func() {})
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		stuck.Stop(ctx)
		if _, err := stuck.Read(ctx, 0); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("read of a job without text: %v", err)
		}
	})
}
