package notify

import (
	"encoding/json"
	"maps"
	"slices"
	"time"

	"github.com/geminid/geminid/internal/statefile"
)

// deliveryLog remembers what was told and what waits. Its zero value is empty; the
// Notifier's lock guards it. It holds no secret.
type deliveryLog struct {
	// Troubles are the troubles that last, by kind and account.
	Troubles map[string]trouble `json:"told"`
	// Queues are the messages of each channel, oldest first.
	Queues map[string][]Message `json:"waiting"`
}

type trouble struct {
	NotifiedAt time.Time `json:"at"`
	Detail     string    `json:"detail,omitempty"`
	// Channels are the channels that tried to tell of it, which will tell its end.
	Channels []string `json:"heard,omitempty"`
}

func troubleKey(kind Kind, account string) string { return string(kind) + " " + account }

// dedupEvent notes an event. to are those of the open channels for which it is news;
// changed is worth a write.
func (b *deliveryLog) dedupEvent(e Event, now time.Time, open []string) (to []string, changed bool) {
	t, known := policies[e.Kind]
	switch {
	case !known:
		return nil, false
	case t.lasting && !b.beginTrouble(e, t, now):
		return nil, false
	case t.resolves == nil:
		return open, true
	}
	heard, changed := b.resolveTroubles(t.resolves, e.Account)
	switch {
	case t.silent:
		return nil, changed
	case e.Kind == FileAccepted && b.addChannels(sessionTroubles, e.Account, heard):
		return nil, changed // the session's recovery will be the better news
	}
	return slices.DeleteFunc(heard, func(c string) bool { return !slices.Contains(open, c) }), changed
}

// beginTrouble notes a trouble and reports whether it is news.
func (b *deliveryLog) beginTrouble(e Event, t policy, now time.Time) bool {
	key := troubleKey(e.Kind, e.Account)
	old, known := b.Troubles[key]
	another := e.Kind == FileRejected && old.Detail != e.Detail // one more file
	age := now.Sub(old.NotifiedAt)                              // negative when the clock was set back since
	if known && !another && (t.repeatAfter == 0 || 0 <= age && age < t.repeatAfter) {
		return false
	}
	if b.Troubles == nil {
		b.Troubles = make(map[string]trouble)
	}
	lesser, _ := b.resolveTroubles(t.supersedes, e.Account)
	b.Troubles[key] = trouble{now.UTC(), e.Detail, mergeNames(old.Channels, lesser)}
	return true
}

// resolveTroubles forgets troubles and takes back what was not tried to be told of them:
// nobody need hear of what is over. heard are the channels that did hear of one.
func (b *deliveryLog) resolveTroubles(kinds []Kind, account string) (heard []string, known bool) {
	for _, kind := range kinds {
		trouble, there := b.Troubles[troubleKey(kind, account)]
		heard, known = mergeNames(heard, trouble.Channels), known || there
		delete(b.Troubles, troubleKey(kind, account))
	}
	over := func(m Message) bool { return !m.Attempted && m.Account == account && slices.Contains(kinds, m.Event) }
	for channel, queue := range b.Queues {
		b.Queues[channel] = slices.DeleteFunc(queue, over)
	}
	return heard, known
}

// addChannels notes that channels told of the troubles of some kinds that last; there is
// false when none does.
func (b *deliveryLog) addChannels(kinds []Kind, account string, channels []string) (there bool) {
	for _, kind := range kinds {
		if trouble, lasts := b.Troubles[troubleKey(kind, account)]; lasts {
			trouble.Channels, there = mergeNames(trouble.Channels, channels), true
			b.Troubles[troubleKey(kind, account)] = trouble
		}
	}
	return there
}

// mergeNames is a new set of the names in both.
func mergeNames(a, b []string) []string {
	all := slices.Concat(a, b)
	slices.Sort(all)
	return slices.Compact(all)
}

const (
	// maxQueued is how many messages wait for one channel; the oldest goes.
	maxQueued = 50
	// messageTTL is how long a message is tried; older news helps nobody.
	messageTTL = 24 * time.Hour
)

// enqueueMessage queues a message for a channel.
func (b *deliveryLog) enqueueMessage(channel string, m Message) {
	queue := append(b.Queues[channel], m)
	b.setQueue(channel, queue[max(0, len(queue)-maxQueued):])
}

// nextMessage returns the message whose turn it is; what is too old is dropped.
func (b *deliveryLog) nextMessage(channel string, now time.Time) (Message, bool) {
	queue := slices.DeleteFunc(b.Queues[channel], func(m Message) bool { return now.Sub(m.Time) > messageTTL })
	b.setQueue(channel, queue)
	if len(queue) == 0 {
		return Message{}, false
	}
	return queue[0], true
}

// markAttempted notes that a message is on its way: it may arrive although nobody says so.
func (b *deliveryLog) markAttempted(channel, id string) {
	for i, m := range b.Queues[channel] {
		if m.ID == id && !m.Attempted {
			b.Queues[channel][i].Attempted = true
			b.addChannels([]Kind{m.Event}, m.Account, []string{channel})
		}
	}
}

// removeMessage takes a message off the queue.
func (b *deliveryLog) removeMessage(channel, id string) {
	b.setQueue(channel, slices.DeleteFunc(b.Queues[channel], func(m Message) bool { return m.ID == id }))
}

func (b *deliveryLog) setQueue(channel string, queue []Message) {
	if b.Queues == nil {
		b.Queues = make(map[string][]Message)
	}
	b.Queues[channel] = queue
}

// maxLogBytes bounds the file: several times of what all channels can fill it with.
const maxLogBytes = 16 << 20

// loadFile adds what the file knows to what was noted since. The error is as that of
// statefile.LoadOrSetAside.
func (b *deliveryLog) loadFile(path string, now time.Time) error {
	if path == "" {
		return nil
	}
	return statefile.LoadOrSetAside(path, maxLogBytes, now, func(raw []byte) error {
		var read deliveryLog
		if err := json.Unmarshal(raw, &read); err != nil {
			return err
		}
		maps.Copy(read.withMaps().Troubles, b.Troubles)
		for channel, queue := range b.Queues {
			read.setQueue(channel, append(read.Queues[channel], queue...))
		}
		*b = read
		return nil
	})
}

// withMaps is the book with room for entries.
func (b *deliveryLog) withMaps() *deliveryLog {
	if b.Troubles == nil {
		b.Troubles = make(map[string]trouble)
	}
	return b
}

func (b *deliveryLog) saveFile(path string) error {
	if path == "" {
		return nil
	}
	raw, err := json.Marshal(b)
	if err != nil {
		return err
	}
	return statefile.Replace(path, raw, true)
}
