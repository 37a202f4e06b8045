package standin

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Recipe says how the stand-in answers one question. It travels inside the
// prompt, spelled in letters, digits and hyphens so that neither JSON nor form
// encoding changes it on its way.
type Recipe struct {
	// ID is the call it belongs to, see Server.Expect; 0 means nobody waits.
	ID int
	// Frames is how many text frames the answer has; at least 1.
	Frames int
	// Size is how many bytes of text each frame adds.
	Size int
	// First is the pause before the first text frame, Gap the one between
	// frames. Both are carried in whole milliseconds.
	First, Gap time.Duration
	// Busy fills the answer with what the web app writes for its own page: components,
	// marks of citations and escapes. A reader of it sees another text.
	Busy bool
}

const (
	recipeMark = "bench-"
	recipeEnd  = "-end"
)

// Prompt spells the recipe.
func (r Recipe) Prompt() string {
	busy := 0
	if r.Busy {
		busy = 1
	}
	return fmt.Sprintf("%s%d-%d-%d-%d-%d-%d%s", recipeMark,
		r.ID, r.Frames, r.Size, r.First.Milliseconds(), r.Gap.Milliseconds(), busy, recipeEnd)
}

// FindRecipe reads the last recipe in a request body. Whatever stands around it
// is ignored, so a server may wrap the prompt as it likes.
func FindRecipe(body []byte) (Recipe, error) {
	start := bytes.LastIndex(body, []byte(recipeMark))
	if start < 0 {
		return Recipe{}, fmt.Errorf("no recipe in %d bytes of request body", len(body))
	}
	rest := body[start+len(recipeMark):]
	end := bytes.Index(rest, []byte(recipeEnd))
	if end < 0 {
		return Recipe{}, fmt.Errorf("recipe without its end in %d bytes of request body", len(body))
	}
	fields := strings.Split(string(rest[:end]), "-")
	numbers := make([]int, 6)
	if len(fields) != len(numbers) {
		return Recipe{}, fmt.Errorf("recipe has %d numbers, want %d", len(fields), len(numbers))
	}
	for i, field := range fields {
		n, err := strconv.Atoi(field)
		if err != nil {
			return Recipe{}, fmt.Errorf("reading number %d of a recipe: %w", i+1, err)
		}
		numbers[i] = n
	}
	return Recipe{
		ID: numbers[0], Frames: numbers[1], Size: numbers[2],
		First: time.Duration(numbers[3]) * time.Millisecond,
		Gap:   time.Duration(numbers[4]) * time.Millisecond,
		Busy:  numbers[5] == 1,
	}, nil
}
