package simulator

import (
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

const (
	keptChats = 1000     // per simulator, listed or not
	keptBytes = 16 << 20 // of prompts and answers in them
)

// chats are the conversations, oldest first. Conversations over the limits fall
// out, the oldest first.
type chats struct {
	mu    sync.Mutex
	list  []*conversation
	bytes int
}

// conversation is guarded by chats.mu.
type conversation struct {
	cid       string
	session   *session
	model     string
	title     string
	temporary bool
	deleted   bool
	pinned    bool
	changed   time.Time
	turns     []turn // oldest first
}

// turn is one question and its answer. Once stored it does not change.
type turn struct {
	rid, rcid string
	prompt    string
	candidate []byte // the finished candidate as JSON
	time      time.Time
	ready     time.Time // until then the history shows working
	working   []byte
	job       string // of a video, "" for none
}

// findConversation returns the session's conversation with this id, nil if it has none.
func (s *Simulator) findConversation(ss *session, cid string) *conversation {
	s.chats.mu.Lock()
	defer s.chats.mu.Unlock()
	return s.chats.findChat(ss, cid)
}

func (ch *chats) findChat(ss *session, cid string) *conversation {
	i := slices.IndexFunc(ch.list, func(k *conversation) bool { return k.cid == cid && k.session == ss && !k.deleted })
	if i < 0 {
		return nil
	}
	return ch.list[i]
}

// appendTurn stores a turn at the end of its conversation.
func (s *Simulator) appendTurn(k *conversation, t turn) {
	ch := &s.chats
	ch.mu.Lock()
	defer ch.mu.Unlock()
	k.changed = s.now()
	k.turns = append(k.turns, t)
	ch.bytes += len(t.prompt) + len(t.candidate)
	if len(k.turns) == 1 {
		ch.list = append(ch.list, k)
	}
	for len(ch.list) > 1 && (len(ch.list) > keptChats || ch.bytes > keptBytes) {
		for _, t := range ch.list[0].turns {
			ch.bytes -= len(t.prompt) + len(t.candidate)
		}
		ch.list[0] = nil
		ch.list = ch.list[1:]
	}
}

// listChats is MaZiqc: the history, newest first, temporary chats left out, of pinned
// chats or of the others.
func (c *call) listChats(p list) []any {
	pinned := p.listAt(2).numberAt(0) == 1
	limit := p.numberAt(0)
	if limit <= 0 {
		limit = 13
	}
	ch := &c.s.chats
	ch.mu.Lock()
	defer ch.mu.Unlock()
	rows := []any{}
	skip, next := readCursor(p.textAt(1)), any(nil)
	for _, k := range slices.Backward(ch.list) {
		if k.session != c.session || k.temporary || k.deleted || k.pinned != pinned {
			continue
		}
		if skip > 0 {
			skip--
			continue
		}
		if len(rows) == limit {
			next = writeCursor(readCursor(p.textAt(1)) + limit)
			break
		}
		rows = append(rows, k.listRow())
	}
	return []any{nil, next, rows}
}

// A cursor is the token with which a client asks for the next page.
func writeCursor(n int) string { return "CgI" + strconv.Itoa(n) }

func readCursor(s string) int { return parseNumber(strings.TrimPrefix(s, "CgI"), 0) }

// readChat is hNvQHb: the turns of one chat, newest first. A temporary chat is in no
// history.
func (c *call) readChat(p list) []any {
	ch := &c.s.chats
	ch.mu.Lock()
	defer ch.mu.Unlock()
	k := ch.findChat(c.session, p.textAt(0))
	if k == nil || k.temporary {
		return nil
	}
	limit := p.numberAt(1)
	rows := []any{}
	from, next := readCursor(p.textAt(2)), any(nil)
	for i, t := range slices.Backward(k.turns) {
		if len(k.turns)-1-i < from {
			continue
		}
		if limit > 0 && len(rows) == limit {
			next = writeCursor(from + limit)
			break
		}
		rows = append(rows, c.turnRow(k, t))
	}
	return []any{rows, next}
}

// deleteChat is GzXR5e.
func (c *call) deleteChat(p list) []any {
	ch := &c.s.chats
	ch.mu.Lock()
	defer ch.mu.Unlock()
	k := ch.findChat(c.session, p.textAt(0))
	if k == nil {
		return nil
	}
	k.deleted = true
	return []any{}
}

// Chats returns the titles in the history of a session, newest first.
func (s *Simulator) Chats(psid string) []string {
	s.sessions.mu.Lock()
	ss := s.sessions.byPSID[psid]
	s.sessions.mu.Unlock()
	s.chats.mu.Lock()
	defer s.chats.mu.Unlock()
	var titles []string
	for _, k := range slices.Backward(s.chats.list) {
		if ss != nil && k.session == ss && !k.temporary && !k.deleted {
			titles = append(titles, k.title)
		}
	}
	return titles
}

func encodeTime(t time.Time) []any { return []any{t.Unix(), t.Nanosecond()} }

// chatTitle makes a chat's title of the first words of its first prompt.
func chatTitle(prompt string) string {
	words := strings.Fields(prompt)
	s := strings.Join(words[:min(len(words), 6)], " ")
	if r := []rune(s); len(r) > 60 {
		s = string(r[:60])
	}
	if s == "" {
		s = "Untitled"
	}
	return s
}
