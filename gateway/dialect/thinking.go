package dialect

import (
	"strings"

	"github.com/tidwall/gjson"

	"github.com/geminid/geminid/chat"
)

// maxStandardBudget is the largest budget, in tokens, that is standard thinking. It
// is what Gemini's own OpenAI surface makes of a medium effort.
const maxStandardBudget = 8192

// thinkingFields are the spellings in which clients say how long to think: the field,
// with a dot before each inner name, and its reader. The first that is given counts.
// Fields of Gemini are looked for in generationConfig, the others in the body.
var thinkingFields = []struct {
	path string
	read func(Node) (thinkingChoice, error)
}{
	{"reasoning_effort", readEffort},                                  // OpenAI, chat
	{"reasoning.effort", readEffort},                                  // OpenAI, responses; OpenRouter
	{"reasoning.max_tokens", readBudget},                              // OpenRouter
	{"reasoning.enabled", readSwitch},                                 // OpenRouter
	{"output_config.effort", readEffort},                              // Anthropic
	{"thinking.budget_tokens", readBudget},                            // Anthropic
	{"thinking.type", readEffort},                                     // Anthropic: enabled, adaptive, disabled
	{"thinkingConfig.thinkingLevel", readEffort},                      // Gemini 3
	{"thinkingConfig.thinkingBudget", readBudget},                     // Gemini 2.5
	{"thinking_level", readEffort},                                    // Gemini, interactions
	{"extra_body.google.thinking_config.thinking_level", readEffort},  // Gemini by OpenAI clients
	{"extra_body.google.thinking_config.thinking_budget", readBudget}, //
	{"google.thinking_config.thinking_level", readEffort},             // the same, unpacked by a library
	{"google.thinking_config.thinking_budget", readBudget},            //
	{"thinking_budget", readBudget},                                   // Qwen and others
	{"enable_thinking", readSwitch},                                   //
	{"chat_template_kwargs.enable_thinking", readSwitch},              // vLLM
}

// thinkingChoice is what one field says.
type thinkingChoice struct {
	level chat.Thinking
	off   bool // no thinking at all
}

// efforts are the words for how long to think. A word that is not known is taken for
// none given, as new ones come with new models.
var efforts = map[string]thinkingChoice{
	"none": {chat.ThinkingStandard, true}, "off": {chat.ThinkingStandard, true}, "disabled": {chat.ThinkingStandard, true},
	"minimal": {level: chat.ThinkingStandard}, "low": {level: chat.ThinkingStandard}, "medium": {level: chat.ThinkingStandard},
	"high": {level: chat.ThinkingExtended}, "xhigh": {level: chat.ThinkingExtended}, "max": {level: chat.ThinkingExtended},
}

// ReadThinking returns how long the model is to think, in whichever way the client
// says so, and whether it wants no thinking at all. A field of a wrong type is an
// error; what encloses it may be of any type, because other programs give those
// names other meanings.
func ReadThinking(o Object) (level chat.Thinking, off bool, err error) {
	var first thinkingChoice
	for _, field := range thinkingFields {
		n, ok, err := o.findField(field.path)
		if err != nil {
			return chat.ThinkingUnset, false, err
		}
		if !ok {
			continue
		}
		choice, err := field.read(n)
		if err != nil {
			return chat.ThinkingUnset, false, err
		}
		if first == (thinkingChoice{}) {
			first = choice
		}
	}
	return first.level, first.off, nil
}

// findField returns the field at a path whose names are divided by dots, if it is
// given and all that encloses it are objects. What is no object has no effect. The
// error is that of a field beside it.
func (o Object) findField(path string) (n Node, ok bool, err error) {
	for {
		name, rest, inner := strings.Cut(path, ".")
		if n = o.Field(name); n.IsAbsent() || !inner {
			return n, !n.IsAbsent(), nil
		}
		if !n.Value.IsObject() {
			n.DropField()
			return n, false, nil
		}
		if o, err = n.AsObject(); err != nil {
			return n, false, err
		}
		path = rest
	}
}

func readEffort(n Node) (thinkingChoice, error) {
	word, err := n.AsText()
	return efforts[strings.TrimPrefix(strings.ToLower(word), "thinking_level_")], err
}

// readBudget reads a number of tokens. Zero is no thinking, and a negative number
// leaves it to the model.
func readBudget(n Node) (choice thinkingChoice, err error) {
	err = MayBeQuoted(func(n Node) error {
		switch tokens := n.Value.Num; {
		case n.Value.Type != gjson.Number:
			return IsNumber(n)
		case tokens > maxStandardBudget:
			choice.level = chat.ThinkingExtended
		case tokens >= 0:
			choice = thinkingChoice{chat.ThinkingStandard, tokens == 0}
		}
		return nil
	})(n)
	return choice, err
}

// readSwitch reads a boolean, of which only false says something.
func readSwitch(n Node) (choice thinkingChoice, err error) {
	on, err := n.AsBool()
	if err == nil && !on {
		choice = efforts["none"]
	}
	return choice, err
}
