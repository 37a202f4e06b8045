package simulator

import (
	"regexp"
	"strings"
)

// taught is the form of calls that a prompt teaches, learned from its examples.
type taught struct {
	open    string // stands in front of the name of the tool
	close   string // the last line
	section string // stands in front of the name of an argument whose text follows below
	end     string // the line behind the last such text
	input   string // the name of the text of a tool that takes text
	tools   []signature
	must    bool // a call is demanded
	only    string
}

var (
	placeholder  = regexp.MustCompile(`in the place of ([A-Z]+):\n`)
	demandedTool = regexp.MustCompile(`\bmust call the tool (\S+) now\b`)
	anyDemanded  = regexp.MustCompile(`\bmust call a tool now\b`)
)

// readTaught finds the part of a prompt that shows tools and how to call them. It
// returns the prompt without that part.
func readTaught(prompt string) (rest string, t *taught) {
	all := placeholder.FindAllStringSubmatchIndex(prompt, -1)
	if len(all) == 0 {
		return prompt, nil
	}
	m := all[len(all)-1]
	name := prompt[m[2]:m[3]]
	begin := max(0, strings.LastIndex("\n"+prompt[:m[0]], "\n# Tools\n"))
	teaching, after := cutTeaching(prompt[m[1]:])
	t = &taught{}
	t.learnForm(strings.Split(teaching, "\n"), name)
	head := prompt[begin:m[0]]
	if i := strings.LastIndex(head, "\n# "); i > 0 {
		head = head[:i]
	}
	t.tools = readSignatures(head)
	if found := demandedTool.FindStringSubmatch(teaching); found != nil {
		t.must, t.only = true, found[1]
	}
	t.must = t.must || anyDemanded.MatchString(teaching)
	return prompt[:begin] + "\n" + after, t
}

// cutTeaching returns the text up to the next heading or the next block of the
// conversation.
func cutTeaching(text string) (teaching, after string) {
	end := len(text)
	for _, next := range []string{"\n\n# ", "\n\n" + string(user), "\n\n" + string(assistant), "\n\n" + string(toolBlock)} {
		if i := strings.Index(text, next); i >= 0 {
			end = min(end, i)
		}
	}
	return text[:end], text[end:]
}

// learnForm learns the form from the examples, in which name stands for that of a tool:
// the first has an object, the second a text below it, the third a text alone.
func (t *taught) learnForm(lines []string, name string) {
	opening, seen := lines[0], 0
	t.open = strings.TrimSuffix(opening, name)
	for i, line := range lines {
		if line != opening {
			continue
		}
		seen++
		example := lines[i+1:]
		switch {
		case seen == 1 && len(example) > 1:
			t.close = example[1]
		case seen == 2 && len(example) > 4:
			t.section, t.end = cutLastWord(example[1]), example[3]
		case seen == 3 && len(example) > 3:
			t.input = strings.TrimPrefix(example[0], t.section)
		}
	}
}

func cutLastWord(line string) string { return line[:strings.LastIndexByte(line, ' ')+1] }

// countCalls counts the calls that a message of the model has.
func (t *taught) countCalls(text string) int {
	if t == nil {
		return 0
	}
	return strings.Count("\n"+text, "\n"+t.open)
}

// findTool returns the signature of a tool, false if the prompt shows none of the name.
func (t *taught) findTool(name string) (signature, bool) {
	if t == nil {
		return signature{}, false
	}
	for _, s := range t.tools {
		if s.name == name {
			return s, true
		}
	}
	return signature{}, false
}
