package notify

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"slices"
	"time"

	"github.com/google/renameio/v2"
)

// book remembers what was told and what waits. Its zero value is empty; the
// Notifier's lock guards it. It holds no secret.
type book struct {
	// Told are the troubles that last, by kind and account.
	Told map[string]told `json:"told"`
	// Waiting are the messages of each channel, oldest first.
	Waiting map[string][]Message `json:"waiting"`
}

type told struct {
	At     time.Time `json:"at"`
	Detail string    `json:"detail,omitempty"`
}

func topic(kind Kind, account string) string { return string(kind) + " " + account }

// take notes an event. News is worth a message; changed is worth a write.
func (b *book) take(e Event, now time.Time) (news, changed bool) {
	t, known := traits[e.Kind]
	switch {
	case !known:
		return false, false
	case t.lasts:
		news = b.begin(e, t, now)
		return news, news
	case t.ends != nil:
		for _, kind := range t.ends {
			changed = b.end(kind, e.Account) || changed
		}
		if e.Kind == FileAccepted {
			changed = b.end(FileRejected, "") || changed // one that nobody could place
		}
		// While the session itself is in trouble, its recovery is the better news.
		return changed && !t.silent && !(e.Kind == FileAccepted && b.open(session, e.Account)), changed
	}
	return true, false
}

// begin notes a trouble and reports whether it is news.
func (b *book) begin(e Event, t trait, now time.Time) bool {
	key := topic(e.Kind, e.Account)
	old, known := b.Told[key]
	another := e.Kind == FileRejected && old.Detail != e.Detail // one more file
	if known && !another && (t.again == 0 || now.Sub(old.At) < t.again) {
		return false
	}
	if b.Told == nil {
		b.Told = make(map[string]told)
	}
	for _, lesser := range t.covers {
		b.end(lesser, e.Account)
	}
	b.Told[key] = told{now.UTC(), e.Detail}
	return true
}

// end forgets a trouble and reports whether it was known.
func (b *book) end(kind Kind, account string) bool {
	key := topic(kind, account)
	_, known := b.Told[key]
	delete(b.Told, key)
	return known
}

func (b *book) open(kinds []Kind, account string) bool {
	return slices.ContainsFunc(kinds, func(k Kind) bool { _, ok := b.Told[topic(k, account)]; return ok })
}

const (
	// waiting is how many messages wait for one channel; the oldest goes.
	waiting = 50
	// giveUp is how long a message is tried; older news helps nobody.
	giveUp = 24 * time.Hour
)

// push queues a message for a channel. The end of a trouble that was not heard
// of yet takes that message back: nobody need hear of what is over.
func (b *book) push(channel string, m Message) {
	queue := b.Waiting[channel]
	kept := slices.DeleteFunc(slices.Clone(queue), func(old Message) bool {
		return !old.Tried && old.Account == m.Account && slices.Contains(traits[m.Event].ends, old.Event)
	})
	if len(kept) == len(queue) {
		kept = append(kept, m)
	}
	b.set(channel, kept[max(0, len(kept)-waiting):])
}

// first returns the message whose turn it is; what is too old is dropped.
func (b *book) first(channel string, now time.Time) (Message, bool) {
	queue := slices.DeleteFunc(b.Waiting[channel], func(m Message) bool { return now.Sub(m.Time) > giveUp })
	b.set(channel, queue)
	if len(queue) == 0 {
		return Message{}, false
	}
	return queue[0], true
}

// try notes that a message is on its way: it may arrive although nobody says so.
func (b *book) try(channel, id string) {
	for i, m := range b.Waiting[channel] {
		if m.ID == id {
			b.Waiting[channel][i].Tried = true
		}
	}
}

// done takes a message off the queue.
func (b *book) done(channel, id string) {
	b.set(channel, slices.DeleteFunc(b.Waiting[channel], func(m Message) bool { return m.ID == id }))
}

func (b *book) set(channel string, queue []Message) {
	if b.Waiting == nil {
		b.Waiting = make(map[string][]Message)
	}
	b.Waiting[channel] = queue
}

func (b *book) load(path string) error {
	if path == "" {
		return nil
	}
	raw, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	var read book
	if err := json.Unmarshal(raw, &read); err != nil {
		return err
	}
	*b = read
	return nil
}

func (b *book) save(path string) error {
	if path == "" {
		return nil
	}
	raw, err := json.Marshal(b)
	if err != nil {
		return err
	}
	return renameio.WriteFile(path, raw, 0o600)
}
