package dialect

import (
	"regexp"
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

var (
	sizeForm  = regexp.MustCompile(`^([1-9]\d{1,3})x([1-9]\d{1,3})$`)
	ratioForm = regexp.MustCompile(`^([1-9]\d?):([1-9]\d?)$`)
)

const (
	minSide, maxSide = 64, 4096 // pixels
	maxRatio         = 8        // of the longer side to the shorter
)

// SetSize adds the wish for a size such as "1536x1024", or for an aspect ratio,
// which some clients send as the size. Empty and "auto" leave it to the model.
func (p *Pictures) SetSize(place Node, size string) error {
	if size == "" || size == "auto" {
		return nil
	}
	if strings.Contains(size, ":") {
		return p.SetAspectRatio(place)
	}
	w, h, ok := matchNumbers(sizeForm, size)
	if !ok || min(w, h) < minSide || max(w, h) > maxSide || max(w, h) > maxRatio*min(w, h) {
		return place.NewError("must be auto or WIDTHxHEIGHT with sides of 64 to 4096 pixels, such as 1024x1024, 1536x1024 or 1024x1536")
	}
	d := commonDivisor(w, h)
	p.AddWish("Size: " + size + " pixels, format " + strconv.Itoa(w/d) + ":" + strconv.Itoa(h/d) + ".")
	return nil
}

// SetAspectRatio adds the wish for the aspect ratio in place, if there is one.
func (p *Pictures) SetAspectRatio(place Node) error {
	sentence, err := ParseAspectRatio(place)
	if err == nil && sentence != "" {
		p.AddWish(sentence)
	}
	return err
}

// ParseAspectRatio reads an aspect ratio such as "16:9" and returns the sentence
// that asks for it, empty if the field is absent, empty or "auto".
func ParseAspectRatio(place Node) (string, error) {
	text, err := place.AsText()
	if err != nil || text == "" || strings.EqualFold(text, "auto") {
		return "", err
	}
	w, h, ok := matchNumbers(ratioForm, text)
	if !ok || max(w, h) > maxRatio*min(w, h) {
		return "", place.NewError("must be a ratio such as 1:1, 16:9 or 3:4")
	}
	return "Format of the picture: " + text + ".", nil
}

func matchNumbers(form *regexp.Regexp, s string) (a, b int, ok bool) {
	m := form.FindStringSubmatch(s)
	if m == nil {
		return 0, 0, false
	}
	a, _ = strconv.Atoi(m[1]) // digits only
	b, _ = strconv.Atoi(m[2])
	return a, b, true
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
