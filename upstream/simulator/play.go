package simulator

import "bytes"

// playFrames writes the frames of an answer in their order. An error means that
// nothing more can or shall be written.
func (d *delivery) playFrames() error {
	p := d.p
	if p.errStatus != 0 {
		return d.f.rowsOf(statusRow(p.errStatus))
	}
	if p.errCode != 0 && p.errAt == "" {
		return d.f.rowsOf(errorRow(statusOf(p.errCode), p.errCode))
	}
	for _, part := range []func() error{d.writeOpening, d.writeProgress, d.writeThoughts, d.writeTexts, d.writeClosing} {
		if err := part(); err != nil {
			return err
		}
	}
	return nil
}

// writeRow writes one body as a frame of its own.
func (d *delivery) writeRow(body []any) error { return d.f.rowsOf(bodyRow(body)) }

// writeOpening sends the ids; the chat's own may still be unknown.
func (d *delivery) writeOpening() error {
	var cid any
	if d.dense || d.q.cid != "" {
		cid = d.cid
	}
	state := "Zm9v" + d.c.s.nextID()
	return d.writeRow([]any{nil, []any{cid, d.rid}, object{18: d.rid, 21: []any{state}, 44: true}})
}

// writeProgress are rows without a candidate: a queue, a tool at work.
func (d *delivery) writeProgress() error {
	var bodies [][]any
	if d.p.queue {
		bodies = append(bodies, fields{36: []any{0}}.denseArray(), []any{object{37: []any{2}}}, []any{object{37: []any{4}}})
	}
	if d.p.tool || d.p.pictures > 0 {
		label := "Analysis"
		if d.p.pictures > 0 {
			label = "Generating image..."
		}
		for _, n := range []int{1, 4} {
			step := []any{"data_analysis_tool", []any{nil, nil, label}, n, []any{nil, nil, false}}
			bodies = append(bodies, fields{1: []any{d.cid, d.rid}, 6: []any{nil, step}}.denseArray())
		}
	}
	if d.p.search {
		for _, n := range []int{1, 4, 1, 4} {
			step := []any{"google", []any{nil, nil, "Google Search", "https://www.gstatic.com/images/branding/192px.svg", nil, "Searching the web"}, n}
			bodies = append(bodies, []any{nil, []any{d.cid, d.rid}, object{7: []any{nil, step}, 44: true}})
		}
	}
	for _, body := range bodies {
		if err := d.writeRow(body); err != nil {
			return err
		}
		if d.q.stream && !d.c.sleepFor(d.p.pace.Gap) {
			return errCut
		}
	}
	return nil
}

// writeThoughts writes the frames in which only the thoughts grow.
func (d *delivery) writeThoughts() error {
	if !d.p.think || !d.q.stream || !d.c.wantsChunks() {
		return nil
	}
	t := d.templateRow(false, false)
	for _, upTo := range d.thoughts.ends {
		if err := d.f.growingFrame(t, moment{growThoughts: d.thoughts.upTo(upTo)}); err != nil {
			return err
		}
		if !d.c.sleepFor(d.p.pace.Gap) {
			return errCut
		}
	}
	return nil
}

func (d *delivery) templateRow(done, opened bool) template {
	k := candidate{rcid: d.rcid, done: done, dense: d.dense}
	if opened {
		k.document = d.p.document
	}
	if d.p.think {
		k.thoughts = growthMarks[growThoughts]
	}
	if d.p.search {
		k.echo = growthMarks[growEcho]
	}
	shown := d.shown
	if d.p.lateModel && !done {
		shown = Model{}
	}
	return newTemplate(k, d.cid, d.rid, shown)
}

// writeTexts writes the text frames; the last one carries the completion mark.
func (d *delivery) writeTexts() error {
	if d.p.end == "silent" || d.p.optionValue("readback") != "" {
		return nil
	}
	d.plain = d.templateRow(false, false)
	if d.p.document != nil {
		d.open = d.templateRow(false, true)
	}
	last := len(d.text.ends) + len(d.body.ends) - 1
	for i := range last {
		if err := d.interruptAt(i, last+1); err != nil {
			return err
		}
		if err := d.writeMoment(i); err != nil {
			return err
		}
		if !d.c.sleepFor(d.p.pace.Gap) {
			return errCut
		}
	}
	if err := d.interruptAt(last, last+1); err != nil {
		return err
	}
	return d.writeFinished()
}

