// Package budget bounds the memory that requests hold together, and divides it
// fairly: however much one client asks for, something is left for the next. It
// takes no memory itself and knows nothing of requests.
package budget

import (
	"errors"
	"sync"
)

// The errors of Reserve.
var (
	// ErrFull says that other requests hold too much; it heals by waiting.
	ErrFull = errors.New("the memory for requests is used up")
	// ErrTooLarge says that the request would hold more than one client may even
	// if there were no other; waiting does not help.
	ErrTooLarge = errors.New("the request needs more memory than one client may have")
)

// clientPart and allParts say how much one client may hold: so many times the bytes
// that stay free beside it. A client that is alone gets three quarters, two get three
// sevenths each, and there is always something left for a newcomer.
const (
	clientPart = 3
	allParts   = clientPart + 1
)

// Budget is a number of bytes that requests share. Make it with New; it is safe
// for concurrent use, and no call waits.
type Budget struct {
	mu      sync.Mutex
	size    int64
	held    int64
	clients map[string]*client // those that hold something
}

type client struct {
	held   int64
	shares int
}

// New makes a budget of size bytes.
func New(size int64) *Budget {
	return &Budget{size: size, clients: make(map[string]*client)}
}

// SetSize changes the size for later reservations.
func (b *Budget) SetSize(size int64) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.size = size
}

// HeldBytes returns how many bytes are reserved.
func (b *Budget) HeldBytes() int64 {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.held
}

// MaxPerClient returns how many bytes one client may hold when there is no other.
func (b *Budget) MaxPerClient() int64 {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.maxPerClient()
}

func (b *Budget) maxPerClient() int64 { return b.size / allParts * clientPart }

// OpenShare begins the share of one request of a client, whose name is any text that
// distinguishes clients. Close the share.
func (b *Budget) OpenShare(name string) *Share {
	b.mu.Lock()
	defer b.mu.Unlock()
	c := b.clients[name]
	if c == nil {
		c = new(client)
		b.clients[name] = c
	}
	c.shares++
	return &Share{budget: b, name: name, client: c}
}

// Share is the part that one request holds. It is safe for concurrent use.
type Share struct {
	budget *Budget
	name   string
	client *client
	held   int64
	closed bool
}

// ReserveBytes takes bytes more, before the memory for them is taken. It returns
// ErrFull or ErrTooLarge when it took none.
func (s *Share) ReserveBytes(bytes int64) error {
	b := s.budget
	b.mu.Lock()
	defer b.mu.Unlock()
	switch mine, free := s.client.held+bytes, b.size-b.held-bytes; {
	case s.closed:
		return ErrFull
	case s.held+bytes > b.maxPerClient():
		return ErrTooLarge
	case mine > clientPart*free:
		return ErrFull
	}
	s.addToSums(bytes)
	return nil
}

// ReleaseBytes gives bytes back that were reserved.
func (s *Share) ReleaseBytes(bytes int64) {
	s.budget.mu.Lock()
	defer s.budget.mu.Unlock()
	s.addToSums(-min(bytes, s.held))
}

// Close gives back all that is left. The second time it does nothing.
func (s *Share) Close() {
	b := s.budget
	b.mu.Lock()
	defer b.mu.Unlock()
	if s.closed {
		return
	}
	s.closed = true
	s.addToSums(-s.held)
	if s.client.shares--; s.client.shares == 0 {
		delete(b.clients, s.name)
	}
}

// addToSums changes the three sums. The lock is held.
func (s *Share) addToSums(bytes int64) {
	s.held += bytes
	s.client.held += bytes
	s.budget.held += bytes
}
