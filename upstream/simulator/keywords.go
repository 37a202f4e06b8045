package simulator

import (
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
)

// keyword is a word in square brackets that a prompt may hold.
type keyword struct {
	Name, Usage string
	set         func(p *plan, arg string)
}

// maxLong and maxNoise bound the memory that a prompt can make the simulator use.
const (
	maxLong  = 16 << 20
	maxNoise = 64 << 20
)

// keywords is the table of everything a prompt can ask of the simulator.
var keywords = []keyword{
	{"say", "[say TEXT] answers exactly TEXT", func(p *plan, arg string) { p.say, p.exact = arg, true }},
	{"long", "[long N] answers N bytes (LongText) in frames of 4 KiB", func(p *plan, arg string) { p.long = min(parseNumber(arg, 64<<10), maxLong) }},
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
	{"delay", "[delay D] waits D before the first frame", func(p *plan, arg string) { p.pace.First = parseDuration(arg) }},
	{"slow", "[slow D] waits D between frames", func(p *plan, arg string) { p.pace.Gap = parseDuration(arg) }},
	{"frames", "[frames N] divides the text into N frames", func(p *plan, arg string) { p.pace.Frames = max(1, parseNumber(arg, 1)) }},
	{"bytes", "[bytes N] adds N bytes of text a frame", func(p *plan, arg string) { p.pace.FrameBytes, p.pace.Frames = max(1, parseNumber(arg, 1)), 0 }},
	{"image", "[image N W×H WORD...] makes pictures; words: late readback[=D] sparse jpeg noise=BYTES once expired pending=N html", setPicture},
	{"web", "[web] or [web tags] shows pictures found on the web, the latter at their places in the text", setWeb},
	{"lmdx", "[lmdx WORD...] holds components of the app's interface; words: " + componentWords(), setComponents},
	{"sources", "[sources], [sources bare], [sources lost] cites pages in fields and marks, in fields alone, in marks alone", setSources},
	{"search", "[search] searches the web first, and cites pages in fields alone", setSearch},
	{"research", "[research] plans a research that waits to be confirmed", func(p *plan, _ string) { p.research = true }},
	{"canvas", "[canvas N WORD...] opens a document of N sections (3); words: only code rewrite", setCanvas},
	{"markdown", "[markdown] has escapes, a comment behind a list, links wrapped in a search", addText(markdownText)},
	{"exec", "[exec] has code that was run, and its output", addText(executionText)},
	{"video", "[video], [video several], [video pending D] makes a video, the last ready in the history after D", setVideo},
	{"music", "[music] makes a piece of music", func(p *plan, _ string) { p.music = true }},
	{"error", "[error CODE], [error CODE late], [error CODE trailing] refuses at once, after half the text, after the whole answer", setError},
	{"status", "[status N] refuses with a bare status", func(p *plan, arg string) { p.errStatus = parseNumber(arg, 13) }},
	{"http", "[http N] answers with HTTP status N", func(p *plan, arg string) { p.http = parseNumber(arg, 500) }},
	{"sorry", "[sorry] redirects to the captcha page", func(p *plan, _ string) { p.sorry = true }},
	{"empty", "[empty] answers 200 without a body", func(p *plan, _ string) { p.end = "empty" }},
	{"silent", "[silent] ends well without having said anything", func(p *plan, _ string) { p.end = "silent" }},
	{"stall", "[stall N] falls silent after N frames of text", func(p *plan, arg string) { p.end, p.endAt = "stall", parseNumber(arg, 1) }},
	{"cut", "[cut N] or [cut N unsaved] ends after N frames without the completion mark", setCut},
	{"reset", "[reset N] breaks the connection after N frames of text", func(p *plan, arg string) { p.end, p.endAt = "reset", parseNumber(arg, 1) }},
	{"garble", "[garble N] breaks the JSON of frame N", func(p *plan, arg string) { p.garble = parseNumber(arg, 2) }},
	{"skew", "[skew N] announces lengths that are wrong by N", func(p *plan, arg string) { p.skew = parseNumber(arg, 1) }},
	{"chop", "[chop N] sends pieces of 1 to N bytes", func(p *plan, arg string) { p.chop = parseNumber(arg, 7) }},
	{"noend", "[noend] leaves out the end frame", func(p *plan, _ string) { p.noEnd = true }},
	{"downgrade", "[downgrade] lets another model answer", func(p *plan, _ string) { p.downgrade = true }},
	{"call", "[call NAME {JSON}] calls a tool, in one answer after the other if there are several; [call NAME] makes the arguments", addStep(false)},
	{"also", "[also NAME {JSON}] calls a tool in the same answer as the call before", addStep(true)},
	{"form", "[form WORD...] is how calls and documents are written; words: " + formWords(), func(p *plan, arg string) { p.how = append(p.how, strings.Fields(arg)...) }},
	{"lead", "[lead TEXT] is said in front of calls", func(p *plan, arg string) { p.lead = arg + "\n\n" }},
	{"refuse", "[refuse] or [refuse once] neither calls nor writes what is asked for", func(p *plan, arg string) { p.refuse = orWord(arg, "always") }},
	{"quote", "[quote] repeats the last message as it stands, such as the result of a tool", func(p *plan, _ string) { p.quote = true }},
	{"read", "[read] says what of the prompt was read: bytes, tools, the question; [read tools] which arguments tools take", func(p *plan, arg string) { p.readout = orWord(arg, "all") }},
	{"latemodel", "[latemodel] names the model only with the last frame", func(p *plan, _ string) { p.lateModel = true }},
}

func keywordIndex(name string) int {
	return slices.IndexFunc(keywords, func(k keyword) bool { return k.Name == name })
}

func setPicture(p *plan, arg string) {
	p.pictures = 1
	for word := range strings.FieldsSeq(arg) {
		if m := dimensions.FindStringSubmatch(word); m != nil {
			p.width, p.height = sizeIn(word)
		} else if n, err := strconv.Atoi(word); err == nil {
			p.pictures = n
		} else if wait, ok := strings.CutPrefix(word, "readback="); ok {
			p.ready = parseDuration(wait)
			p.picture = append(p.picture, "readback")
		} else {
			p.picture = append(p.picture, word)
		}
	}
}

func setVideo(p *plan, arg string) {
	word, wait, _ := strings.Cut(arg, " ")
	if p.video = orWord(word, "done"); p.video == "pending" {
		p.ready = 30 * time.Second
		if wait != "" {
			p.ready = parseDuration(wait)
		}
	}
}

func setError(p *plan, arg string) {
	code, at, _ := strings.Cut(arg, " ")
	p.errCode, p.errAt = parseNumber(code, 1013), at
}

func setCut(p *plan, arg string) {
	at, word, _ := strings.Cut(arg, " ")
	p.end, p.endAt = "cut", parseNumber(at, 1)
	if word == "unsaved" || at == "unsaved" {
		p.end = "unsaved"
	}
}

func parseNumber(s string, otherwise int) int {
	n, err := strconv.Atoi(strings.TrimSpace(s))
	if err != nil || n < 0 {
		return otherwise
	}
	return n
}

func parseDuration(s string) time.Duration {
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

// formWords lists the words of [form].
func formWords() string {
	words := slices.Concat(slices.Sorted(maps.Keys(callForms)), slices.Sorted(maps.Keys(damages)), formMistakes)
	return strings.Join(words, " ")
}

// formMistakes are the words of [form] for what models do wrong, and for how often.
var formMistakes = []string{"raw", "object", "all", "prose", "cut", "cut=N", "invent", "undeclared", "types", "wrong", "missing", "extra", "forged", "once"}
