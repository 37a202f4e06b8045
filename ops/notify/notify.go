// Package notify tells the owner what happens to the sessions, for people who
// run one small server and no Alertmanager: by webhook, ntfy, Telegram and
// e-mail, in English or Chinese. What was told is not told again while it lasts,
// its end is told too, nothing is sent in quiet hours, and a restart forgets
// none of it.
package notify

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/geminid/geminid/internal/statefile"
)

// Secret is a token or password that can not print itself. A nil Secret is none.
type Secret interface {
	// Reveal returns the text. It is called where a message is sent, and nowhere
	// else.
	Reveal() string
}

func reveal(s Secret) string {
	if s == nil {
		return ""
	}
	return s.Reveal()
}

// Config is what New needs. Without a channel nothing is ever sent.
type Config struct {
	Webhook  Webhook
	Ntfy     Ntfy
	Telegram Telegram
	Mail     Mail
	// Language is "en" or "zh"; empty means English.
	Language string
	// Server names this machine in the messages; empty leaves it out.
	Server string
	// Quiet is when nothing is sent; the zero value is never. What is still so
	// when it ends is told then.
	Quiet Quiet
	// PerHour caps the messages of one channel; zero means 12. What is above it
	// waits, unless it is over by then.
	PerHour int
	// Path is the file that remembers what was told and what waits; empty keeps
	// it in memory.
	Path string
	// Now is the wall clock; nil means time.Now.
	Now func() time.Time
	// Logger is told of messages that could not be delivered; nil means none.
	Logger *slog.Logger
	// Transport carries the HTTP calls; nil means the network, without the
	// environment's proxies.
	Transport http.RoundTripper
}

const perHour = 12

// Notifier tells events through its channels. Its methods may be called at any
// time and from anywhere; Run delivers.
type Notifier struct {
	channels []*channel // one for each row of senders

	mu   sync.Mutex
	cfg  Config // what Reconfigure changes; the rest is fixed
	book book
	sick bool // the last write of the book failed
	// unread: the file is there and cannot be read, so nothing is written over it.
	unread bool
}

// New checks the configuration and reads what was told before. It sends nothing.
func New(c Config) (*Notifier, error) {
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	n := &Notifier{cfg: c}
	for _, row := range senders {
		n.channels = append(n.channels, &channel{name: row.name, wake: make(chan struct{}, 1)})
	}
	if err := n.Reconfigure(c); err != nil {
		return nil, err
	}
	if err := n.book.load(c.Path, c.Now()); err != nil {
		n.unread = statefile.Unreadable(err)
		c.Logger.Warn("what was told before can not be read; it may be told again", "err", err)
	}
	return n, nil
}

// Reconfigure changes the channels, the language, the name and the pace. What was
// told and what waits stays; a new channel hears of what comes. When it returns an
// error nothing has changed.
func (n *Notifier) Reconfigure(c Config) error {
	c.Language = cmp.Or(c.Language, "en")
	if _, ok := languages[c.Language]; !ok {
		return fmt.Errorf("there are no messages in the language %q; use en or zh", c.Language)
	}
	c.Now, c.Transport = n.cfg.Now, n.cfg.Transport
	made, client := make([]sender, len(senders)), newClient(c.Transport)
	for i, row := range senders {
		var err error
		if made[i], err = row.make(c, client); err != nil {
			return &ConfigError{row.name, err}
		}
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	n.cfg.Language, n.cfg.Server, n.cfg.Quiet, n.cfg.PerHour = c.Language, c.Server, c.Quiet, cmp.Or(c.PerHour, perHour)
	for i, channel := range n.channels {
		channel.sender, channel.failures, channel.retryAt = made[i], 0, time.Time{}
		channel.poke()
	}
	return nil
}

// openLocked are the channels that are set up.
func (n *Notifier) openLocked() []*channel {
	return slices.DeleteFunc(slices.Clone(n.channels), func(c *channel) bool { return c.sender == nil })
}

// Tell takes in how something stands. It may be said again and again: a message
// goes out only when it is news; the end of something that was never told is none,
// and neither is an unknown kind. It waits for the disk but for no channel.
func (n *Notifier) Tell(e Event) {
	n.mu.Lock()
	defer n.mu.Unlock()
	open := n.openLocked()
	if len(open) == 0 {
		return
	}
	now := n.cfg.Now()
	to, changed := n.book.take(e, now, names(open))
	if len(to) > 0 {
		n.queueLocked(n.compose(e, now), to)
	}
	if changed {
		n.saveLocked()
	}
}

// Report queues a text of its own under a subject, such as the weekly report. It
// waits for the disk, as Tell does.
func (n *Notifier) Report(subject, text string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	open := n.openLocked()
	if len(open) == 0 {
		return
	}
	n.queueLocked(n.message(Report, subject, text, n.cfg.Now()), names(open))
	n.saveLocked()
}

// queueLocked gives a message to some channels.
func (n *Notifier) queueLocked(m Message, to []string) {
	for _, c := range n.channels {
		if slices.Contains(to, c.name) {
			n.book.push(c.name, m)
			c.poke()
		}
	}
}

func (n *Notifier) saveLocked() {
	if n.unread {
		if n.unread = statefile.Unreadable(n.book.load(n.cfg.Path, n.cfg.Now())); n.unread {
			return // said at the start
		}
		n.cfg.Logger.Info("what was told before can be read again", "file", n.cfg.Path)
	}
	err := n.book.save(n.cfg.Path)
	if err != nil && !n.sick {
		n.cfg.Logger.Warn("what was told can not be saved; after a restart it may be told again", "err", err)
	}
	n.sick = err != nil
}

// Run delivers until ctx ends. What waits then is delivered after the next start.
func (n *Notifier) Run(ctx context.Context) {
	var all sync.WaitGroup
	for _, c := range n.channels {
		all.Go(func() { n.run(ctx, c) })
	}
	all.Wait()
}

// Outcome is how one channel took a test message.
type Outcome struct {
	Channel string
	Err     error // nil when it was taken; without an address or a key
}

// Test sends one message through every channel at once, quiet hours or not, and
// waits for the outcomes.
func (n *Notifier) Test(ctx context.Context) []Outcome {
	n.mu.Lock()
	m := n.compose(Event{Kind: Test}, n.cfg.Now())
	open := n.openLocked()
	through := make([]sender, len(open))
	for i, c := range open {
		through[i] = c.sender
	}
	n.mu.Unlock()
	out := make([]Outcome, len(open))
	var all sync.WaitGroup
	for i, c := range open {
		all.Go(func() { out[i] = Outcome{c.name, deliver(ctx, through[i], m)} })
	}
	all.Wait()
	return out
}

// Channels names the channels that are set up.
func (n *Notifier) Channels() []string {
	n.mu.Lock()
	defer n.mu.Unlock()
	return names(n.openLocked())
}

// refused is an answer that no retry will change.
type refused struct{ error }

func (r refused) Unwrap() error { return r.error }

// partly is a message that was taken, but not for everybody.
type partly struct{ error }

func (p partly) Unwrap() error { return p.error }

// later is a failure whose receiver said when to come back.
type later struct {
	error
	after time.Duration
}

func (l later) Unwrap() error { return l.error }

// ConfigError is a channel that can not be used as it is set up.
type ConfigError struct {
	Channel string // webhook, ntfy, telegram or mail
	Err     error
}

// Error implements error.
func (e *ConfigError) Error() string { return e.Channel + ": " + e.Err.Error() }

// Unwrap returns the cause.
func (e *ConfigError) Unwrap() error { return e.Err }

var errIncomplete = errors.New("is only half set up")
