// Package background knows the answers that are made whether their clients stay or not.
// Each is a [Job] of an owner under an ID, which holds what was written of it so far for
// those who read along. Start with [Jobs.Begin].
//
// # Concurrency
//
// Everything is safe for concurrent use. Whoever begins a job must end it, and runs it in
// a goroutine of its own.
package background

import (
	"bytes"
	"context"
	"errors"
	"io"
	"sync"
)

const (
	// MaxPerOwner is how many jobs one owner may have at a time.
	MaxPerOwner = 4
	// maxTranscript bounds what is held of one job, in bytes.
	maxTranscript = 16 << 20
)

// ErrTooMany is the error of a job above MaxPerOwner.
var ErrTooMany = errors.New("too many answers are being made in the background")

// ErrTooLong is the error of a write that takes a job above what is held of one.
var ErrTooLong = errors.New("the answer is longer than 16 MiB")

// Jobs are the jobs that run. The zero value has none.
type Jobs struct {
	mu      sync.Mutex
	running map[key]*Job
	owners  map[string]int
}

type key struct{ owner, id string }

// Begin adds a job. stop ends its work, which must then call [Job.End].
func (j *Jobs) Begin(owner, id string, stop func()) (*Job, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.owners[owner] >= MaxPerOwner {
		return nil, ErrTooMany
	}
	if j.running == nil {
		j.running, j.owners = make(map[key]*Job), make(map[string]int)
	}
	job := &Job{jobs: j, key: key{owner, id}, stop: stop, changed: make(chan struct{})}
	j.running[job.key] = job
	j.owners[owner]++
	return job, nil
}

// Find returns a job that runs, nil if there is none.
func (j *Jobs) Find(owner, id string) *Job {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.running[key{owner, id}]
}

// Job is an answer that is being made.
type Job struct {
	jobs *Jobs
	key  key
	stop func()

	mu      sync.Mutex
	text    []byte // only appended to
	ended   bool
	changed chan struct{} // closed and replaced when text or ended change
}

// Write implements io.Writer: it adds to what readers are shown.
func (job *Job) Write(p []byte) (int, error) {
	job.mu.Lock()
	defer job.mu.Unlock()
	if len(job.text)+len(p) > maxTranscript {
		return 0, ErrTooLong
	}
	job.text = append(job.text, p...)
	job.wake()
	return len(p), nil
}

// wake wakes the readers. The caller holds the lock.
func (job *Job) wake() {
	close(job.changed)
	job.changed = make(chan struct{})
}

// Transcript returns all that was written. It must not be changed.
func (job *Job) Transcript() []byte {
	job.mu.Lock()
	defer job.mu.Unlock()
	return job.text
}

// separator ends an event.
var separator = []byte("\n\n")

// Read returns the whole events behind the first from bytes, and blocks until there are
// some. The error is io.EOF behind the last one of a job that has ended, or that of ctx.
func (job *Job) Read(ctx context.Context, from int) ([]byte, error) {
	for {
		job.mu.Lock()
		text, ended, changed := job.text[from:], job.ended, job.changed
		job.mu.Unlock()
		end := bytes.LastIndex(text, separator)
		switch {
		case end >= 0:
			return text[:end+len(separator)], nil
		case ended:
			return nil, io.EOF
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

// End removes the job, once all that remains of it is stored.
func (job *Job) End() {
	job.jobs.mu.Lock()
	delete(job.jobs.running, job.key)
	if job.jobs.owners[job.key.owner]--; job.jobs.owners[job.key.owner] == 0 {
		delete(job.jobs.owners, job.key.owner)
	}
	job.jobs.mu.Unlock()
	job.mu.Lock()
	defer job.mu.Unlock()
	job.ended = true
	job.wake()
}

// Stop ends the work of the job and waits until it has ended, or ctx is over.
func (job *Job) Stop(ctx context.Context) {
	job.stop()
	for {
		job.mu.Lock()
		ended, changed := job.ended, job.changed
		job.mu.Unlock()
		if ended {
			return
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return
		}
	}
}
