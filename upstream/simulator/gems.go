package simulator

import (
	"slices"
	"sync"
)

// gem is a stored persona: a name, a description and an instruction.
type gem struct{ id, name, description, prompt string }

type gems struct {
	mu     sync.Mutex
	custom []gem
}

var systemGems = []gem{
	{"coding-partner", "Coding partner", "Level up your coding skills.", ""},
	{"brainstormer", "Brainstormer", "Get inspired with fresh ideas.", ""},
}

// gemName returns the name of a gem, "" if there is none of this id.
func (g *gems) gemName(id string) string {
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, x := range slices.Concat(g.custom, systemGems) {
		if x.id == id {
			return x.name
		}
	}
	return ""
}

// listGems is CNgdBe: the custom gems for 2, the others for 3 and 4.
func (c *call) listGems(p list) []any {
	g := &c.s.gems
	g.mu.Lock()
	defer g.mu.Unlock()
	from := g.custom
	if n := p.numberAt(0); n == 3 || n == 4 {
		from = systemGems
	}
	rows := []any{}
	for _, x := range from {
		rows = append(rows, []any{x.id, []any{x.name, x.description}, []any{x.prompt}})
	}
	return []any{nil, nil, rows}
}

// createGem is oMH3Zd.
func (c *call) createGem(p list) []any {
	x := readGem(c.s.nextID(), p.listAt(0))
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
	i := slices.IndexFunc(g.custom, func(x gem) bool { return x.id == p.textAt(0) })
	if i < 0 {
		return nil
	}
	g.custom[i] = readGem(p.textAt(0), p.listAt(1))
	return []any{}
}

// deleteGem is UXcSJb.
func (c *call) deleteGem(p list) []any {
	g := &c.s.gems
	g.mu.Lock()
	defer g.mu.Unlock()
	g.custom = slices.DeleteFunc(g.custom, func(x gem) bool { return x.id == p.textAt(0) })
	return []any{}
}

func readGem(id string, p list) gem { return gem{id, p.textAt(0), p.textAt(1), p.textAt(2)} }
