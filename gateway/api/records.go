package api

import (
	"context"
	"errors"
	"time"

	"github.com/geminid/geminid/gateway/background"
	"github.com/geminid/geminid/gateway/dialect"
	"github.com/geminid/geminid/gateway/stored"
)

// keyRecords are the records of one key. Requests without a key, which only this machine
// can make, have records of their own.
type keyRecords struct {
	store *stored.Store
	jobs  *background.Jobs
	owner stored.Owner
}

// recordsOf returns the records of the client; nil if none are stored.
func (a *API) recordsOf(st *requestState) dialect.Records {
	if a.stored == nil {
		return nil
	}
	return &keyRecords{a.stored, &a.jobs, ownerOf(st)}
}

// LoadRecord implements [dialect.Records].
func (r *keyRecords) LoadRecord(id string) ([]byte, error) {
	data, err := r.store.Load(r.owner, id)
	return data, recordError(err)
}

// SaveRecord implements [dialect.Records].
func (r *keyRecords) SaveRecord(id string, record []byte) error {
	return r.store.Save(r.owner, id, record)
}

// ChangeRecord implements [dialect.Records].
func (r *keyRecords) ChangeRecord(id string, change func([]byte) ([]byte, error)) error {
	return recordError(r.store.Change(r.owner, id, change))
}

// DeleteRecord implements [dialect.Records]. The events of an answer go with it.
func (r *keyRecords) DeleteRecord(id string) error {
	_ = r.store.Delete(r.owner, id+transcriptSuffix) // most have none
	return recordError(r.store.Delete(r.owner, id))
}

// IsAnswering implements [dialect.Records].
func (r *keyRecords) IsAnswering(id string) bool { return r.jobs.Find(string(r.owner), id) != nil }

// stopTime is how long the end of an answer is waited for.
const stopTime = 10 * time.Second

// StopAnswer implements [dialect.Records].
func (r *keyRecords) StopAnswer(id string) {
	ctx, cancel := context.WithTimeout(context.Background(), stopTime)
	defer cancel()
	if job := r.jobs.Find(string(r.owner), id); job != nil {
		job.Stop(ctx)
	}
}

func recordError(err error) error {
	if errors.Is(err, stored.ErrNotFound) {
		return dialect.ErrNoRecord
	}
	return err
}
