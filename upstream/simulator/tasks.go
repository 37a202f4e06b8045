package simulator

// keptTasks bounds the tasks that a session has created.
const keptTasks = 100

// task is a job that a client created by itself, to be done at its time. Its field in
// session is guarded by chats.mu.
type task struct{ id, title string }

// States of a job.
const (
	jobWorking = 1
	jobDone    = 2
)

// taskRow is a job; of is the turn that it belongs to, nil for none.
func taskRow(id, title, prompt string, of []any, state int) []any {
	return []any{id, []any{nil, nil, nil, of, []any{title, prompt}}, object{70: state}}
}

// allTasks returns the rows of all jobs of the session, newest last: videos and
// researches of its chats, and what it created. The caller holds the lock of chats.
func (c *call) allTasks() []any {
	rows := []any{}
	for _, k := range c.s.chats.list {
		if k.session != c.session || k.deleted {
			continue
		}
		for _, t := range k.turns {
			if t.job == "" {
				continue
			}
			state := jobDone
			if c.s.now().Before(t.ready) {
				state = jobWorking
			}
			rows = append(rows, taskRow(t.job, k.title, t.prompt, []any{k.cid, t.rid}, state))
		}
	}
	for _, t := range c.session.tasks {
		rows = append(rows, taskRow(t.id, t.title, t.title, nil, jobWorking))
	}
	return rows
}

// answerTask is kwDCne: how far a job is.
func (c *call) answerTask(p list) []any {
	c.s.chats.mu.Lock()
	defer c.s.chats.mu.Unlock()
	for _, row := range c.allTasks() {
		if row.([]any)[0] == p.textAt(0) {
			return []any{row}
		}
	}
	return []any{}
}

// answerTasks is XPSWpd: all jobs of the account.
func (c *call) answerTasks(list) []any {
	c.s.chats.mu.Lock()
	defer c.s.chats.mu.Unlock()
	return []any{c.allTasks()}
}

// createTask is Jba3ib. The first text of the payload names the job.
func (c *call) createTask(p list) []any {
	c.s.chats.mu.Lock()
	defer c.s.chats.mu.Unlock()
	if len(c.session.tasks) == keptTasks {
		return nil
	}
	made := task{id: "7f0c2d9e-5b1a-4c3d-8e6f-" + c.s.nextID()[:12], title: abridgeText(firstText(p, 8), 200)}
	c.session.tasks = append(c.session.tasks, made)
	return []any{taskRow(made.id, made.title, made.title, nil, jobWorking)}
}

// firstText returns the first string in so many levels of a list, "" if there is none.
func firstText(l list, levels int) string {
	if levels == 0 {
		return ""
	}
	for i := range l {
		if s := l.textAt(i); s != "" {
			return s
		}
		if s := firstText(l.listAt(i), levels-1); s != "" {
			return s
		}
	}
	return ""
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
