package notify

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/geminid/geminid/internal/statefile"
)

// Secret is a token or password that cannot print itself. A nil Secret is none.
type Secret interface {
	// Reveal returns the text. It is called when a message is sent, and nowhere else.
	Reveal() string
}

func revealSecret(s Secret) string {
	if s == nil {
		return ""
	}
	return s.Reveal()
}

// Config is the configuration of [New]. Without a channel nothing is ever sent.
type Config struct {
	Webhook  Webhook
	Ntfy     Ntfy
	Telegram Telegram
	Mail     Mail
	// Language is "en" or "zh"; empty means English.
	Language string
	// Server names this machine in the messages; empty leaves it out.
	Server string
	// QuietHours is when nothing is sent; the zero value is never. Trouble that lasts
	// until they end is sent then.
	QuietHours QuietHours
	// PerHour caps the messages of one channel; zero means 12. Further messages wait,
	// unless their trouble is over by then.
	PerHour int
	// Path is the file of the delivery log; empty keeps it in memory.
	Path string
	// Now is the wall clock; nil means time.Now.
	Now func() time.Time
	// Logger gets the failures of deliveries; nil discards them.
	Logger *slog.Logger
	// Transport carries the HTTP calls; nil means the network, without the
	// environment's proxies.
	Transport http.RoundTripper
}

const defaultPerHour = 12

// Dispatcher turns events into messages and delivers them through its channels. Its
// methods are safe for concurrent use; [Dispatcher.Run] delivers.
type Dispatcher struct {
	channels []*channel // one for each row of notifiers

	mu         sync.Mutex
	cfg        Config // Reconfigure changes some of it; the rest is fixed
	log        deliveryLog
	saveFailed bool // the last write of the delivery log failed
	// unreadable: the file is there and cannot be read, so nothing is written over it.
	unreadable bool
}

// New checks the configuration and reads the delivery log. It sends nothing. If a
// channel cannot be used the error is a *[ConfigError].
func New(c Config) (*Dispatcher, error) {
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	n := &Dispatcher{cfg: c}
	for _, row := range notifiers {
		n.channels = append(n.channels, &channel{name: row.name, wake: make(chan struct{}, 1)})
	}
	if err := n.Reconfigure(c); err != nil {
		return nil, err
	}
	if err := n.log.loadFile(c.Path, c.Now()); err != nil {
		n.unreadable = statefile.IsUnreadable(err)
		c.Logger.Warn("the delivery log of notices cannot be read; a notice may be sent again", "err", err)
	}
	return n, nil
}

// Reconfigure changes the channels, the language, the name and the pace. The delivery
// log stays; a new channel gets the events that follow. If it returns an error
// nothing has changed.
func (n *Dispatcher) Reconfigure(c Config) error {
	c.Language = cmp.Or(c.Language, "en")
	if _, ok := languages[c.Language]; !ok {
		return fmt.Errorf("there are no messages in the language %q; use en or zh", c.Language)
	}
	c.Now, c.Transport = n.cfg.Now, n.cfg.Transport
	made, client := make([]notifier, len(notifiers)), newClient(c.Transport)
	for i, row := range notifiers {
		var err error
		if made[i], err = row.make(c, client); err != nil {
			return &ConfigError{row.name, err}
		}
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	n.cfg.Language, n.cfg.Server, n.cfg.QuietHours, n.cfg.PerHour = c.Language, c.Server, c.QuietHours, cmp.Or(c.PerHour, defaultPerHour)
	for i, channel := range n.channels {
		channel.notifier, channel.failures, channel.retryAt = made[i], 0, time.Time{}
		channel.wakeUp()
	}
	return nil
}

// enabledLocked are the channels that are set up.
func (n *Dispatcher) enabledLocked() []*channel {
	return slices.DeleteFunc(slices.Clone(n.channels), func(c *channel) bool { return c.notifier == nil })
}

// HandleEvent takes the present state of something. It may be called with the same
// again and again: a message goes out only if the state is new. The end of a trouble
// that was never notified gives no message, and neither does an unknown kind. It
// blocks for the disk, and for no channel.
func (n *Dispatcher) HandleEvent(e Event) {
	n.mu.Lock()
	defer n.mu.Unlock()
	open := n.enabledLocked()
	if len(open) == 0 {
		return
	}
	now := n.cfg.Now()
	to, changed := n.log.dedupEvent(e, now, channelNames(open))
	if len(to) > 0 {
		n.queueLocked(n.composeMessage(e, now), to)
	}
	if changed {
		n.saveLocked()
	}
}

// QueueReport queues a text of its own under a subject, such as the weekly report. It
// blocks for the disk, as [Dispatcher.HandleEvent] does.
func (n *Dispatcher) QueueReport(subject, text string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	open := n.enabledLocked()
	if len(open) == 0 {
		return
	}
	n.queueLocked(n.newMessage(Report, subject, text, n.cfg.Now()), channelNames(open))
	n.saveLocked()
}

// queueLocked adds a message to the queues of some channels.
func (n *Dispatcher) queueLocked(m Message, to []string) {
	for _, c := range n.channels {
		if slices.Contains(to, c.name) {
			n.log.enqueueMessage(c.name, m)
			c.wakeUp()
		}
	}
}

func (n *Dispatcher) saveLocked() {
	if n.unreadable {
		if n.unreadable = statefile.IsUnreadable(n.log.loadFile(n.cfg.Path, n.cfg.Now())); n.unreadable {
			return // said at the start
		}
		n.cfg.Logger.Info("the delivery log of notices can be read again", "file", n.cfg.Path)
	}
	err := n.log.saveFile(n.cfg.Path)
	if err != nil && !n.saveFailed {
		n.cfg.Logger.Warn("the delivery log of notices cannot be saved; after a restart a notice may be sent again", "err", err)
	}
	n.saveFailed = err != nil
}

// Run delivers until ctx ends, and returns when its goroutines have. Messages that
// wait then are delivered after the next start.
func (n *Dispatcher) Run(ctx context.Context) {
	var all sync.WaitGroup
	for _, c := range n.channels {
		all.Go(func() { n.runChannel(ctx, c) })
	}
	all.Wait()
}

// Outcome is the result of one channel for a test message.
type Outcome struct {
	Channel string
	Err     error // nil if it was delivered; without an address or a key
}

// SendTest sends one message through every channel at once, quiet hours or not, and
// waits for the outcomes.
func (n *Dispatcher) SendTest(ctx context.Context) []Outcome {
	n.mu.Lock()
	m := n.composeMessage(Event{Kind: Test}, n.cfg.Now())
	open := n.enabledLocked()
	through := make([]notifier, len(open))
	for i, c := range open {
		through[i] = c.notifier
	}
	n.mu.Unlock()
	out := make([]Outcome, len(open))
	var all sync.WaitGroup
	for i, c := range open {
		all.Go(func() { out[i] = Outcome{c.name, deliverMessage(ctx, through[i], m)} })
	}
	all.Wait()
	return out
}

// EnabledChannels names the channels that are set up.
func (n *Dispatcher) EnabledChannels() []string {
	n.mu.Lock()
	defer n.mu.Unlock()
	return channelNames(n.enabledLocked())
}
