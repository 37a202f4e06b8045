package dialect

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/geminid/geminid/chat"
)

// Pictures is what a call of Images or Edits asks for. Its question is made anew
// for each number of pictures; see Call.Ask.
type Pictures struct {
	// Count is how many pictures are wanted, 1 to 10. 0 means whatever comes, at
	// least one.
	Count int
	// Links says that the client wants addresses in place of the bytes.
	Links bool

	prompt string
	wishes []string     // sentences about size and quality
	inputs []*chat.Blob // what is to be edited
	turns  []chat.Turn  // a conversation instead of prompt and inputs
	system []string     // its system text
}

// maxPictures is the most that one call may ask for.
const maxPictures = 10

// Ask is the question for so many pictures. The upstream has no field for number
// and size, so they are said in words.
func (c *Call) Ask(count int) *chat.Request {
	p := c.Pictures
	req := &chat.Request{Model: c.Model, System: p.system, Turns: p.turns}
	if c.Chat != nil {
		req.Ignored = c.Chat.Ignored
	}
	if p.turns != nil {
		return req
	}
	var parts []chat.Part
	for _, blob := range p.inputs {
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

// say takes the prompt, which must not be empty.
func (p *Pictures) say(place node, prompt string) error {
	if strings.TrimSpace(prompt) == "" {
		return place.bad("must say what the picture shall show")
	}
	p.prompt = prompt
	return nil
}

// number takes how many pictures are wanted; an absent one is 1.
func (p *Pictures) number(place node, n float64, given bool) error {
	if !given {
		n = 1
	}
	if n != float64(int(n)) || n < 1 || n > maxPictures {
		return place.bad("must be a whole number from 1 to " + strconv.Itoa(maxPictures))
	}
	p.Count = int(n)
	return nil
}

var (
	sizes  = regexp.MustCompile(`^([1-9]\d{1,3})x([1-9]\d{1,3})$`)
	ratios = regexp.MustCompile(`^([1-9]\d?):([1-9]\d?)$`)
)

const (
	leastSide, mostSide = 64, 4096
	mostRatio           = 8 // of the longer side to the shorter
)

// size takes a size such as "1536x1024", or a ratio as some clients send it;
// empty and "auto" leave it to the model.
func (p *Pictures) size(place node, size string) error {
	if size == "" || size == "auto" {
		return nil
	}
	if strings.Contains(size, ":") {
		words, err := ratio(place)
		p.wishes = append(p.wishes, words)
		return err
	}
	w, h, ok := twoNumbers(sizes, size)
	if !ok || min(w, h) < leastSide || max(w, h) > mostSide || max(w, h) > mostRatio*min(w, h) {
		return place.bad("must be auto or WIDTHxHEIGHT with sides of 64 to 4096 pixels, such as 1024x1024, 1536x1024 or 1024x1536")
	}
	d := divisor(w, h)
	p.wishes = append(p.wishes, "Size: "+size+" pixels, format "+strconv.Itoa(w/d)+":"+strconv.Itoa(h/d)+".")
	return nil
}

// ratio reads an aspect ratio such as "16:9" and returns the words for it, empty
// when there is none.
func ratio(place node) (string, error) {
	text, err := place.text()
	if err != nil || text == "" || strings.EqualFold(text, "auto") {
		return "", err
	}
	w, h, ok := twoNumbers(ratios, text)
	if !ok || max(w, h) > mostRatio*min(w, h) {
		return "", place.bad("must be a ratio such as 1:1, 16:9 or 3:4")
	}
	return "Format of the picture: " + text + ".", nil
}

func twoNumbers(form *regexp.Regexp, s string) (a, b int, ok bool) {
	m := form.FindStringSubmatch(s)
	if m == nil {
		return 0, 0, false
	}
	a, _ = strconv.Atoi(m[1]) // digits only
	b, _ = strconv.Atoi(m[2])
	return a, b, true
}

func divisor(a, b int) int {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}

// oneOf checks a word; empty and absent are fine.
func oneOf(place node, word string, words ...string) error {
	if word == "" || slices.Contains(words, word) {
		return nil
	}
	last := len(words) - 1
	return place.bad("must be " + strings.Join(words[:last], ", ") + " or " + words[last])
}
