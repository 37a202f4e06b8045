package api_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/geminid/geminid/upstream/simulator"
)

// prose returns about n bytes of sentences.
func prose(subject string, n int) string {
	var out strings.Builder
	for i := 1; out.Len() < n; i++ {
		fmt.Fprintf(&out, "Note %d about %s: use it if nothing simpler does the work, and say what came of it. ", i, subject)
		if i%5 == 0 {
			out.WriteString("\n\n- ")
		}
	}
	return strings.TrimSpace(out.String()[:n])
}

// offer is a tool of a program: how long its description is, and its arguments, each
// with the length of its own, as "name type length", with a question mark behind the
// names of optional ones, and with "a|b" in the place of the type for a list of values.
type offer struct {
	name      string
	described int
	arguments []string
}

// schema returns the JSON Schema of the arguments.
func (o offer) schema() map[string]any {
	properties, required := map[string]any{}, []any{}
	for _, argument := range o.arguments {
		var name, kind string
		var described int
		if _, err := fmt.Sscan(argument, &name, &kind, &described); err != nil {
			panic(err)
		}
		plain, optional := strings.CutSuffix(name, "?")
		property := map[string]any{"description": prose(plain, described)}
		if values := strings.Split(kind, "|"); len(values) > 1 {
			property["type"], property["enum"] = "string", values
		} else if kind == "list" {
			property["type"], property["items"] = "array", offer{"", 0, []string{"file string 60", "line? integer 80", "level? high|low 40"}}.schema()
		} else {
			property["type"] = kind
		}
		if !optional {
			required = append(required, plain)
		}
		properties[plain] = property
	}
	return map[string]any{"$schema": "https://json-schema.org/draft/2020-12/schema", "type": "object", "properties": properties, "required": required, "additionalProperties": false}
}

// agentTools are tools of the sizes and the shapes that well-known programs send, by the
// bytes of their JSON.
var agentTools = map[string][]offer{
	"31 kB": {
		{"Delegate", 3200, []string{"title string 40", "task string 33", "kind? string 52", "model? small|large|tiny|huge 358", "effort? low|medium|high|top 341", "aside? boolean 286", "where? copy|remote 221"}},
		{"Shell", 2100, []string{"command string 22", "timeout? number 70", "title? string 926", "aside? boolean 180", "open? boolean 90"}},
		{"Edit", 360, []string{"file_path string 40", "old_text string 20", "new_text string 60", "all? boolean 52"}},
		{"Peers", 1430, []string{"channel? string 40", "cursor? string 90", "q? string 40"}},
		{"Read", 790, []string{"file_path string 35", "offset? integer 100", "limit? integer 90", "pages? string 110", "large? boolean 240"}},
		{"Findings", 1300, []string{"findings list 300", "level? low|medium|high|top 120"}},
		{"Wake", 2200, []string{"seconds? number 190", "noop? boolean 90", "text? string 300", "reason? string 160", "stop? boolean 100"}},
		{"Skill", 1500, []string{"skill string 60", "args? string 50"}},
		{"Lookup", 1100, []string{"query string 210", "most? number 50"}},
		{"Flow", 8000, []string{"args? string 320", "name? string 150", "script? string 500", "path? string 400", "title? string 60"}},
		{"Write", 600, []string{"file_path string 70", "content string 35"}},
		{"Later", 60, nil},
	},
	"28 kB": {
		{"shell", 4200, []string{"command string 300", "aside? boolean 900", "directory? string 200", "title? string 150"}},
		{"todo", 9300, []string{"todos list 60"}},
		{"read", 700, []string{"path string 150", "offset? number 180", "limit? number 190"}},
		{"write", 500, []string{"path string 140", "content string 30"}},
		{"edit", 1500, []string{"path string 100", "old string 500", "new string 420", "times? number 200"}},
		{"grep", 700, []string{"pattern string 120", "path? string 120", "glob? string 130", "most? number 90"}},
		{"glob", 450, []string{"pattern string 70", "path? string 210"}},
		{"list", 200, []string{"path string 140", "ignore? string 60"}},
		{"memory", 1000, []string{"fact string 160", "scope? global|project 250"}},
		{"skill", 1700, []string{"skill string 60"}},
	},
	"18 kB": {
		{"exec", 800, []string{"cmd string 120", "dir? string 160", "yield? number 200", "most? number 150", "shell? string 60", "tty? boolean 190", "why? string 300", "rights? default|more|all 250"}},
		{"type", 300, []string{"id number 60", "keys? string 80", "yield? number 200", "most? number 150"}},
		{"plan", 700, []string{"why? string 100", "steps list 60"}},
		{"ask", 900, []string{"questions list 500", "wait? number 250"}},
		{"patch", 5200, []string{"patch string 200"}},
		{"picture", 220, []string{"path string 60", "detail? high|original 200"}},
		{"spawn", 2700, []string{"message? string 300", "model? string 200", "effort? low|medium|high 180", "fork? boolean 250"}},
		{"wait", 500, []string{"ids list 200", "most? number 260"}},
		{"close", 500, []string{"id string 60"}},
	},
}

// TestToolsInThePrompt: tools as programs send them take 40 % of their JSON, and the
// model reads every argument, every value and every mark in them.
func TestToolsInThePrompt(t *testing.T) {
	for name, offers := range agentTools {
		t.Run(name, func(t *testing.T) {
			inBubble(t, func(t *testing.T, h *house) {
				var tools []map[string]any
				var want []string
				for _, o := range offers {
					tools = append(tools, map[string]any{"type": "function", "function": map[string]any{"name": o.name, "description": prose(o.name, o.described), "parameters": o.schema()}})
					want = append(want, listArguments(o.name, o.schema())...)
				}
				a := &agent{h: h, tools: tools, messages: []map[string]any{{"role": "user", "content": "[read tools]"}}}
				message, status := a.askOnce()
				text, _ := message["content"].(string)
				got := strings.Split(strings.TrimSuffix(strings.TrimPrefix(text, "```\n"), "\n```"), "\n")
				slices.Sort(got)
				slices.Sort(want)
				if status != http.StatusOK || !slices.Equal(got, want) {
					t.Errorf("%d, the model reads\n%q\nwant\n%q", status, got, want)
				}
				a.tools = nil
				a.askOnce()
				asked := slices.DeleteFunc(h.upstream.Journal(), func(e simulator.Entry) bool { return e.Operation != simulator.OpGenerate })
				whole, err := json.Marshal(tools)
				if err != nil {
					t.Fatal(err)
				}
				share := float64(asked[0].PromptBytes-asked[1].PromptBytes) / float64(len(whole))
				t.Logf("%d tools of %d bytes take %.1f %% of them", len(tools), len(whole), 100*share)
				if share > 0.4 || asked[0].ToolsRead != len(tools) {
					t.Errorf("%d tools take %.3f of their bytes, want 0.4 at most", asked[0].ToolsRead, share)
				}
			})
		})
	}
}

// listArguments lists the arguments of a schema as the model says what it reads.
func listArguments(path string, schema map[string]any) (lines []string) {
	properties, _ := schema["properties"].(map[string]any)
	required, _ := schema["required"].([]any)
	for name, property := range properties {
		property := property.(map[string]any)
		line := path + "." + name
		if !slices.Contains(required, any(name)) {
			line += "?"
		}
		if values, ok := property["enum"].([]string); ok {
			line += ` "` + strings.Join(values, `" "`) + `"`
		}
		lines = append(lines, line)
		if items, ok := property["items"].(map[string]any); ok {
			lines = append(lines, listArguments(path+"."+name, items)...)
		}
	}
	return lines
}
