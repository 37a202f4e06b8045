package simulator

// answerTask is kwDCne: how far a job is, that is a video being made or a research
// being done: 1 at work, 2 done.
func (c *call) answerTask(p list) []any {
	ch := &c.s.chats
	ch.mu.Lock()
	defer ch.mu.Unlock()
	for _, k := range ch.list {
		if k.session != c.session || k.deleted {
			continue
		}
		for _, t := range k.turns {
			if t.job == "" || t.job != p.textAt(0) {
				continue
			}
			state := 2
			if c.s.now().Before(t.ready) {
				state = 1
			}
			return []any{[]any{t.job, []any{nil, nil, nil, []any{k.cid, t.rid}, []any{k.title, t.prompt}}, object{70: state}}}
		}
	}
	return []any{}
}

// listTasks is qWymEb: the jobs of a chat. Clients that believe it to be the second
// half of deleting a chat do no harm with it.
func (c *call) listTasks(p list) []any {
	ch := &c.s.chats
	ch.mu.Lock()
	defer ch.mu.Unlock()
	tasks := []any{}
	if k := ch.findChat(c.session, p.textAt(0)); k != nil {
		for _, t := range k.turns {
			if t.job != "" {
				tasks = append(tasks, []any{t.job, k.title})
			}
		}
	}
	return []any{tasks}
}

// listDiscoveries is ku4Jyf: the cards that an empty chat shows.
func (c *call) listDiscoveries(list) []any {
	return []any{[]any{
		[]any{"create_image", "Create an image", "A lighthouse in a storm"},
		[]any{"deep_research", "Research a topic", "The history of lighthouses"},
	}}
}
