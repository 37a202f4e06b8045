package api

import (
	"errors"

	"github.com/geminid/geminid/gateway/dialect"
	"github.com/geminid/geminid/gateway/stored"
)

// keyRecords are the records of one key. Requests without a key, which only this machine
// can make, have records of their own.
type keyRecords struct {
	store *stored.Store
	owner stored.Owner
}

// recordsOf returns the records of the client; nil if none are stored.
func (a *API) recordsOf(st *requestState) dialect.Records {
	if a.stored == nil {
		return nil
	}
	return &keyRecords{a.stored, stored.OwnerOf(st.key[:])}
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

// DeleteRecord implements [dialect.Records].
func (r *keyRecords) DeleteRecord(id string) error {
	return recordError(r.store.Delete(r.owner, id))
}

// IsAnswering implements [dialect.Records].
func (r *keyRecords) IsAnswering(string) bool { return false }

func recordError(err error) error {
	if errors.Is(err, stored.ErrNotFound) {
		return dialect.ErrNoRecord
	}
	return err
}
