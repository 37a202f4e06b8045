package supervisor

import (
	"context"
	"time"

	"github.com/geminid/geminid/cookie"
)

// Supervisor is a stub while the house is being raised.
type Supervisor struct{}

// Do lends the best account to fn and learns from how it ends. fn reports
// whether something of its answer already went to the client: then no other
// account is tried.
func (s *Supervisor) Do(ctx context.Context, fn func(ctx context.Context, lease Lease) (committed bool, err error)) error {
	_, err := fn(ctx, Lease{})
	return err
}

// Lease returns the account that Do would use now.
func (s *Supervisor) Lease() (Lease, error) { return Lease{}, nil }

// Offer probes a candidate and takes it in when it is proven.
func (s *Supervisor) Offer(ctx context.Context, c Candidate) Verdict { return Verdict{} }

// Probe asks the upstream about one account now.
func (s *Supervisor) Probe(ctx context.Context, account string) (cookie.Finding, error) {
	return cookie.Finding{}, nil
}

// Rotate forces a rotation now; it obeys the floor (TooSoon).
func (s *Supervisor) Rotate(ctx context.Context, account string) (cookie.Finding, error) {
	return cookie.Finding{}, nil
}

// Rollback goes back to the previous generation when a probe proves it.
func (s *Supervisor) Rollback(ctx context.Context, account string) (Verdict, error) {
	return Verdict{}, nil
}

// Pause stops use and rotation of an account.
func (s *Supervisor) Pause(account string) error { return nil }

// Resume ends a pause.
func (s *Supervisor) Resume(account string) error { return nil }

// Remove stops rotation and wipes the values; the lineage's hashes stay.
func (s *Supervisor) Remove(account string) error { return nil }

// Accounts returns a snapshot of all accounts, best first.
func (s *Supervisor) Accounts() []Account { return nil }

// History returns the lineage of one account, newest first.
func (s *Supervisor) History(account string) ([]Generation, error) { return nil, nil }

// Overall returns the best state, since when, and what a person should do.
func (s *Supervisor) Overall() (State, time.Time, string) { return Missing, time.Time{}, "" }

// Ready reports whether at least one account may serve.
func (s *Supervisor) Ready() bool { return false }
