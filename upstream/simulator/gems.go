package simulator

import (
	"slices"
	"sync"
)

// gem is a stored persona: a name, a description and an instruction.
// It belongs to the account that made it, or to none.
type gem struct {
	id, name, description, prompt string
	session                       *session
}

type gems struct {
	mu     sync.Mutex
	custom []gem
}

var systemGems = []gem{
	{id: "coding-partner", name: "Coding partner", description: "Level up your coding skills."},
	{id: "brainstormer", name: "Brainstormer", description: "Get inspired with fresh ideas."},
}

// findGem returns the index of an account's own gem, -1 if it has none of this id.
func (g *gems) findGem(ss *session, id string) int {
	return slices.IndexFunc(g.custom, func(x gem) bool { return x.id == id && x.session == ss })
}

// gemName returns the name of a gem that the account may use.
func (c *call) gemName(id string) (name string, ok bool) {
	g := &c.s.gems
	g.mu.Lock()
	defer g.mu.Unlock()
	if i := g.findGem(c.session, id); i >= 0 {
		return g.custom[i].name, true
	}
	i := slices.IndexFunc(systemGems, func(x gem) bool { return x.id == id })
	if i < 0 {
		return "", false
	}
	return systemGems[i].name, true
}

func (x gem) rowValue() []any {
	return []any{x.id, []any{x.name, x.description}, []any{x.prompt}}
}

// listGems is CNgdBe: the account's own gems for 2, the others for 3 and 4.
func (c *call) listGems(p list) []any {
	rows := []any{}
	if n := p.numberAt(0); n == 3 || n == 4 {
		for _, x := range systemGems {
			rows = append(rows, x.rowValue())
		}
		return []any{nil, nil, rows}
	}
	g := &c.s.gems
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, x := range g.custom {
		if x.session == c.session {
			rows = append(rows, x.rowValue())
		}
	}
	return []any{nil, nil, rows}
}

// showGem is HcT8bb.
func (c *call) showGem(p list) []any {
	g := &c.s.gems
	g.mu.Lock()
	defer g.mu.Unlock()
	i := g.findGem(c.session, p.textAt(0))
	if i < 0 {
		return nil
	}
	return g.custom[i].rowValue()
}

// createGem is oMH3Zd.
func (c *call) createGem(p list) []any {
	x := c.readGem(c.s.nextID(), p.listAt(0))
	g := &c.s.gems
	g.mu.Lock()
	defer g.mu.Unlock()
	if len(g.custom) < 1000 {
		g.custom = append(g.custom, x)
	}
	return []any{x.id}
}

// updateGem is kHv0Vd.
func (c *call) updateGem(p list) []any {
	g := &c.s.gems
	g.mu.Lock()
	defer g.mu.Unlock()
	i := g.findGem(c.session, p.textAt(0))
	if i < 0 {
		return nil
	}
	g.custom[i] = c.readGem(p.textAt(0), p.listAt(1))
	return []any{}
}

// deleteGem is UXcSJb.
func (c *call) deleteGem(p list) []any {
	g := &c.s.gems
	g.mu.Lock()
	defer g.mu.Unlock()
	if i := g.findGem(c.session, p.textAt(0)); i >= 0 {
		g.custom = slices.Delete(g.custom, i, i+1)
	}
	return []any{}
}

func (c *call) readGem(id string, p list) gem {
	return gem{id, p.textAt(0), p.textAt(1), p.textAt(2), c.session}
}
