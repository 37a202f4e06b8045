package simulator

import "regexp"

var (
	picturesWanted = regexp.MustCompile(`(?i)\b(with|and|show|some) (some |web )?(pictures|photos|images)\b`)
	sourcesWanted  = regexp.MustCompile(`(?i)\b(with|and|cite|name|your) (the |your )?sources\b`)
	codeWanted     = regexp.MustCompile(`(?i)\b(run|execute) (some |the |this |your )?(python )?code\b`)
	canvasWanted   = regexp.MustCompile(`(?i)\b(in|on|open) a canvas\b`)
)

// dresses are what ordinary answers of the app carry beside the words, as often as
// they stand here; "" is nothing.
var dresses = [...]string{
	"", "[lmdx followup]", "", "[lmdx elicit]", "[markdown]", "", "[lmdx sequence image followup]", "[sources]",
	"", "[exec]", "[web tags]", "[search]", "", "[canvas]", "[lmdx timeline card shopping unknown elicit] [web]", "[sources bare] [markdown]",
}

// dress adds to an ordinary answer what it carries beside the words: what the
// prompt asks for in plain words, else what the seed has for it. A prompt with
// a keyword gets what it names and no more.
func (c *call) dress(p *plan) {
	if p.keywords || p.exact || p.pictures > 0 || p.video != "" || p.music || p.research || len(p.blocks) > 0 {
		return
	}
	turn := p.turn[:min(len(p.turn), 2000)]
	wanted := ""
	for _, w := range []struct {
		words *regexp.Regexp
		dress string
	}{{picturesWanted, "[web tags]"}, {sourcesWanted, "[sources]"}, {codeWanted, "[exec]"}, {canvasWanted, "[canvas]"}} {
		if w.words.MatchString(turn) {
			wanted += w.dress
		}
	}
	if wanted == "" && !c.s.cfg.Plain {
		wanted = dresses[c.s.seededDigest("dress", p.turn)%uint64(len(dresses))]
	}
	p.obeyKeywords(wanted)
}
