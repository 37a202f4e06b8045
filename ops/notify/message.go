package notify

import (
	"cmp"
	"crypto/rand"
	"strings"
	"time"
)

// Message is an event in words, as receivers get it.
type Message struct {
	ID      string    `json:"id"`
	Time    time.Time `json:"time"`
	Event   Kind      `json:"event"`
	Urgency Urgency   `json:"urgency"`
	Account string    `json:"account,omitempty"`
	Server  string    `json:"server,omitempty"`
	Title   string    `json:"title"`
	Text    string    `json:"text"`

	// Tried is for the book: somebody may have got it already.
	Tried bool `json:"tried,omitempty"`
}

// compose puts an event into the owner's language.
func (n *Notifier) compose(e Event, now time.Time) Message {
	spoken := languages[n.cfg.Language]
	w := spoken.words[e.Kind]
	fill := strings.NewReplacer("{account}", cmp.Or(e.Account, "–"), "{detail}", spoken.detail(e)).Replace
	text := fill(w.text)
	if e.Detail != "" && w.detail != "" {
		text = strings.TrimSpace(fill(w.detail) + "\n" + text)
	}
	m := n.message(e.Kind, fill(w.title), text, now)
	m.Account = e.Account
	return m
}

func (n *Notifier) message(kind Kind, title, text string, now time.Time) Message {
	return Message{ID: rand.Text(), Time: now.UTC().Truncate(time.Second), Event: kind, Urgency: traits[kind].urgency,
		Server: n.cfg.Server, Title: title, Text: text}
}

// signed is the text with the server's name under it.
func (m Message) signed() string {
	if m.Server == "" {
		return m.Text
	}
	return m.Text + "\n(" + m.Server + ")"
}

// language is the words of one language.
type language struct {
	words map[Kind]words
	codes map[string]string // what the codes of events mean; a missing one is told by its Detail
}

// detail is an event's in this language, when it has words for its code.
func (l language) detail(e Event) string {
	text := l.codes[e.Code]
	switch {
	case text == "":
		return e.Detail
	case e.File == "":
		return text
	}
	return e.File + ": " + text
}

// words are a message's title and text, with places for {account} and {detail},
// and the line that goes before the text when there is a detail.
type words struct{ title, text, detail string }

// languages is the table of languages: a new one is a file and a line.
var languages = map[string]language{"en": english, "zh": chinese}
