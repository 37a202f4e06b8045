package simulator

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"time"
)

// delivery is one answer on its way to the client.
type delivery struct {
	c              *call
	q              *question
	p              *plan
	f              *frames
	cid, rid, rcid string
	served, shown  Model // shown is empty when bodies do not tell
	pieces         []string
	text, thoughts escaped
	variant        escaped         // the text as it looked before a rewrite
	media          json.RawMessage // of the finished candidate
	job            []any           // the video that is being made, nil for none
	dense          bool
	held           time.Duration // what a client waits that wants no snapshots
}

// deliver streams the answer that was planned.
func (c *call) deliver(q *question, p *plan) {
	d := &delivery{c: c, q: q, p: p, cid: q.cid, rid: "r_" + c.s.nextID(), rcid: "rc_" + c.s.nextID(),
		served: q.model, dense: p.form == "dense"}
	if d.cid == "" {
		d.cid = "c_" + c.s.nextID()
	}
	if p.downgrade {
		d.served = c.otherModel(q.model, p.otherModel)
	}
	if !c.s.cfg.HideModel && !c.has(HiddenModel) {
		d.shown = d.served
	}
	c.note(func(e *Entry) { e.Served = d.served.ID })
	if p.chop > 0 {
		c.w.chopInto(p.chop)
	}
	d.prepare()
	d.save()
	if p.end == "empty" {
		c.w.Header().Set("Content-Type", "application/json; charset=utf-8")
		c.w.WriteHeader(http.StatusOK)
		return
	}
	if !c.sleep(p.pace.First + d.held) {
		return
	}
	d.f = c.newFrames(http.StatusOK)
	if p.garble > 0 {
		d.f.garble = p.garble
	}
	if p.skew > 0 {
		d.f.skew = p.skew
	}
	if err := d.play(); err != nil {
		return
	}
	if d.p.noEnd {
		return
	}
	d.f.close()
}

// prepare renders everything that frames repeat.
func (d *delivery) prepare() {
	p := d.p
	if p.pictures > 0 || p.web || p.video != "" || p.music {
		d.media = d.c.media(d)
	}
	d.pieces = p.pace.pieces(p.say)
	if !d.q.stream || !d.c.chunked() {
		d.held = p.pace.Gap * time.Duration(len(d.pieces)-1)
		d.pieces = []string{p.say}
	}
	d.text = escape(d.pieces)
	if p.rewrite {
		changed := make([]string, len(d.pieces))
		for i, piece := range d.pieces {
			changed[i] = strings.NewReplacer("```python", "```", "You said:", "You wrote:").Replace(piece)
		}
		d.variant = escape(changed)
	}
	if p.think {
		d.thoughts = escape(evenly(thoughts(p.turn), 6))
	}
}

// finished is the candidate as the history keeps it.
func (d *delivery) finished() candidate {
	k := candidate{rcid: d.rcid, text: d.p.say, done: true, media: d.media, dense: d.dense}
	if d.p.think {
		k.thoughts = thoughts(d.p.turn)
	}
	if d.p.card {
		k.card, k.text = k.text, "http://googleusercontent.com/card_content/0"
	}
	return k
}

// save puts the turn into the history before it streams, as the upstream does:
// a stream that breaks can be read there.
func (d *delivery) save() {
	switch {
	case d.p.end == "unsaved" || d.p.end == "silent" || d.p.end == "empty" || d.p.errStatus != 0:
		return
	case d.p.errCode != 0 && d.p.errAt != "trailing" || !d.c.alive:
		return
	}
	k := d.q.chat
	if k == nil {
		k = &conversation{cid: d.cid, session: d.c.session, model: d.q.model.ID,
			temporary: d.q.temporary, title: title(d.p.turn)}
	}
	t := turn{rid: d.rid, rcid: d.rcid, prompt: d.q.prompt, candidate: encode(d.finished().value()), time: d.c.s.now()}
	if d.p.ready > 0 {
		t.ready, t.working = t.time.Add(d.p.ready), encode(d.working().value())
	}
	d.c.s.keep(k, t)
}

// working is the candidate as the history shows it while its media is made.
func (d *delivery) working() candidate {
	k := d.finished()
	media := fields{6: []any{1}}
	if d.job != nil {
		media[64] = d.job
	}
	k.done, k.media = false, encode(media.sparse(7))
	return k
}

// otherModel is the model that answers in place of the one that was asked.
func (c *call) otherModel(asked Model, id string) Model {
	for _, m := range slices.Concat(c.who.offers(), freeModels) {
		if id == "" && m.ID != asked.ID || m.ID == id {
			return m
		}
	}
	return Model{ID: id, Version: "unknown"}
}
