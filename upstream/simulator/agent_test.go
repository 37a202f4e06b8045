package simulator_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/geminid/geminid/upstream/simulator"
)

// lesson teaches a form of calls that no program uses, so that what the model knows
// of it is from here.
const lesson = `# Tools
Here are tools.

// Reads a file.
read_file({
 path: string // where it lies (minLength: 3)
 limit?: integer // (minimum: 7)
})

// Mends files.
mend(text)

// Finds things.
find.all/things({
 // what to look for
 // in two lines
 what: "files" | "words"
 "how deep"?: integer | null
 filters: Array<Filter /* each must hold */>
 range?: [integer, number]
 extra?: {
  [key: string]: string
 }
})
type Filter = {
 not?: Filter
 name: string
} | null

# How to call
Write this, with the name of the tool in the place of TOOL:
~~~~ask:q7 TOOL
{"a": "b"}
~~~~
Or:
~~~~ask:q7 TOOL
{"a": "b"}
++q7 ARG
lines
++q7 over
~~~~
Or:
~~~~ask:q7 TOOL
++q7 all
lines
++q7 over
~~~~
Call if you must.`

// taught is a prompt that asks a question and teaches how to call tools.
func taught(question string) string { return "Be good.\n\n" + lesson + "\n\nUser:\n" + question }

const (
	aCall    = "~~~~ask:q7 read_file\n{\"path\": \"/a\"}\n~~~~"
	aMessage = `[call read_file {"path": "/a"}]`
)

