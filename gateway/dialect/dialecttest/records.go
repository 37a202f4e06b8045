package dialecttest

import "github.com/geminid/geminid/gateway/dialect"

// Records are records in memory. They belong to one test.
type Records map[string][]byte

// LoadRecord implements [dialect.Records].
func (r Records) LoadRecord(id string) ([]byte, error) {
	data, ok := r[id]
	if !ok {
		return nil, dialect.ErrNoRecord
	}
	return data, nil
}

// SaveRecord implements [dialect.Records].
func (r Records) SaveRecord(id string, record []byte) error {
	r[id] = record
	return nil
}

// ChangeRecord implements [dialect.Records].
func (r Records) ChangeRecord(id string, change func([]byte) ([]byte, error)) error {
	data, err := r.LoadRecord(id)
	if err != nil {
		return err
	}
	if data, err = change(data); err == nil {
		r[id] = data
	}
	return err
}

// DeleteRecord implements [dialect.Records].
func (r Records) DeleteRecord(id string) error {
	_, err := r.LoadRecord(id)
	delete(r, id)
	return err
}

// IsAnswering implements [dialect.Records].
func (r Records) IsAnswering(string) bool { return false }

// StopAnswer implements [dialect.Records].
func (r Records) StopAnswer(string) {}
