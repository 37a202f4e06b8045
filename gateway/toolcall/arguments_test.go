package toolcall_test

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/geminid/geminid/chat"
)

// nastyText generates text with everything that has a meaning somewhere between the
// model and the client.
var nastyText = rapid.Custom(func(t *rapid.T) string {
	pieces := rapid.SliceOfN(rapid.OneOf(
		rapid.SampledFrom([]string{
			"\"", "'", "\\", "\\n", "\n", "\n\n", "\r\n", "\t", "`", "```", "``````", "\n``````\n", "~~~", "{", "}", "</tool_call>", "<b>", "&amp;",
			"--", "\n--end", "“x”", "世界", "👩‍💻", "\u2028", "\\_", "$", "${a}", "*/", "// x", "call-aaaaaaaa", " ", "", "null", "0",
		}),
		rapid.StringN(0, 8, 40),
	), 0, 12).Draw(t, "pieces")
	return strings.ToValidUTF8(strings.Join(pieces, ""), "?")
}).Filter(hasNoTag)

// hasNoTag reports whether a script may hold text: [model] puts the real tag in the
// place of TAG wherever it stands.
func hasNoTag(text string) bool { return !strings.Contains(text, "TAG") }

// TestArgumentsArriveByteForByte: arguments of generated tools arrive as the model
// wrote them, long texts below the object and escaped within it alike, in frames of
// any size.
func TestArgumentsArriveByteForByte(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		names := rapid.StringMatching(`[a-zA-Z_][a-zA-Z0-9_.-]{0,12}`).Filter(hasNoTag)
		fields := rapid.SliceOfNDistinct(names, 0, 5, rapid.ID).Draw(t, "fields")
		want, object, long := map[string]any{}, map[string]any{}, ""
		properties := map[string]any{}
		for _, name := range fields {
			switch kind := rapid.IntRange(0, 4).Draw(t, "kind"); kind {
			case 0, 1:
				text := nastyText.Draw(t, "text")
				want[name], properties[name] = text, map[string]any{"type": "string"}
				if kind == 0 && name != "end" {
					long += "--TAG " + name + "\n" + text + "\n"
					continue
				}
			case 2:
				want[name], properties[name] = float64(rapid.Int32().Draw(t, "number")), map[string]any{"type": "integer"}
			case 3:
				want[name] = []any{map[string]any{"deep": nastyText.Draw(t, "text"), "is": true}, nil}
				properties[name] = map[string]any{"type": "array"}
			case 4:
				want[name] = rapid.SampledFrom([]string{"a", "b\n", "\"c\""}).Draw(t, "word")
				properties[name] = map[string]any{"enum": []string{"a", "b\n", "\"c\""}}
			}
			object[name] = want[name]
		}
		schema, err := json.Marshal(map[string]any{"type": "object", "properties": properties, "required": fields, "additionalProperties": false})
		if err != nil {
			t.Fatal(err)
		}
		body, err := json.Marshal(object)
		if err != nil {
			t.Fatal(err)
		}
		if long != "" {
			long += "--TAG end\n"
		}
		script := "``````call-TAG tool.of/any-name\n" + string(body) + "\n" + long + "``````\n"
		m := &model{scripts: []string{script}, frame: rapid.SampledFrom([]int{1, 3, 7, 64, 4096}).Draw(t, "frame")}
		req := question(chat.OfferedTool{Name: "tool.of/any-name", Schema: string(schema)})
		q, err := newEngine(counts{}).Prepare(req)
		if err != nil {
			t.Fatal(err)
		}
		got, err := chat.CollectAnswer(q.Answer(t.Context(), m.ask))
		if err != nil || len(got.Calls) != 1 || len(m.asked) != 1 {
			t.Fatalf("%v, %d calls of %q", err, len(got.Calls), script)
		}
		arrived := map[string]any{}
		if err := json.Unmarshal([]byte(got.Calls[0].Arguments), &arrived); err != nil || !reflect.DeepEqual(arrived, want) {
			t.Fatalf("%v\ngot  %q\nwant %q", err, fmt.Sprint(arrived), fmt.Sprint(want))
		}
	})
}

// TestFreeTextArrivesByteForByte: 64 KiB of code in a freeform call.
func TestFreeTextArrivesByteForByte(t *testing.T) {
	line := "if x := `a\\n`; y != \"“世界” 👋\" { /* ``` */ }\t\\_\n"
	code := strings.Repeat(line, 64<<10/len(line))
	for _, frame := range []int{1, 7, 4096} {
		script := "``````call-TAG apply_patch\n--TAG input\n" + code + "\n--TAG end\n``````"
		got, err := answer(t, counts{}, question(applyPatch), &model{scripts: []string{script}, frame: frame})
		if err != nil || len(got.Calls) != 1 || got.Calls[0].Arguments != code || !got.Calls[0].Freeform {
			t.Fatalf("in frames of %d: %v, %d calls", frame, err, len(got.Calls))
		}
	}
}
