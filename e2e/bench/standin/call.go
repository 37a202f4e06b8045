package standin

import (
	"sync"
	"time"
)

// Call is what the stand-in saw of one expected generate request. The fields
// may be read after Done is closed.
type Call struct {
	// Recipe is how it was to be answered; its ID is filled in.
	Recipe Recipe
	// Sent holds the moment at which each text frame was handed to the
	// connection. It is shorter than the recipe when the client left.
	Sent []time.Time
	// Ended is when the handler returned.
	Ended time.Time
	// Canceled says that the request's context ended before the answer did.
	Canceled bool
	// Done is closed when the handler has returned.
	Done chan struct{}
}

// calls hands out ids and finds the call of a request.
type calls struct {
	mu   sync.Mutex
	last int
	open map[int]*Call
}

func (c *calls) expect(r Recipe) *Call {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.last++
	r.ID = c.last
	call := &Call{Recipe: r, Done: make(chan struct{})}
	c.open[r.ID] = call
	return call
}

// take removes the call, so that a second request with its id finds none.
func (c *calls) take(id int) *Call {
	c.mu.Lock()
	defer c.mu.Unlock()
	call := c.open[id]
	delete(c.open, id)
	return call
}
