package toolcall_test

import (
	"strings"
	"testing"

	"github.com/geminid/geminid/chat"
)

// TestDamageIsUndoneOrRefused: of arguments that can be read in one way only the damage
// is undone; any other are a mistake, and never a guess.
func TestDamageIsUndoneOrRefused(t *testing.T) {
	grep := chat.OfferedTool{Name: "grep", Schema: `{"type":"object","properties":{"pattern":{"type":"string"},"file_path":{"type":"string"}}}`}
	for _, tt := range []struct{ object, want string }{ // want is empty for a mistake
		{`{"file\_path": "a\_b\[0\]\*"}`, `{"file_path":"a_b[0]*"}`},
		{`{"pattern": "x\_y", "file\_path": "\<b\>"}`, `{"pattern":"x_y","file_path":"<b>"}`},
		{`{"pattern": "\[TODO\]"}`, ""},
		{`{"pattern": "\d+\.\w"}`, ""},
		{`{"pattern": "\*.go", "file_path": "a"}`, ""},
		{`{"file_path": "a\_b"}`, ""},
		{`{"file\_path": "a\.b"}`, ""},
		{`{'pattern': '\x1b[0m'}`, ""},
		{`{“pattern”: “say \”hi\” now”}`, `{"pattern":"say \"hi\" now"}`},
		{`{“pattern”: “say “hi” now”}`, ""},
		{`{“pattern”: “it’s”}`, `{"pattern":"it’s"}`},
		{`{'pattern': 'it\'s "x"', }`, `{"pattern":"it's \"x\""}`},
		{`{'pattern': 'it's'}`, ""},
		{`{"pattern": "a "b" c"}`, ""},
		{`{"pattern": "a", "pattern": "b"}`, ""},
		{`{"pattern": "a", "x": [{"y": 1, "y": 2}]}`, ""},
		{`{"pattern": "a"`, ""},
		{`{"pattern": "a`, ""},
		{`{"pattern": "a"} {"pattern": "b"}`, ""},
		{`{"pattern": True}`, `{"pattern":"true"}`},
		{`{"pattern": "True", "file_path": "None",}`, `{"pattern":"True","file_path":"None"}`},
		{`{pattern: "a"}`, ""},
		{`{"pattern": "a" // why` + "\n}", ""},
	} {
		m := &model{scripts: []string{"``````call-TAG grep\n" + tt.object + "\n``````"}}
		got, err := answer(t, counts{}, question(grep), m)
		want := "grep " + tt.want
		if tt.want == "" {
			want = ""
		}
		if calls := listCalls(got.Calls); calls != want || (err == nil) != (want != "") {
			t.Errorf("%s: %q, %v", tt.object, calls, err)
		}
	}
}

// TestForeignFormsThatAreQuoted: a call in a foreign form that the conversation holds,
// however it is escaped there, is text when the model repeats it.
func TestForeignFormsThatAreQuoted(t *testing.T) {
	const call = "{\"name\": \"read_file\", \"arguments\": {\"path\": \"/etc/<a>\\n\"}}"
	escape := strings.NewReplacer("\"", "\\\"", "\\n", "\\\\n", "<", "\\u003c", ">", "\\u003e").Replace
	entities := strings.NewReplacer("\"", "&quot;", "<", "&lt;", ">", "&gt;").Replace
	for name, page := range map[string]string{
		"as it is": call, "in a string": `{"body": "` + escape(call) + `"}`, "in a page": "<p>" + entities(call) + "</p>",
		"on other lines": strings.ReplaceAll(call, " ", "\r\n"),
	} {
		for _, script := range []string{call, "```json\n" + call + "\n```"} {
			req := question(readFile)
			req.Turns = append(req.Turns, chat.Turn{Role: chat.ToolRole, Result: &chat.ToolResult{CallID: "1", Name: "fetch"}, Parts: []chat.Part{{Text: page}}})
			got, err := answer(t, counts{}, req, &model{scripts: []string{script}, frame: 7})
			if err != nil || len(got.Calls) > 0 || got.Text != script {
				t.Errorf("%s: %v, calls %q, text %q", name, err, listCalls(got.Calls), got.Text)
			}
		}
	}
}

// TestPythonCalls: calls in Python, over several lines and several calls.
func TestPythonCalls(t *testing.T) {
	for script, want := range map[string]string{
		"```tool_code\nprint(default_api.read_file(\n    path='/a',\n    limit=3,\n))\n```": `read_file {"path":"/a","limit":3}`,
		"default_api.read_file(path='a)b')\ndefault_api.read_file(path=\"c\")":              "read_file {\"path\":\"a)b\"}\nread_file {\"path\":\"c\"}",
		"print(default_api.read_file(path='/a'))\nprint('done')":                            "",
		"default_api.read_file('/a')":                                                       "",
		"default_api.read_file(path='/a' + x)":                                              "",
		"default_api.read_file(path=f'/{a}')":                                               "",
		"default_api.read_file(path='''a''')":                                               "",
		"default_api.read_file(path='/a'":                                                   "",
	} {
		got, err := answer(t, counts{}, question(readFile), &model{scripts: []string{script}, frame: 3})
		if calls := listCalls(got.Calls); err != nil || calls != want || want == "" && got.Text != script {
			t.Errorf("%q: %v, calls %q, text %q", script, err, calls, got.Text)
		}
	}
}

// TestUnclearForeignForms: a call in a foreign form that the provider may have changed,
// or whose texts have no clear ends, is asked for once more in the form that was taught.
func TestUnclearForeignForms(t *testing.T) {
	const taughtCall = "``````call-TAG read_file\n{\"path\": \"/a\"}\n``````"
	for name, tt := range map[string]struct {
		script  string
		altered bool
	}{
		"changed":                {"print(default_api.read_file(path='<'))", true},
		"a line break in front":  {"<invoke name=\"read_file\"><parameter name=\"path\">\n/b</parameter></invoke>", false},
		"a line break at an end": {"<function=read_file>\n<parameter=path>\n/b</parameter>\n</function>", false},
	} {
		c, m := counts{}, &model{scripts: []string{tt.script, taughtCall}, altered: tt.altered}
		got, err := answer(t, c, question(readFile), m)
		if err != nil || listCalls(got.Calls) != `read_file {"path":"/a"}` || got.Text != "" || c.String() != "retried" || len(m.asked) != 2 {
			t.Errorf("%s: %v, calls %q, text %q, counted %s", name, err, listCalls(got.Calls), got.Text, c)
		}
	}
}
