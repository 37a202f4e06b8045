package simulator

import (
	"regexp"
	"slices"
	"strconv"
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

// plan is what a prompt's keywords, the faults and the chance of the seed make
// of an answer.
type plan struct {
	turn       string // what the user said last, without keywords
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
	web        bool
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
}

// Keyword is a word in square brackets that a prompt may hold.
type Keyword struct {
	Name, Usage string
	set         func(p *plan, arg string)
}

// maxLong and maxNoise bound what a prompt can make the simulator hold.
const (
	maxLong  = 16 << 20
	maxNoise = 64 << 20
)

// keywords is the table of everything a prompt can ask of the simulator.
var keywords = []Keyword{
	{"say", "[say TEXT] answers exactly TEXT", func(p *plan, arg string) { p.say, p.exact = arg, true }},
	{"long", "[long N] answers N bytes (LongText) in frames of 4 KiB", func(p *plan, arg string) { p.long = min(number(arg, 64<<10), maxLong) }},
	{"think", "[think] streams thoughts before the text", func(p *plan, _ string) { p.think = true }},
	{"code", "[code] has a code block whose closing fence comes and goes", func(p *plan, _ string) { p.code, p.flicker = true, true }},
	{"flicker", "[flicker] has escaped Markdown marks that come and go at the tail", func(p *plan, _ string) { p.flicker = true }},
	{"rewrite", "[rewrite] changes earlier characters in mid-stream", func(p *plan, _ string) { p.code, p.rewrite = true, true }},
	{"dirty", "[dirty] has entities, placeholder links and a FollowUp element", func(p *plan, _ string) { p.dirty = true }},
	{"card", "[card] puts the text into the card slot behind a placeholder", func(p *plan, _ string) { p.card = true }},
	{"leak", "[leak] leaks thoughts into the text between control marks", func(p *plan, _ string) { p.leak = true }},
	{"dense", "[dense] writes long arrays null by null", func(p *plan, _ string) { p.form = "dense" }},
	{"sparse", "[sparse] writes long arrays with trailing objects", func(p *plan, _ string) { p.form = "sparse" }},
	{"queue", "[queue] starts with progress rows, as a busy upstream does", func(p *plan, _ string) { p.queue = true }},
	{"tool", "[tool] starts with rows of a tool at work", func(p *plan, _ string) { p.tool = true }},
	{"delay", "[delay D] waits D before the first frame", func(p *plan, arg string) { p.pace.First = duration(arg) }},
	{"slow", "[slow D] waits D between frames", func(p *plan, arg string) { p.pace.Gap = duration(arg) }},
	{"frames", "[frames N] divides the text into N frames", func(p *plan, arg string) { p.pace.Frames = max(1, number(arg, 1)) }},
	{"bytes", "[bytes N] adds N bytes of text a frame", func(p *plan, arg string) { p.pace.FrameBytes, p.pace.Frames = max(1, number(arg, 1)), 0 }},
	{"image", "[image N W×H WORD...] makes pictures; words: late readback[=D] sparse jpeg noise=BYTES once expired pending=N html", setPicture},
	{"web", "[web] shows pictures found on the web", func(p *plan, _ string) { p.web = true }},
	{"video", "[video] or [video pending D] makes a video, the latter ready in the history after D", setVideo},
	{"music", "[music] makes a piece of music", func(p *plan, _ string) { p.music = true }},
	{"error", "[error CODE], [error CODE late], [error CODE trailing] refuses at once, after half the text, after the whole answer", setError},
	{"status", "[status N] refuses with a bare status", func(p *plan, arg string) { p.errStatus = number(arg, 13) }},
	{"http", "[http N] answers with HTTP status N", func(p *plan, arg string) { p.http = number(arg, 500) }},
	{"sorry", "[sorry] redirects to the captcha page", func(p *plan, _ string) { p.sorry = true }},
	{"empty", "[empty] answers 200 without a body", func(p *plan, _ string) { p.end = "empty" }},
	{"silent", "[silent] ends well without having said anything", func(p *plan, _ string) { p.end = "silent" }},
	{"stall", "[stall N] falls silent after N frames of text", func(p *plan, arg string) { p.end, p.endAt = "stall", number(arg, 1) }},
	{"cut", "[cut N] or [cut N unsaved] ends after N frames without the completion mark", setCut},
	{"reset", "[reset N] breaks the connection after N frames of text", func(p *plan, arg string) { p.end, p.endAt = "reset", number(arg, 1) }},
	{"garble", "[garble N] breaks the JSON of frame N", func(p *plan, arg string) { p.garble = number(arg, 2) }},
	{"skew", "[skew N] announces lengths that are wrong by N", func(p *plan, arg string) { p.skew = number(arg, 1) }},
	{"chop", "[chop N] sends pieces of 1 to N bytes", func(p *plan, arg string) { p.chop = number(arg, 7) }},
	{"noend", "[noend] leaves out the end frame", func(p *plan, _ string) { p.noEnd = true }},
	{"downgrade", "[downgrade] lets another model answer", func(p *plan, _ string) { p.downgrade = true }},
	{"latemodel", "[latemodel] names the model only with the last frame", func(p *plan, _ string) { p.lateModel = true }},
}

// Keywords lists what a prompt can ask for, in the order of the table.
func Keywords() []Keyword { return slices.Clone(keywords) }

var (
	bracketed  = regexp.MustCompile(`\[([a-z]+)(?: ([^\[\]]*))?\]`)
	drawing    = regexp.MustCompile(`(?i)\b(generate|create|draw|paint|make|render|design|edit|turn|sketch)\b[^.?!\n]{0,80}\b(image|picture|photo|drawing|logo|icon|illustration|painting|sketch)s?\b`)
	howMany    = regexp.MustCompile(`(?i)\b([2-9]|two|three|four)\b[^.?!\n]{0,40}\b(image|picture|photo|variation)s\b`)
	dimensions = regexp.MustCompile(`\b(\d{2,4})\s?[x×]\s?(\d{2,4})\b`)
	aspect     = regexp.MustCompile(`\b(\d{1,2}):(\d{1,2})\b`)
)

// readPlan takes the keywords out of the last turn of a prompt. rest is the
// whole prompt without any keyword, those of earlier turns included: they were
// obeyed in their time.
func readPlan(prompt string, pace Pace) (p *plan, rest string) {
	p = &plan{pace: pace, pictures: -1}
	raw := lastTurn(prompt)
	for _, m := range bracketed.FindAllStringSubmatch(raw, -1) {
		if i := keywordIndex(m[1]); i >= 0 {
			keywords[i].set(p, m[2])
		}
	}
	p.turn = stripKeywords(raw)
	return p, stripKeywords(prompt)
}

func keywordIndex(name string) int {
	return slices.IndexFunc(keywords, func(k Keyword) bool { return k.Name == name })
}

func stripKeywords(s string) string {
	return strings.TrimSpace(bracketed.ReplaceAllStringFunc(s, func(m string) string {
		if keywordIndex(bracketed.FindStringSubmatch(m)[1]) >= 0 {
			return ""
		}
		return m
	}))
}

// lastTurn is what the user said last in a prompt that holds a conversation in
// blocks that start with "User:" and "Assistant:"; any other prompt is one turn.
func lastTurn(prompt string) string {
	if i := strings.LastIndex("\n"+prompt, "\nUser:"); i >= 0 {
		prompt = prompt[i+len("User:"):]
		if j := strings.LastIndex(prompt, "\nAssistant:"); j >= 0 {
			prompt = prompt[:j]
		}
	}
	return strings.TrimSpace(prompt)
}

// drawWanted decides about pictures that were asked for in plain words.
func (p *plan) drawWanted(byFlag bool) {
	turn := p.turn[:min(len(p.turn), 2000)]
	if p.pictures < 0 && !p.exact && p.long == 0 && (byFlag || drawing.MatchString(turn)) {
		p.pictures = 1
		if m := howMany.FindStringSubmatch(turn); m != nil {
			p.pictures = number(m[1], map[string]int{"two": 2, "three": 3, "four": 4}[strings.ToLower(m[1])])
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
		w, h := number(m[1], 0), number(m[2], 0)
		if w >= 16 && h >= 16 && w <= 4096 && h <= 4096 {
			return w, h
		}
	}
	if m := aspect.FindStringSubmatch(s); m != nil {
		a, b := number(m[1], 1), number(m[2], 1)
		if a > 0 && b > 0 && a <= 32 && b <= 32 {
			long := max(a, b)
			return max(16, 1024*a/long), max(16, 1024*b/long)
		}
	}
	return 1024, 1024
}

func setPicture(p *plan, arg string) {
	p.pictures = 1
	for word := range strings.FieldsSeq(arg) {
		if m := dimensions.FindStringSubmatch(word); m != nil {
			p.width, p.height = sizeIn(word)
		} else if n, err := strconv.Atoi(word); err == nil {
			p.pictures = n
		} else if wait, ok := strings.CutPrefix(word, "readback="); ok {
			p.ready = duration(wait)
			p.picture = append(p.picture, "readback")
		} else {
			p.picture = append(p.picture, word)
		}
	}
}

// option is the value behind "name=" in the words of [image]; a bare name has
// the value "1", a missing one "".
func (p *plan) option(name string) string {
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

func setVideo(p *plan, arg string) {
	word, wait, _ := strings.Cut(arg, " ")
	if p.video = orWord(word, "done"); p.video == "pending" {
		p.ready = 30 * time.Second
		if wait != "" {
			p.ready = duration(wait)
		}
	}
}

func setError(p *plan, arg string) {
	code, at, _ := strings.Cut(arg, " ")
	p.errCode, p.errAt = number(code, 1013), at
}

func setCut(p *plan, arg string) {
	at, word, _ := strings.Cut(arg, " ")
	p.end, p.endAt = "cut", number(at, 1)
	if word == "unsaved" || at == "unsaved" {
		p.end = "unsaved"
	}
}

func number(s string, otherwise int) int {
	n, err := strconv.Atoi(strings.TrimSpace(s))
	if err != nil || n < 0 {
		return otherwise
	}
	return n
}

func duration(s string) time.Duration {
	d, err := time.ParseDuration(strings.TrimSpace(s))
	if err != nil {
		return time.Second
	}
	return d
}

func orWord(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}
