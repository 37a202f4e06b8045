package load

import (
	"context"
	"sync"
	"time"
)

// Crowd is a number of clients that ask one after the other, each on its own.
type Crowd struct {
	// Clients ask at once.
	Clients int
	// Each is how many questions a client asks; 0 means until For is over.
	Each int
	// For bounds the time in which a new question is begun; 0 means no bound.
	For time.Duration
	// Spread staggers the clients' first questions evenly over this time.
	Spread time.Duration
}

// Result is what a crowd saw. The slices are in no order.
type Result struct {
	Answers []Answer
	// Errors are the failed requests.
	Errors []error
	// Wall is from the first question to the last answer.
	Wall time.Duration
}

// Rate is answers per second of wall time.
func (r Result) Rate() float64 {
	if r.Wall <= 0 {
		return 0
	}
	return float64(len(r.Answers)) / r.Wall.Seconds()
}

// Run sends the crowd and waits for the last of them.
func (c Crowd) Run(ctx context.Context, ask func(context.Context) (Answer, error)) Result {
	var (
		mu     sync.Mutex
		result Result
		all    sync.WaitGroup
	)
	start := time.Now()
	over := func(asked int) bool {
		return ctx.Err() != nil || (c.Each > 0 && asked >= c.Each) || (c.For > 0 && time.Since(start) >= c.For)
	}
	for client := range c.Clients {
		all.Go(func() {
			sleep(ctx, c.Spread*time.Duration(client)/time.Duration(c.Clients))
			for asked := 0; !over(asked); asked++ {
				answer, err := ask(ctx)
				mu.Lock()
				if err != nil {
					result.Errors = append(result.Errors, err)
				} else {
					result.Answers = append(result.Answers, answer)
				}
				mu.Unlock()
			}
		})
	}
	all.Wait()
	result.Wall = time.Since(start)
	return result
}

func sleep(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}
