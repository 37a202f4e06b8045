package notify

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"time"
)

// sender delivers one message. Its error holds no key and no address of a service.
type sender interface {
	send(ctx context.Context, m Message) error
}

// senders is the table of ways to tell somebody. make returns nil when the
// configuration does not ask for it.
var senders = []struct {
	name string
	make func(c Config, client *http.Client) (sender, error)
}{
	{"webhook", newWebhook},
	{"ntfy", newNtfy},
	{"telegram", newTelegram},
	{"mail", newMail},
}

const (
	sendTimeout = 20 * time.Second
	lastWords   = 2 * time.Second
	firstRetry  = 30 * time.Second
	lastRetry   = 30 * time.Minute
	// lookAgain bounds how long a channel sleeps over waiting messages, because
	// the wall clock that quiet hours go by may be moved.
	lookAgain = time.Minute
)

// channel is one way with its pace: a slow or dead one keeps no other waiting.
type channel struct {
	name string
	wake chan struct{}

	// The Notifier's lock guards these.
	sender   sender      // nil: not set up
	sent     []time.Time // within the last hour
	failures int         // in a row
	retryAt  time.Time
}

func names(channels []*channel) (names []string) {
	for _, c := range channels {
		names = append(names, c.name)
	}
	return names
}

// poke asks the channel to look at its queue.
func (c *channel) poke() {
	select {
	case c.wake <- struct{}{}:
	default:
	}
}

// deliver sends a message. When ctx ends meanwhile the call gets a moment to be
// answered: what is taken and not known to be would be sent twice.
func deliver(ctx context.Context, s sender, m Message) error {
	call, cancel := context.WithTimeout(context.WithoutCancel(ctx), sendTimeout)
	defer cancel()
	defer context.AfterFunc(ctx, func() { time.AfterFunc(lastWords, cancel) })()
	m.Tried = false // the book's own
	return s.send(call, m)
}

// run delivers one message after the other until ctx ends.
func (n *Notifier) run(ctx context.Context, c *channel) {
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-c.wake:
		case <-timer.C:
		}
		for ctx.Err() == nil {
			s, m, wait := n.next(c)
			if wait > 0 {
				timer.Reset(min(wait, lookAgain))
			}
			if s == nil {
				break
			}
			n.settle(ctx, c, m, deliver(ctx, s, m))
		}
	}
}

// next is the message whose turn it is and who sends it, or how long to wait for
// the end of quiet hours, of a pause after a failure, or for room under the cap.
// Neither means that nothing waits.
func (n *Notifier) next(c *channel) (sender, Message, time.Duration) {
	n.mu.Lock()
	defer n.mu.Unlock()
	now := n.cfg.Now()
	m, ok := n.book.first(c.name, now)
	if !ok || c.sender == nil {
		return nil, Message{}, 0
	}
	c.sent = slices.DeleteFunc(c.sent, func(t time.Time) bool { return now.Sub(t) >= time.Hour })
	wait := max(n.cfg.Quiet.left(now), min(c.retryAt.Sub(now), lastRetry))
	if len(c.sent) >= n.cfg.PerHour {
		wait = max(wait, c.sent[0].Add(time.Hour).Sub(now))
	}
	if wait > 0 {
		return nil, Message{}, wait
	}
	n.book.try(c.name, m.ID)
	return c.sender, m, 0
}

// settle takes in how a delivery went.
func (n *Notifier) settle(ctx context.Context, c *channel, m Message, err error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	now := n.cfg.Now()
	var never refused
	var some partly
	switch {
	case err == nil, errors.As(err, &some):
		c.sent = append(c.sent, now)
		if c.failures > 0 {
			n.cfg.Logger.Info("notifications arrive again", "channel", c.name)
		}
		if err != nil {
			n.cfg.Logger.Error("a notification did not reach everybody; check the settings and run: geminid notify test", "channel", c.name, "event", m.Event, "err", err)
		}
	case errors.As(err, &never):
		n.cfg.Logger.Error("a notification was refused; check the settings and run: geminid notify test", "channel", c.name, "event", m.Event, "err", err)
	default:
		if c.failures == 0 && ctx.Err() == nil {
			n.cfg.Logger.Warn("a notification could not be sent; it is tried again", "channel", c.name, "event", m.Event, "err", err)
		}
		c.retryAt = now.Add(pause(c.failures, err))
		c.failures++
		n.saveLocked()
		return
	}
	c.failures, c.retryAt = 0, time.Time{}
	n.book.done(c.name, m.ID)
	n.saveLocked()
}

// pause is how long to wait after a failure: what the receiver asked for, else
// twice as long each time.
func pause(failures int, err error) time.Duration {
	var asked later
	if errors.As(err, &asked) {
		return min(max(asked.after, time.Second), lastRetry)
	}
	return min(firstRetry<<min(failures, 10), lastRetry)
}
