package simulator

const researchChip = "http://googleusercontent.com/deep_research_confirmation_content/0"

// addResearch adds the plan of a research, which waits to be confirmed, and its chip.
func (d *delivery) addResearch(container fields) {
	d.task = "7f0c2d9e-5b1a-4c3d-8e6f-" + d.c.s.nextID()[:12]
	title := "Research: " + chatTitle(d.p.turn)
	container[55] = []any{
		title,
		[]any{
			[]any{1, "Look into it", abridgeText(d.p.turn, 500)},
			[]any{1, "Compare what is found", "Weigh the pages, where A > B as well."},
			[]any{1, "Write the report", ""},
		},
		"Ready in a few minutes",
		[]any{"Start research"},
		[]any{researchChip},
		[]any{[]any{"Edit the plan"}},
		d.task,
	}
	container[69] = 2
	d.p.addParagraph("Here is my plan for it. Shall I start?\n\n" + researchChip)
}