// writeFinished writes the finished candidate. One with media is written whole.
func (d *delivery) writeFinished() error {
	k := d.finishedCandidate()
	if d.p.pictures > 0 && d.p.optionValue("late") != "" {
		early := k
		early.media = nil
		if err := d.writeRow(early.bodyValue(d.cid, d.rid, d.shown)); err != nil {
			return err
		}
		if !d.c.sleepFor(d.p.pace.Gap) {
			return errCut
		}
	}
	if d.job != nil {
		k.done, k.media = false, encodeJSON(fields{64: d.job}.sparseArray(0))
	}
	if d.p.sources != nil { // the pages come with everything else there, and the mark after them
		early := k
		early.done = false
		if err := d.writeRow(early.bodyValue(d.cid, d.rid, d.shown)); err != nil {
			return err
		}
	}
	if d.media != nil || d.p.card || d.p.sources != nil || d.p.document != nil {
		return d.writeRow(k.bodyValue(d.cid, d.rid, d.shown))
	}
	return d.f.growingFrame(d.templateRow(true, false), moment{growText: d.text.whole(), growThoughts: d.thoughts.whole()})
}

// flickerTail is the escaped tail that unfinished frames show and later ones do not.
func (d *delivery) flickerTail(i int, upTo prefix) []byte {
	if !d.p.flicker {
		return nil
	}
	sofar := d.text.data[:upTo.bytes]
	if bytes.Count(sofar, []byte("```"))%2 == 1 {
		return []byte("\\\\n```")
	}
	marks := [...]string{"", "*", "", "_", "", "`", "", "~"}
	mark := marks[i%len(marks)]
	if mark == "" {
		return nil
	}
	return []byte(`\\\\` + mark)
}

// interruptAt runs the interruption planned for the moment when i of n text frames are written.
func (d *delivery) interruptAt(i, n int) error {
	p := d.p
	if p.errCode != 0 && p.errAt == "late" && i == n/2 {
		if err := d.f.rowsOf(errorRow(statusOf(p.errCode), p.errCode)); err != nil {
			return err
		}
		d.f.closeStream()
		return errCut
	}
	if p.end == "" || i != min(p.endAt, n-1) {
		return nil
	}
	switch p.end {
	case "stall":
		d.c.stallUntilLeft()
		return errCut
	case "reset":
		d.c.resetConnection()
	case "cut", "unsaved":
		if p.end == "cut" {
			if err := d.writeContext(); err != nil {
				return err
			}
		}
		d.f.closeStream()
		d.c.w.outcome = "cut"
		return errCut
	}
	return nil
}

// writeContext writes the row that confirms that the turn is saved.
func (d *delivery) writeContext() error {
	token := "AwAAA" + d.c.s.nextID() + d.c.s.nextID()
	f := fields{1: []any{nil, d.rid}, 25: token}
	// Behind an answer that is still to be made, the most used client looks for it by
	// index alone.
	if d.dense || d.job != nil || d.p.optionValue("readback") != "" {
		return d.writeRow(f.denseArray())
	}
	return d.writeRow(f.sparseArray(2))
}

// writeClosing writes the rows that follow a finished candidate: title, context, and the
// code that the upstream hangs behind a good answer at times.
func (d *delivery) writeClosing() error {
	if d.p.end == "silent" {
		return nil
	}
	if d.q.chat == nil && !d.q.temporary {
		f := fields{1: []any{d.cid, d.rid}, 10: []any{chatTitle(d.p.turn)}}
		body := f.sparseArray(2)
		if d.dense {
			body = f.denseArray()
		}
		if err := d.writeRow(body); err != nil {
			return err
		}
	}
	if err := d.writeContext(); err != nil {
		return err
	}
	if d.p.errCode != 0 && d.p.errAt == "trailing" {
		return d.f.rowsOf(errorRow(statusOf(d.p.errCode), d.p.errCode))
	}
	return nil
}
