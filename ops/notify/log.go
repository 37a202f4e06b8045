package notify

import (
	"encoding/json"
	"maps"
	"slices"
	"time"

	"github.com/geminid/geminid/internal/statefile"
)

// deliveryLog remembers the troubles that were notified and the messages that wait.
// Its zero value is empty; the lock of the [Dispatcher] guards it. It holds no
// secret.
type deliveryLog struct {
	// Troubles are the troubles that last, by kind and account.
	Troubles map[string]trouble `json:"told"`
	// Queues are the messages of each channel, oldest first.
	Queues map[string][]Message `json:"waiting"`
}

type trouble struct {
	NotifiedAt time.Time `json:"at"`
	Detail     string    `json:"detail,omitempty"`
	// Channels are those that tried to deliver it, and will deliver its end.
	Channels []string `json:"heard,omitempty"`
}

func troubleKey(kind Kind, account string) string { return string(kind) + " " + account }

// dedupEvent records an event. to are those of the open channels for which it is new;
// changed reports whether the log must be saved.
func (l *deliveryLog) dedupEvent(e Event, now time.Time, open []string) (to []string, changed bool) {
	t, known := policies[e.Kind]
	switch {
	case !known:
		return nil, false
	case t.lasting && !l.beginTrouble(e, t, now):
		return nil, false
	case t.resolves == nil:
		return open, true
	}
	notified, changed := l.resolveTroubles(t.resolves, e.Account)
	switch {
	case t.silent:
		return nil, changed
	case e.Kind == FileAccepted && l.addChannels(sessionTroubles, e.Account, notified):
		return nil, changed // the session's recovery will be the better news
	}
	return slices.DeleteFunc(notified, func(c string) bool { return !slices.Contains(open, c) }), changed
}

// beginTrouble records a trouble and reports whether it is new.
func (l *deliveryLog) beginTrouble(e Event, t policy, now time.Time) bool {
	key := troubleKey(e.Kind, e.Account)
	old, known := l.Troubles[key]
	another := e.Kind == FileRejected && old.Detail != e.Detail // one more file
	age := now.Sub(old.NotifiedAt)                              // negative if the clock was set back since
	if known && !another && (t.repeatAfter == 0 || 0 <= age && age < t.repeatAfter) {
		return false
	}
	if l.Troubles == nil {
		l.Troubles = make(map[string]trouble)
	}
	lesser, _ := l.resolveTroubles(t.supersedes, e.Account)
	l.Troubles[key] = trouble{now.UTC(), e.Detail, mergeNames(old.Channels, lesser)}
	return true
}

// resolveTroubles forgets troubles and removes their messages that were not attempted
// yet: a trouble that is over needs no notice. notified are the channels that did try
// one.
func (l *deliveryLog) resolveTroubles(kinds []Kind, account string) (notified []string, known bool) {
	for _, kind := range kinds {
		trouble, there := l.Troubles[troubleKey(kind, account)]
		notified, known = mergeNames(notified, trouble.Channels), known || there
		delete(l.Troubles, troubleKey(kind, account))
	}
	over := func(m Message) bool { return !m.Attempted && m.Account == account && slices.Contains(kinds, m.Event) }
	for channel, queue := range l.Queues {
		l.Queues[channel] = slices.DeleteFunc(queue, over)
	}
	return notified, known
}

// addChannels records that channels notified the lasting troubles of some kinds;
// found is false if there is none.
func (l *deliveryLog) addChannels(kinds []Kind, account string, channels []string) (found bool) {
	for _, kind := range kinds {
		if trouble, lasts := l.Troubles[troubleKey(kind, account)]; lasts {
			trouble.Channels, found = mergeNames(trouble.Channels, channels), true
			l.Troubles[troubleKey(kind, account)] = trouble
		}
	}
	return found
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
	// messageTTL is how long a message is tried; an older one is of no use.
	messageTTL = 24 * time.Hour
)

// enqueueMessage queues a message for a channel.
func (l *deliveryLog) enqueueMessage(channel string, m Message) {
	queue := slices.Concat(l.Queues[channel], []Message{m})
	l.setQueue(channel, queue[max(0, len(queue)-maxQueued):])
}

// nextMessage returns the first message of the queue; messages that are too old are
// dropped.
func (l *deliveryLog) nextMessage(channel string, now time.Time) (Message, bool) {
	queue := slices.DeleteFunc(l.Queues[channel], func(m Message) bool { return now.Sub(m.Time) > messageTTL })
	l.setQueue(channel, queue)
	if len(queue) == 0 {
		return Message{}, false
	}
	return queue[0], true
}

// markAttempted records that a delivery has begun: the message may arrive even if no
// answer does.
func (l *deliveryLog) markAttempted(channel, id string) {
	for i, m := range l.Queues[channel] {
		if m.ID == id && !m.Attempted {
			l.Queues[channel][i].Attempted = true
			l.addChannels([]Kind{m.Event}, m.Account, []string{channel})
		}
	}
}

// removeMessage takes a message off the queue.
func (l *deliveryLog) removeMessage(channel, id string) {
	l.setQueue(channel, slices.DeleteFunc(l.Queues[channel], func(m Message) bool { return m.ID == id }))
}

func (l *deliveryLog) setQueue(channel string, queue []Message) {
	if l.Queues == nil {
		l.Queues = make(map[string][]Message)
	}
	l.Queues[channel] = queue
}

// maxLogBytes bounds the file: several times the size that all channels can fill.
const maxLogBytes = 16 << 20

// loadFile adds the content of the file to the entries since. The error is as that of
// statefile.LoadOrSetAside.
func (l *deliveryLog) loadFile(path string, now time.Time) error {
	if path == "" {
		return nil
	}
	return statefile.LoadOrSetAside(path, maxLogBytes, now, func(raw []byte) error {
		var read deliveryLog
		if err := json.Unmarshal(raw, &read); err != nil {
			return err
		}
		maps.Copy(read.withMaps().Troubles, l.Troubles)
		for channel, queue := range l.Queues {
			read.setQueue(channel, append(read.Queues[channel], queue...))
		}
		*l = read
		return nil
	})
}

// withMaps makes the maps if need be.
func (l *deliveryLog) withMaps() *deliveryLog {
	if l.Troubles == nil {
		l.Troubles = make(map[string]trouble)
	}
	return l
}

func (l *deliveryLog) saveFile(path string) error {
	if path == "" {
		return nil
	}
	raw, err := json.Marshal(l)
	if err != nil {
		return err
	}
	return statefile.Replace(path, raw, true)
}