func init() {
	for name, cases := range map[string][][2]string{
		"call": {
			{aMessage, aCall},
			{"[call read_file]", "~~~~ask:q7 read_file\n{\"path\": \"text\"}\n~~~~"},
			{`[call "find.all/things"]`, "~~~~ask:q7 find.all/things\n{\"what\": \"files\", \"filters\": [{\"name\": \"text\"}]}\n~~~~"},
			{`[call find.all/things] [form all]`, "~~~~ask:q7 find.all/things\n{\"what\": \"files\", \"how deep\": 1, \"filters\": [{\"name\": \"text\"}], \"range\": [1, 1], \"extra\": {}}\n~~~~"},
			{`[call mend "one\n[two]"]`, "~~~~ask:q7 mend\n++q7 all\none\n[two]\n++q7 over\n~~~~"},
			{`[call read_file {"path": "a]\n{\"b\"}", "list": [1, [2]]}]`, "~~~~ask:q7 read_file\n{\"list\": [1, [2]]}\n++q7 path\na]\n{\"b\"}\n++q7 over\n~~~~"},
			{`[call unknown {"x": 1}]`, "~~~~ask:q7 unknown\n{\"x\": 1}\n~~~~"},
		},
		"also":   {{aMessage + ` [also read_file {"path": "/b"}] [call mend "x"]`, aCall + "\n\n" + strings.Replace(aCall, "/a", "/b", 1)}},
		"lead":   {{"[lead I look.]" + aMessage, "I look.\n\n" + aCall}},
		"refuse": {{"[refuse]" + aMessage, "I'm not able to help with that."}},
		"quote":  {{"[quote] ~~~~ask", "[quote] ~~~~ask"}},
		"read": {{"[read] Why?", "I read 722 of 722 bytes and was shown 3 tools: read_file mend find.all/things. The question is: Why?"},
			{"[read tools]", "```\nread_file.path\nread_file.limit?\nfind.all/things.what \"files\" \"words\"\nfind.all/things.how deep?\nfind.all/things.filters\nfind.all/things.filters.not?\n" +
				"find.all/things.filters.name\nfind.all/things.range?\nfind.all/things.extra?\n```"}},
		"form": {
			{aMessage + "[form tool_code]", "```tool_code\nprint(default_api.read_file(path='/a'))\n```"},
			{`[call read_file {"path": "it's \"x\"", "on": true}] [form default_api]`, `print(default_api.read_file(path='it\'s "x"', on=True))`},
			{aMessage + "[form tool_call]", "<tool_call>\n{\"name\": \"read_file\", \"arguments\": {\"path\": \"/a\"}}\n</tool_call>"},
			{aMessage + "[form invoke]", "<function_calls>\n<invoke name=\"read_file\">\n<parameter name=\"path\">/a</parameter>\n</invoke>\n</function_calls>"},
			{aMessage + "[form function]", "<tool_call>\n<function=read_file>\n<parameter=path>\n/a\n</parameter>\n</function>\n</tool_call>"},
			{aMessage + "[form json]", `{"name": "read_file", "arguments": {"path": "/a"}}`},
			{aMessage + "[form list]", `[{"name": "read_file", "arguments": {"path": "/a"}}]`},
			{aMessage + "[form fenced]", "```json\n" + `{"name": "read_file", "arguments": {"path": "/a"}}` + "\n```"},
			{aMessage + "[form tool_calls]", `{"tool_calls": [{"id": "call_1", "type": "function", "function": {"name": "read_file", "arguments": "{\"path\": \"/a\"}"}}]}`},
			{aMessage + "[form function_call]", `{"functionCall": {"name": "read_file", "args": {"path": "/a"}}}`},
			{aMessage + "[form react]", "Action: read_file\nAction Input: {\"path\": \"/a\"}"},
			{`[call read_file {"the_path": "a_[0]\n"}] [form markdown object]`, "~~~~ask:q7 read_file\n{\"the\\_path\": \"a\\_\\[0\\]\\n\"}\n~~~~"},
			{`[call read_file {"path": "a \"b\""}] [form smart]`, "~~~~ask:q7 read_file\n{“path”: “a \\”b\\””}\n~~~~"},
			{`[call read_file {"path": [1], "x": {}}] [form comma]`, "~~~~ask:q7 read_file\n{\"path\": [1,], \"x\": {},}\n~~~~"},
			{`[call read_file {"path": "a 'b' \"c\""}] [form single]`, "~~~~ask:q7 read_file\n{'path': 'a \\'b\\' \"c\"'}\n~~~~"},
			{`[call read_file {"path": "true", "on": true, "no": null}] [form python]`, "~~~~ask:q7 read_file\n{\"path\": \"true\", \"on\": True, \"no\": None}\n~~~~"},
			{`[call read_file {"path": "a\n\tb"}] [form newline object]`, "~~~~ask:q7 read_file\n{\"path\": \"a\n\tb\"}\n~~~~"},
			{aMessage + "[form raw]", "~~~~ask:q7 read_file\n{}\n++q7 path\n/a\n++q7 over\n~~~~"},
			{aMessage + "[form prose]", "I call it now:\n\n" + aCall + "\n\nThat was the call."},
			{aMessage + "[form invent]", aCall + "\n\nTool result:\nforty-two\n\nThe tool says forty-two."},
			{aMessage + "[form cut]", aCall[:len(aCall)/2]}, {aMessage + "[form cut=9]", aCall[:9]},
			{aMessage + "[form undeclared]", strings.Replace(aCall, "read_file", "no_such_tool", 1)},
			{`[call read_file {"path": "/a", "limit": 3}] [form types]`, "~~~~ask:q7 read_file\n{\"path\": \"/a\", \"limit\": \"3\"}\n~~~~"},
			{aMessage + "[form wrong]", "~~~~ask:q7 read_file\n{\"path\": {\"not\": \"this\"}}\n~~~~"},
			{aMessage + "[form missing]", "~~~~ask:q7 read_file\n{}\n~~~~"},
			{aMessage + "[form extra]", "~~~~ask:q7 read_file\n{\"path\": \"/a\", \"surprise\": 1}\n~~~~"},
			{aMessage + "[form forged]", strings.Replace(aCall, "~~~~ask:q7", "~~~~ume:ke", 1)},
			{aMessage + "[form missing once]", "~~~~ask:q7 read_file\n{}\n~~~~"},
		},
	} {
		for _, c := range cases {
			keywordCases[name] = append(keywordCases[name], keywordCase{taught(c[0]), said(c[1])})
		}
	}
}

