package notify

import (
	"encoding/json"
	"maps"
	"slices"
	"time"

	"github.com/geminid/geminid/internal/statefile"
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
	// Heard are the channels that tried to tell of it, which will tell its end.
	Heard []string `json:"heard,omitempty"`
}

func topic(kind Kind, account string) string { return string(kind) + " " + account }

// take notes an event. to are those of the open channels for which it is news;
// changed is worth a write.
func (b *book) take(e Event, now time.Time, open []string) (to []string, changed bool) {
	t, known := traits[e.Kind]
	switch {
	case !known:
		return nil, false
	case t.lasts && !b.begin(e, t, now):
		return nil, false
	case t.ends == nil:
		return open, true
	}
	heard, changed := b.end(t.ends, e.Account)
	switch {
	case t.silent:
		return nil, changed
	case e.Kind == FileAccepted && b.hear(session, e.Account, heard):
		return nil, changed // the session's recovery will be the better news
	}
	return slices.DeleteFunc(heard, func(c string) bool { return !slices.Contains(open, c) }), changed
}

// begin notes a trouble and reports whether it is news.
func (b *book) begin(e Event, t trait, now time.Time) bool {
	key := topic(e.Kind, e.Account)
	old, known := b.Told[key]
	another := e.Kind == FileRejected && old.Detail != e.Detail // one more file
	age := now.Sub(old.At)                                      // negative when the clock was set back since
	if known && !another && (t.again == 0 || 0 <= age && age < t.again) {
		return false
	}
	if b.Told == nil {
		b.Told = make(map[string]told)
	}
	lesser, _ := b.end(t.covers, e.Account)
	b.Told[key] = told{now.UTC(), e.Detail, union(old.Heard, lesser)}
	return true
}

// end forgets troubles and takes back what was not tried to be told of them:
// nobody need hear of what is over. heard are the channels that did hear of one.
func (b *book) end(kinds []Kind, account string) (heard []string, known bool) {
	for _, kind := range kinds {
		trouble, there := b.Told[topic(kind, account)]
		heard, known = union(heard, trouble.Heard), known || there
		delete(b.Told, topic(kind, account))
	}
	over := func(m Message) bool { return !m.Tried && m.Account == account && slices.Contains(kinds, m.Event) }
	for channel, queue := range b.Waiting {
		b.Waiting[channel] = slices.DeleteFunc(queue, over)
	}
	return heard, known
}

// hear notes that channels told of the troubles of some kinds that last; there is
// false when none does.
func (b *book) hear(kinds []Kind, account string, channels []string) (there bool) {
	for _, kind := range kinds {
		if trouble, lasts := b.Told[topic(kind, account)]; lasts {
			trouble.Heard, there = union(trouble.Heard, channels), true
			b.Told[topic(kind, account)] = trouble
		}
	}
	return there
}

// union is a new set of the names in both.
func union(a, b []string) []string {
	all := slices.Concat(a, b)
	slices.Sort(all)
	return slices.Compact(all)
}

const (
	// waiting is how many messages wait for one channel; the oldest goes.
	waiting = 50
	// giveUp is how long a message is tried; older news helps nobody.
	giveUp = 24 * time.Hour
)

// push queues a message for a channel.
func (b *book) push(channel string, m Message) {
	queue := append(b.Waiting[channel], m)
	b.set(channel, queue[max(0, len(queue)-waiting):])
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
		if m.ID == id && !m.Tried {
			b.Waiting[channel][i].Tried = true
			b.hear([]Kind{m.Event}, m.Account, []string{channel})
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

// bookLimit bounds the file: several times of what all channels can fill it with.
const bookLimit = 16 << 20

// load adds what the file knows to what was noted since. The error is as that of
// statefile.Take.
func (b *book) load(path string, now time.Time) error {
	if path == "" {
		return nil
	}
	return statefile.Take(path, bookLimit, now, func(raw []byte) error {
		var read book
		if err := json.Unmarshal(raw, &read); err != nil {
			return err
		}
		maps.Copy(read.grown().Told, b.Told)
		for channel, queue := range b.Waiting {
			read.set(channel, append(read.Waiting[channel], queue...))
		}
		*b = read
		return nil
	})
}

// grown is the book with room for entries.
func (b *book) grown() *book {
	if b.Told == nil {
		b.Told = make(map[string]told)
	}
	return b
}

func (b *book) save(path string) error {
	if path == "" {
		return nil
	}
	raw, err := json.Marshal(b)
	if err != nil {
		return err
	}
	return statefile.Replace(path, raw, true)
}
