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

	// Attempted is for the delivery log: a receiver may have it already.
	Attempted bool `json:"tried,omitempty"`
}

// composeMessage puts an event into the owner's language.
func (n *Dispatcher) composeMessage(e Event, now time.Time) Message {
	spoken := languages[n.cfg.Language]
	w := spoken.templates[e.Kind]
	fill := strings.NewReplacer("{account}", cmp.Or(e.Account, "–"), "{detail}", spoken.detailOf(e)).Replace
	text := fill(w.text)
	if e.Others && w.others != "" {
		text = fill(w.others)
	}
	if e.Detail != "" && w.detail != "" {
		text = strings.TrimSpace(fill(w.detail) + "\n" + text)
	}
	m := n.newMessage(e.Kind, fill(w.title), text, now)
	m.Account, m.Urgency = e.Account, urgencyOf(e)
	return m
}

func (n *Dispatcher) newMessage(kind Kind, title, text string, now time.Time) Message {
	return Message{ID: rand.Text(), Time: now.UTC().Truncate(time.Second), Event: kind, Urgency: policies[kind].urgency,
		Server: n.cfg.Server, Title: title, Text: text}
}

// textWithServer is the text with the server's name under it.
func (m Message) textWithServer() string {
	if m.Server == "" {
		return m.Text
	}
	return m.Text + "\n(" + m.Server + ")"
}

// language is the texts of one language.
type language struct {
	templates map[Kind]template
	codes     map[string]string // the meanings of the codes of events; a missing one is replaced by its Detail
}

// detailOf returns the detail of an event in this language, if it has words for its
// code.
func (l language) detailOf(e Event) string {
	text := l.codes[e.Code]
	switch {
	case text == "":
		return e.Detail
	case e.File == "":
		return text
	}
	return e.File + ": " + text
}

// template is a message's title and text, with places for {account} and {detail}, the
// line that goes before the text if there is a detail, and the text while other
// accounts serve, empty if it is the same.
type template struct{ title, text, detail, others string }

// languages is the table of languages: a new one is a file and a row.
var languages = map[string]language{"en": english, "zh": chinese}