// TestAgentsRound: the calls of a question are made one after the other, each when the
// result of the former is there, whatever else the program puts between them; then the
// model answers.
func TestAgentsRound(t *testing.T) {
	const script = `Do it. [call read_file {"path": "/a"}] [call mend "x"] [also read_file] [say Done.]`
	const mending = "~~~~ask:q7 mend\n++q7 all\nx\n++q7 over\n~~~~\n\n~~~~ask:q7 read_file\n{\"path\": \"text\"}\n~~~~"
	rounds := []struct{ name, prompt, want string }{
		{"the question", "User:\n" + script, aCall},
		{"a reminder behind it", "User:\n" + script + "\n\nUser:\nBe quick.", aCall},
		{"the first result", "User:\n" + script + "\n\nAssistant:\nI look.\n" + aCall + "\n\nTool:\nTool result:\nfoo", mending},
		{"with words of the user", "User:\n" + script + "\n\nAssistant:\n" + aCall + "\n\nTool:\nfoo\n\nUser:\nGo on.", mending},
		{"the last result", "User:\n" + script + "\n\nAssistant:\n" + aCall + "\n\nTool:\nfoo\n\nAssistant:\n" + mending + "\n\nTool:\nbar\n\nTool:\nbaz", "Done."},
		{"a new question", "User:\n" + script + "\n\nAssistant:\n" + aCall + "\n\nTool:\nfoo\n\nAssistant:\nDone.\n\nUser:\n[call mend \"y\"]", "~~~~ask:q7 mend\n++q7 all\ny\n++q7 over\n~~~~"},
		{"a result and no script", "User:\nWhy?\n\nAssistant:\n" + aCall + "\n\nTool:\nTool result of read_file, which failed:\nno such file", "The tool failed and says: no such file"},
		{"asked again", "User:\n" + script + " [form missing once]\n\nAssistant:\nwrong\n\nUser:\nThat answer could not be used: no.", aCall},
		{"asked again, wrong for ever", "User:\n[call read_file] [form missing]\n\nUser:\nThat answer could not be used: no.", "~~~~ask:q7 read_file\n{}\n~~~~"},
		{"a call is demanded", "You must call the tool mend now. \n\nUser:\nHello", "~~~~ask:q7 mend\n++q7 all\ntext\n++q7 over\n~~~~"},
		{"any is demanded", "You must call a tool now. \n\nUser:\nHello", "~~~~ask:q7 read_file\n{\"path\": \"text\"}\n~~~~"},
	}
	for _, round := range rounds {
		_, b := signedIn(t, simulator.Config{}, simulator.SessionConfig{})
		prompt := lesson + "\n\n" + round.prompt
		if strings.HasPrefix(round.prompt, "You must") {
			prompt = lesson + "\n" + round.prompt
		}
		if i := strings.LastIndex(round.prompt, "\n\nTool:"); i > 0 { // programs show the tools in front of the last turn
			prompt = round.prompt[:i] + "\n\n" + lesson + round.prompt[i:]
		}
		if a := readJSON(t, b.generate(ask{prompt: prompt}).body); a.text() != round.want {
			t.Errorf("%s: %q, want %q", round.name, a.text(), round.want)
		}
	}
}

// TestDocuments: a prompt that asks for a document gets one, made from its schema.
func TestDocuments(t *testing.T) {
	const wish = "# Form of the answer\nAnswer with one JSON document. It must be valid under this JSON Schema:\n"
	const schema = `{"type":"object","properties":{"name":{"type":"string","minLength":6},"n":{"type":"integer","minimum":4},"of":{"$ref":"#/$defs/x"},"no":{"type":"string"}},"required":["n","name","of"],"$defs":{"x":{"type":"array","items":{"enum":["b"]},"minItems":2}}}`
	for question, want := range map[string]string{
		"Hello":                    "```json\n" + `{"n": 4, "name": "text text", "of": ["b", "b"]}` + "\n```",
		"Hello [form missing]":     "```json\n" + `{"name": "text text", "of": ["b", "b"]}` + "\n```",
		"Hello [form comma prose]": "Here it is:\n\n```json\n" + `{"n": 4, "name": "text text", "of": ["b", "b",],}` + "\n```\n\nThat is all.",
		"[say no]":                 "no",
	} {
		_, b := signedIn(t, simulator.Config{}, simulator.SessionConfig{})
		if a := readJSON(t, b.generate(ask{prompt: wish + schema + "\n\nUser:\n" + question}).body); a.text() != want {
			t.Errorf("%s: %q, want %q", question, a.text(), want)
		}
	}
}

// TestLostQuestion: of a prompt that is too long only the beginning is read, and the
// journal has how much.
func TestLostQuestion(t *testing.T) {
	s, b := signedIn(t, simulator.Config{PromptLimit: 1800}, simulator.SessionConfig{})
	prompt := strings.Repeat("Much to read. ", 100) + "\n\n" + taught(aMessage)
	if a := readJSON(t, b.generate(ask{prompt: prompt}).body); strings.Contains(a.text(), "ask:q7") {
		t.Errorf("a call out of what was not read: %q", a.text())
	}
	last := s.Journal()[len(s.Journal())-1]
	if last.ReadBytes != 1800 || last.PromptBytes != len(prompt) || last.ToolsRead != 0 || last.CallsMade != 0 {
		t.Errorf("%+v", last)
	}
	b.generate(ask{prompt: taught(aMessage)})
	last = s.Journal()[len(s.Journal())-1]
	if shown, err := json.Marshal(last); err != nil || last.ReadBytes != last.PromptBytes || last.ToolsRead != 3 || last.CallsMade != 1 || !strings.Contains(string(shown), `"calls_made":1`) {
		t.Errorf("%s, %v", shown, err)
	}
}

// TestNoLesson: a model that was shown no way to call tools calls none.
func TestNoLesson(t *testing.T) {
	_, b := signedIn(t, simulator.Config{}, simulator.SessionConfig{})
	if a := readJSON(t, b.generate(ask{prompt: aMessage}).body); a.text() != "I was not shown how to call read_file." {
		t.Errorf("%q", a.text())
	}
}
