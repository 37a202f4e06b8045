package simulator

import (
	"encoding/json"
	"slices"
)

// updateChat is MUAZcd: what is to change stands in the chat at [2], beside its id a
// title, and whether it is pinned. The answer is the chat as lists have it. A payload
// without a chat, such as that which marks one as read, is acknowledged.
func (c *call) updateChat(p list) []any {
	wanted := p.listAt(2)
	if wanted.textAt(0) == "" {
		return []any{}
	}
	ch := &c.s.chats
	ch.mu.Lock()
	defer ch.mu.Unlock()
	k := ch.findChat(c.session, wanted.textAt(0))
	if k == nil || k.temporary {
		return nil
	}
	if title := wanted.textAt(1); title != "" {
		k.title = abridgeText(title, 200)
	}
	if !wanted.isNull(2) {
		k.pinned = string(wanted.at(2)) == "true"
	}
	return []any{nil, k.listRow()}
}

// listRow is the chat in a list. The caller holds the lock of chats.
func (k *conversation) listRow() []any {
	last := k.turns[len(k.turns)-1]
	var pinned any
	if k.pinned {
		pinned = true
	}
	return []any{k.cid, k.title, pinned, nil, nil, encodeTime(k.changed), []any{[]any{k.cid, last.rid}, 1}, nil, nil, 2}
}

// turnRow is a turn of the chat as the history shows it. The caller holds the lock.
func (c *call) turnRow(k *conversation, t turn) []any {
	shown := t.candidate
	if c.s.now().Before(t.ready) {
		shown = t.working
	}
	return []any{[]any{k.cid, t.rid}, nil, []any{[]any{t.prompt}}, []any{[]any{json.RawMessage(shown)}}, encodeTime(t.time)}
}

// readTurn is EqPOKe: the turn of a chat with this response id, the newest without one.
func (c *call) readTurn(p list) []any {
	ch := &c.s.chats
	ch.mu.Lock()
	defer ch.mu.Unlock()
	k := ch.findChat(c.session, p.textAt(0))
	if k == nil || k.temporary {
		return nil
	}
	for _, t := range slices.Backward(k.turns) {
		if rid := p.textAt(1); rid == "" || rid == t.rid {
			return []any{c.turnRow(k, t)}
		}
	}
	return nil
}
