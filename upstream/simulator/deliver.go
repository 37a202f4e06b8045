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
	served, shown  Model // shown is empty if bodies do not name the model
	pieces         []string
	text, thoughts escaped
	variant        escaped         // the text as it looked before a rewrite
	body, draft    escaped         // of the document, and as it looked before a rewrite
	opened         int             // the text frame whose end opens the document
	plain, open    template        // of the frames before the document opens, and after
	media          json.RawMessage // of the finished candidate
	job            []any           // the video that is being made, nil for none
	task           string          // id of the job behind the answer, "" for none
	dense          bool
	held           time.Duration // how long a client waits that wants no snapshots
}

// deliverAnswer streams the answer that was planned.
func (c *call) deliverAnswer(q *question, p *plan) {
	d := &delivery{c: c, q: q, p: p, cid: q.cid, rid: "r_" + c.s.nextID(), rcid: "rc_" + c.s.nextID(),
		served: q.model, dense: p.form == "dense"}
	if d.cid == "" {
		d.cid = "c_" + c.s.nextID()
	}
	if q.model.Serves != "" {
		d.served.ID = q.model.Serves
	}
	if p.downgrade {
		d.served = c.otherModel(q.model, p.otherModel)
	}
	if !c.s.cfg.HideModel && !c.hasFault(HiddenModel) {
		d.shown = d.served
	}
	c.noteEntry(func(e *Entry) { e.Served = d.served.ID })
	if p.chop > 0 {
		c.w.chopInto(p.chop)
	}
	d.prepareRows()
	d.saveTurn()
	if p.end == "empty" {
		c.w.Header().Set("Content-Type", "application/json; charset=utf-8")
		c.w.WriteHeader(http.StatusOK)
		return
	}
	if !c.sleepFor(p.pace.First + d.held) {
		return
	}
	d.f = c.newFrames(http.StatusOK)
	if p.garble > 0 {
		d.f.garble = p.garble
	}
	if p.skew > 0 {
		d.f.skew = p.skew
	}
	if err := d.playFrames(); err != nil {
		return
	}
	if d.p.noEnd {
		return
	}
	d.f.closeStream()
}

// prepareRows renders everything that frames repeat.
func (d *delivery) prepareRows() {
	p := d.p
	if p.pictures > 0 || p.webRows != nil || p.citations != nil || p.research || p.video != "" || p.music {
		d.media = d.c.makeMedia(d)
	}
	d.pieces = p.pace.splitText(p.say)
	var sections []string
	if p.document != nil {
		sections = p.pace.splitText(p.document.body)
	}
	if !d.q.stream || !d.c.wantsChunks() {
		d.held = p.pace.Gap * time.Duration(len(d.pieces)+len(sections)-1)
		d.pieces, sections = []string{p.say}, nil
	}
	d.text = escapeText(d.pieces)
	d.openDocument(sections)
	if p.rewrite {
		changed := make([]string, len(d.pieces))
		for i, piece := range d.pieces {
			changed[i] = strings.NewReplacer("```python", "```", "You said:", "You wrote:").Replace(piece)
		}
		d.variant = escapeText(changed)
	}
	if p.think {
		d.thoughts = escapeText(splitEvenly(planThoughts(p.turn), 6))
	}
}

// finishedCandidate returns the candidate as the history stores it.
func (d *delivery) finishedCandidate() candidate {
	k := candidate{rcid: d.rcid, text: d.p.say, done: true, sources: d.p.sources, media: d.media, document: d.p.document, dense: d.dense}
	if d.p.think {
		k.thoughts = planThoughts(d.p.turn)
	}
	if d.p.search {
		k.echo = k.text
	}
	if d.p.card {
		k.card, k.text = k.text, "http://googleusercontent.com/card_content/0"
	}
	return k
}

// saveTurn puts the turn into the history before it streams, as the upstream does:
// a stream that breaks can be read there.
func (d *delivery) saveTurn() {
	switch {
	case d.p.end == "unsaved" || d.p.end == "silent" || d.p.end == "empty" || d.p.errStatus != 0:
		return
	case d.p.errCode != 0 && d.p.errAt != "trailing" || !d.c.alive:
		return
	}
	k := d.q.chat
	if k == nil {
		k = &conversation{cid: d.cid, session: d.c.session, model: d.q.model.ID,
			temporary: d.q.temporary, title: chatTitle(d.p.turn)}
	}
	t := turn{rid: d.rid, rcid: d.rcid, prompt: d.q.prompt, candidate: encodeJSON(d.finishedCandidate().rowValue()), time: d.c.s.now()}
	t.job = d.task
	if d.p.ready > 0 {
		t.ready, t.working = t.time.Add(d.p.ready), encodeJSON(d.workingCandidate().rowValue())
	}
	d.c.s.appendTurn(k, t)
}

// workingCandidate is the candidate as the history shows it while its media is made.
func (d *delivery) workingCandidate() candidate {
	k := d.finishedCandidate()
	media := fields{6: []any{1}}
	if d.job != nil {
		media[64] = d.job
	}
	k.done, k.media = false, encodeJSON(media.sparseArray(7))
	return k
}

// otherModel is the model that answers in place of the one that was asked.
func (c *call) otherModel(asked Model, id string) Model {
	for _, m := range slices.Concat(c.who.offeredModels(), freeModels) {
		if id == "" && m.ID != asked.ID || m.ID == id {
			return m
		}
	}
	return Model{ID: id, Version: "unknown"}
}
