package dialect

import (
	"slices"
	"strconv"
	"strings"

	"github.com/geminid/geminid/chat"
)

// Pictures are the wishes of a call of Images or Edits. Its question depends on
// the number of pictures; see [Call.PictureRequest].
type Pictures struct {
	// Count is how many pictures are wanted, 1 to 10. 0 means any number, at
	// least one.
	Count int
	// Links asks for addresses instead of the bytes.
	Links bool
	// Inputs are the pictures to edit; nil for none.
	Inputs []*chat.Blob

	prompt string
	wishes []string    // sentences about size and quality
	turns  []chat.Turn // a conversation instead of prompt and Inputs
	system []string    // its system text
}

// MaxPictures is the most that one call may ask for.
const MaxPictures = 10

// PictureRequest returns the question for count pictures. The upstream has no
// fields for number and size, so they are written into the prompt. c.Pictures
// must be set.
func (c *Call) PictureRequest(count int) *chat.Request {
	p := c.Pictures
	req := &chat.Request{Model: c.Model, System: p.system, Turns: p.turns}
	if c.Chat != nil {
		req.Ignored = c.Chat.Ignored
	}
	if p.turns != nil {
		return req
	}
	var parts []chat.Part
	for _, blob := range p.Inputs {
		parts = append(parts, chat.Part{Blob: blob})
	}
	text := p.prompt
	if count > 1 {
		text = "Create " + strconv.Itoa(count) + " different pictures, each as a file of its own:\n\n" + text
	}
	text = strings.Join(append([]string{text}, p.wishes...), "\n\n")
	req.Turns = []chat.Turn{{Role: chat.User, Parts: append(parts, chat.Part{Text: text})}}
	return req
}

// SetPrompt sets the prompt, read at place. A blank one is an error.
func (p *Pictures) SetPrompt(place Node, prompt string) error {
	if strings.TrimSpace(prompt) == "" {
		return place.NewError("must say what the picture shall show")
	}
	p.prompt = prompt
	return nil
}

// SetConversation sets a conversation that replaces prompt, Inputs and wishes.
func (p *Pictures) SetConversation(system []string, turns []chat.Turn) {
	p.system, p.turns = system, turns
}

// AddWish adds a sentence about how the pictures shall look.
func (p *Pictures) AddWish(sentence string) { p.wishes = append(p.wishes, sentence) }

// SetCount sets the number of pictures, read at place. If it was not given it is
// 1; above MaxPictures, below 1 or broken it is an error.
func (p *Pictures) SetCount(place Node, n float64, given bool) error {
	if !given {
		n = 1
	}
	if n != float64(int(n)) || n < 1 || n > MaxPictures {
		return place.NewError("must be a whole number from 1 to " + strconv.Itoa(MaxPictures))
	}
	p.Count = int(n)
	return nil
}

// SetSize adds the wish for the size in place, if there is one; see [ParseSize].
func (p *Pictures) SetSize(place Node) error {
	sentence, err := ParseSize(place)
	if err == nil && sentence != "" {
		p.AddWish(sentence)
	}
	return err
}

// SetSides adds the wish for a width and a height in pixels, if both are given.
func (p *Pictures) SetSides(width, height Node) error {
	switch {
	case width.IsAbsent() && height.IsAbsent():
		return nil
	case width.IsAbsent():
		return width.NewError("is missing beside " + height.Path)
	case height.IsAbsent():
		return height.NewError("is missing beside " + width.Path)
	}
	w, errWidth := strconv.Atoi(width.Value.String())
	h, errHeight := strconv.Atoi(height.Value.String())
	sentence, err := sizeSentence(width, w, h, errWidth == nil && errHeight == nil)
	if err == nil {
		p.AddWish(sentence)
	}
	return err
}

// SetAspectRatio adds the wish for the aspect ratio in place, if there is one.
func (p *Pictures) SetAspectRatio(place Node) error {
	sentence, err := ParseAspectRatio(place)
	if err == nil && sentence != "" {
		p.AddWish(sentence)
	}
	return err
}

// SetNegative adds the wish that something is not to be seen, if place names it.
func (p *Pictures) SetNegative(place Node) error {
	text, err := place.AsText()
	if err == nil && strings.TrimSpace(text) != "" {
		p.AddWish("Do not show: " + text)
	}
	return err
}

// AddLooks adds the wishes for a picture to the last turn of a question: its aspect
// ratio and its size, as far as they are given.
func AddLooks(req *chat.Request, ratio, size Node) error {
	format, err := ParseAspectRatio(ratio)
	if err != nil {
		return err
	}
	pixels, err := ParseSize(size)
	if err != nil {
		return err
	}
	last := &req.Turns[len(req.Turns)-1]
	for _, sentence := range []string{format, pixels} {
		if sentence != "" {
			last.Parts = append(last.Parts, chat.Part{Text: sentence})
		}
	}
	return nil
}

func commonDivisor(a, b int) int {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}

// RequireOneOf returns an error unless word, read at place, is empty or one of
// words, of which there must be two or more.
func RequireOneOf(place Node, word string, words ...string) error {
	if word == "" || slices.Contains(words, word) {
		return nil
	}
	last := len(words) - 1
	return place.NewError("must be " + strings.Join(words[:last], ", ") + " or " + words[last])
}
