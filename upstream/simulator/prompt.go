package simulator

import (
	"regexp"
	"strings"
	"time"
)

// Pace is how an answer streams. The zero Pace streams at once, in frames of
// about a hundred bytes of text.
type Pace struct {
	// First is the wait before the first frame, Gap the one between two frames
	// of text.
	First, Gap time.Duration
	// FrameBytes is how much text a frame adds. 0 means 96, or 4096 for an
	// answer of more than 16 KiB.
	FrameBytes int
	// Frames divides the text into so many frames and overrides FrameBytes.
	// 0 leaves the number to FrameBytes.
	Frames int
}

// plan is the outcome of a prompt's keywords, the faults and the random choices of the seed
// for one answer.
type plan struct {
	keywords   bool   // the prompt holds some
	turn       string // the user's last message, without keywords
	say        string // the whole text, when exact
	exact      bool
	long       int
	think      bool
	code       bool
	dirty      bool
	card       bool
	leak       bool
	flicker    bool
	rewrite    bool
	pace       Pace
	form       string // dense, sparse or "" for either
	queue      bool
	tool       bool
	pictures   int
	width      int
	height     int
	picture    []string // words behind [image]
	blocks     []block  // what the interface would render, in the prompt's order
	research   bool     // a research is planned
	search     bool     // the web is searched first
	hasCanvas  bool
	document   *document
	sources    []any // rows of cited pages
	citations  []any // groups of marks
	webRows    []any // pictures found on the web
	video      string
	music      bool
	ready      time.Duration // until the history has the finished media
	errCode    int
	errStatus  int
	errAt      string
	http       int
	sorry      bool
	end        string // "", cut, unsaved, stall, reset, empty, silent
	endAt      int
	garble     int
	skew       int
	chop       int
	noEnd      bool
	downgrade  bool
	otherModel string
	lateModel  bool
	steps      []step   // calls that the question asks for
	how        []string // words of [form]
	refuse     string   // "", always or once
	lead       string   // stands in front of calls
	quote      bool
	readout    string // what [read] asks for
	calls      int    // made in this answer
	answered   bool   // the text is that of a model with tools
}

var (
	drawing    = regexp.MustCompile(`(?i)\b(generate|create|draw|paint|make|render|design|edit|turn|sketch)\b[^.?!\n]{0,80}\b(image|picture|photo|drawing|logo|icon|illustration|painting|sketch)s?\b`)
	howMany    = regexp.MustCompile(`(?i)\b([2-9]|two|three|four)\b[^.?!\n]{0,40}\b(image|picture|photo|variation)s\b`)
	dimensions = regexp.MustCompile(`\b(\d{2,4})\s?[x×]\s?(\d{2,4})\b`)
	aspect     = regexp.MustCompile(`\b(\d{1,2}):(\d{1,2})\b`)
)

// readPlan takes the keywords out of the message that a prompt asks about. rest is the
// whole prompt without any keyword, those of earlier turns included: they were
// obeyed in their time.
func readPlan(prompt string, d *dialogue, pace Pace) (p *plan, rest string) {
	p = &plan{pace: pace, pictures: -1}
	p.keywords = p.obeyKeywords(d.question)
	p.turn = stripKeywords(d.question)
	if d.taught != nil || d.document != nil {
		return p, p.turn // a model does not repeat what it was shown
	}
	return p, stripKeywords(prompt)
}

// useTool obeys the tool that was asked for by number, as far as no keyword says
// how. Without one a picture may be asked for in plain words.
func (p *plan) useTool(tool int) {
	switch tool {
	case toolVideo:
		if p.video == "" {
			setVideo(p, "pending")
		}
	case toolMusic:
		p.music = true
	case toolResearch:
		p.research = true
	case toolCanvas:
		if !p.hasCanvas {
			setCanvas(p, "")
		}
	}
	p.drawWanted(tool == toolPicture)
}

// drawWanted decides about pictures that were asked for in plain words.
func (p *plan) drawWanted(byFlag bool) {
	turn := p.turn[:min(len(p.turn), 2000)]
	if p.pictures < 0 && !p.exact && p.long == 0 && (byFlag || drawing.MatchString(turn)) {
		p.pictures = 1
		if m := howMany.FindStringSubmatch(turn); m != nil {
			p.pictures = parseNumber(m[1], map[string]int{"two": 2, "three": 3, "four": 4}[strings.ToLower(m[1])])
		}
	}
	p.pictures = min(max(p.pictures, 0), 16)
	if p.width == 0 {
		p.width, p.height = sizeIn(turn)
	}
}

// sizeIn finds "640x480" or "16:9" in a text; without either a square is made.
func sizeIn(s string) (width, height int) {
	if m := dimensions.FindStringSubmatch(s); m != nil {
		w, h := parseNumber(m[1], 0), parseNumber(m[2], 0)
		if w >= 16 && h >= 16 && w <= 4096 && h <= 4096 {
			return w, h
		}
	}
	if m := aspect.FindStringSubmatch(s); m != nil {
		a, b := parseNumber(m[1], 1), parseNumber(m[2], 1)
		if a > 0 && b > 0 && a <= 32 && b <= 32 {
			long := max(a, b)
			return max(16, 1024*a/long), max(16, 1024*b/long)
		}
	}
	return 1024, 1024
}

// optionValue is the value behind "name=" in the words of [image]; a bare name has
// the value "1", a missing one "".
func (p *plan) optionValue(name string) string {
	for _, word := range p.picture {
		key, value, given := strings.Cut(word, "=")
		if key == name && !given {
			return "1"
		}
		if key == name {
			return value
		}
	}
	return ""
}
