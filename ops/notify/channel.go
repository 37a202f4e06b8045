package notify

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"time"

	"github.com/geminid/geminid/internal/contain"
)

// notifier delivers one message. Its error holds no key and no address of a service.
type notifier interface {
	notify(ctx context.Context, m Message) error
}

// notifiers is the table of channels. make returns nil if the configuration does not
// ask for it.
var notifiers = []struct {
	name string
	make func(c Config, client *http.Client) (notifier, error)
}{
	{"webhook", newWebhook},
	{"ntfy", newNtfy},
	{"telegram", newTelegram},
	{"mail", newMail},
}

const (
	sendTimeout   = 20 * time.Second
	shutdownGrace = 2 * time.Second
	minBackoff    = 30 * time.Second
	maxBackoff    = 30 * time.Minute
	// maxSleep bounds how long a channel sleeps over waiting messages, because
	// the wall clock that quiet hours go by may be moved.
	maxSleep = time.Minute
)

// channel is one way with its pace: a slow or dead one keeps no other waiting.
type channel struct {
	name string
	wake chan struct{}

	// The Notifier's lock guards these.
	notifier notifier    // nil: not set up
	sent     []time.Time // within the last hour
	failures int         // in a row
	retryAt  time.Time
}

func channelNames(channels []*channel) (names []string) {
	for _, c := range channels {
		names = append(names, c.name)
	}
	return names
}

// wakeUp asks the channel to look at its queue.
func (c *channel) wakeUp() {
	select {
	case c.wake <- struct{}{}:
	default:
	}
}

// deliverMessage sends a message. If ctx ends meanwhile, the call gets a moment to be
// answered: a message that was delivered without an answer would be sent twice.
func deliverMessage(ctx context.Context, s notifier, m Message) error {
	call, cancel := context.WithTimeout(context.WithoutCancel(ctx), sendTimeout)
	defer cancel()
	defer context.AfterFunc(ctx, func() { time.AfterFunc(shutdownGrace, cancel) })()
	m.Attempted = false // for the delivery log only
	err := contain.Call(func() error { return s.notify(call, m) })
	if fault, ok := errors.AsType[*contain.PanicError](err); ok {
		return permanentError{fault}
	}
	return err
}

// runChannel delivers one message after the other until ctx ends.
func (n *Dispatcher) runChannel(ctx context.Context, c *channel) {
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
			s, m, wait := n.nextDelivery(c)
			if wait > 0 {
				timer.Reset(min(wait, maxSleep))
			}
			if s == nil {
				break
			}
			n.recordDelivery(ctx, c, m, deliverMessage(ctx, s, m))
		}
	}
}

// nextDelivery is the message whose turn it is and who sends it, or how long to wait for
// the end of quiet hours, of a pause after a failure, or for room under the cap.
// Neither means that nothing waits.
func (n *Dispatcher) nextDelivery(c *channel) (notifier, Message, time.Duration) {
	n.mu.Lock()
	defer n.mu.Unlock()
	now := n.cfg.Now()
	m, ok := n.log.nextMessage(c.name, now)
	if !ok || c.notifier == nil {
		return nil, Message{}, 0
	}
	c.sent = slices.DeleteFunc(c.sent, func(t time.Time) bool { return now.Sub(t) >= time.Hour })
	wait := max(n.cfg.QuietHours.remainingAt(now), min(c.retryAt.Sub(now), maxBackoff))
	if len(c.sent) >= n.cfg.PerHour {
		wait = max(wait, c.sent[0].Add(time.Hour).Sub(now))
	}
	if wait > 0 {
		return nil, Message{}, wait
	}
	n.log.markAttempted(c.name, m.ID)
	return c.notifier, m, 0
}

// recordDelivery takes in how a delivery went.
func (n *Dispatcher) recordDelivery(ctx context.Context, c *channel, m Message, err error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	now := n.cfg.Now()
	var never permanentError
	var some partialError
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
		c.retryAt = now.Add(retryDelay(c.failures, err))
		c.failures++
		n.saveLocked()
		return
	}
	c.failures, c.retryAt = 0, time.Time{}
	n.log.removeMessage(c.name, m.ID)
	n.saveLocked()
}

// retryDelay is how long to wait after a failure: as long as the receiver asked for,
// else twice as long each time.
func retryDelay(failures int, err error) time.Duration {
	var asked retryAfterError
	if errors.As(err, &asked) {
		return min(max(asked.after, time.Second), maxBackoff)
	}
	return min(minBackoff<<min(failures, 10), maxBackoff)
}
