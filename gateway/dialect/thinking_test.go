package dialect_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/geminid/geminid/chat"
	"github.com/geminid/geminid/gateway/dialect"
)

// object decodes a body.
func object(t *testing.T, body string, names dialect.NameMapping) dialect.Object {
	t.Helper()
	o, err := dialect.ReadBody(httptest.NewRequest(http.MethodPost, "/", strings.NewReader(body)), names, nil)
	if err != nil {
		t.Fatal(err)
	}
	return o
}

// TestReadThinking: every spelling that clients have for one and the same wish.
func TestReadThinking(t *testing.T) {
	t.Parallel()
	const unset, standard, extended = chat.ThinkingUnset, chat.ThinkingStandard, chat.ThinkingExtended
	tests := []struct {
		body string
		want chat.Thinking
		off  bool
	}{
		{`{}`, unset, false},
		{`{"reasoning_effort":null}`, unset, false},
		{`{"reasoning_effort":"none"}`, standard, true},
		{`{"reasoning_effort":"minimal"}`, standard, false},
		{`{"reasoning_effort":"low"}`, standard, false},
		{`{"reasoning_effort":"medium"}`, standard, false},
		{`{"reasoning_effort":"high"}`, extended, false},
		{`{"reasoning_effort":"xhigh"}`, extended, false},
		{`{"reasoning_effort":"max"}`, extended, false},
		{`{"reasoning_effort":"HIGH"}`, extended, false},
		{`{"reasoning_effort":"whatever comes next"}`, unset, false},
		{`{"reasoning":{"effort":"high"}}`, extended, false},
		{`{"reasoning":{"effort":"low","summary":"auto"}}`, standard, false},
		{`{"reasoning":{"max_tokens":20000}}`, extended, false},
		{`{"reasoning":{"max_tokens":2000}}`, standard, false},
		{`{"reasoning":{"enabled":false}}`, standard, true},
		{`{"reasoning":{"enabled":true}}`, unset, false},
		{`{"reasoning":"high"}`, unset, false},
		{`{"output_config":{"effort":"max"},"thinking":{"type":"adaptive"}}`, extended, false},
		{`{"thinking":{"type":"enabled","budget_tokens":8193}}`, extended, false},
		{`{"thinking":{"type":"enabled","budget_tokens":8192}}`, standard, false},
		{`{"thinking":{"type":"disabled"}}`, standard, true},
		{`{"thinking":true}`, unset, false},
		{`{"extra_body":{"google":{"thinking_config":{"thinking_level":"high","include_thoughts":true}}}}`, extended, false},
		{`{"extra_body":{"google":{"thinking_config":{"thinking_budget":0}}}}`, standard, true},
		{`{"google":{"thinking_config":{"thinking_budget":24576}}}`, extended, false},
		{`{"thinking_budget":30000}`, extended, false},
		{`{"enable_thinking":false}`, standard, true},
		{`{"chat_template_kwargs":{"enable_thinking":false}}`, standard, true},
		{`{"reasoning_effort":"new","thinking_budget":30000}`, extended, false}, // a word that says nothing hides none that does
	}
	for _, tt := range tests {
		got, off, err := dialect.ReadThinking(object(t, tt.body, dialect.ExactNames))
		if err != nil || got != tt.want || off != tt.off {
			t.Errorf("%s: %q, off %t, %v; want %q, %t", tt.body, got, off, err, tt.want, tt.off)
		}
	}
	for body, want := range map[string]chat.Thinking{
		`{"thinkingConfig":{"thinkingLevel":"HIGH"}}`:                  extended,
		`{"thinkingConfig":{"thinkingLevel":"THINKING_LEVEL_HIGH"}}`:   extended,
		`{"thinkingConfig":{"thinkingLevel":"low"}}`:                   standard,
		`{"thinking_config":{"thinking_level":"MINIMAL"}}`:             standard,
		`{"thinkingConfig":{"thinkingBudget":"32768"}}`:                extended,
		`{"thinking_config":{"thinking_budget":1024}}`:                 standard,
		`{"thinkingConfig":{"thinkingBudget":-1}}`:                     unset,
		`{"thinkingConfig":{"includeThoughts":true}}`:                  unset,
		`{"thinkingConfig":{"thinkingBudget":128,"thinkingLevel":""}}`: standard,
	} {
		if got, _, err := dialect.ReadThinking(object(t, body, dialect.CamelNames)); err != nil || got != want {
			t.Errorf("%s: %q, %v; want %q", body, got, err, want)
		}
	}
}

// TestReadThinkingOfWrongType: a mistake is named with the field's whole path.
func TestReadThinkingOfWrongType(t *testing.T) {
	t.Parallel()
	for body, param := range map[string]string{
		`{"reasoning_effort":5}`:                              "reasoning_effort",
		`{"reasoning":{"effort":5}}`:                          "reasoning.effort",
		`{"thinking":{"budget_tokens":"big"}}`:                "thinking.budget_tokens",
		`{"thinking_budget":[]}`:                              "thinking_budget",
		`{"enable_thinking":"no"}`:                            "enable_thinking",
		`{"google":{"thinking_config":{"thinking_level":1}}}`: "google.thinking_config.thinking_level",
	} {
		_, _, err := dialect.ReadThinking(object(t, body, dialect.ExactNames))
		var failure *chat.Error
		if !errors.As(err, &failure) || failure.Kind != chat.BadRequest || failure.Param != param {
			t.Errorf("%s: %v; want an error about %s", body, err, param)
		}
	}
}

// TestReadModality: only what is asked for alone is a clear wish.
func TestReadModality(t *testing.T) {
	t.Parallel()
	for list, want := range map[string]chat.Tool{
		`["IMAGE"]`: chat.PictureTool, `["image"]`: chat.PictureTool, `["Video"]`: chat.VideoTool,
		`["Text","Image"]`: chat.NoTool, `["TEXT"]`: chat.NoTool, `["AUDIO"]`: chat.NoTool, `[]`: chat.NoTool, `null`: chat.NoTool,
		`"image"`: chat.NoTool, `[5]`: chat.NoTool, `{"image":1}`: chat.NoTool,
	} {
		o := object(t, `{"modalities":`+list+`}`, dialect.ExactNames)
		if got := dialect.ReadModality(o.Field("modalities")); got != want {
			t.Errorf("%s: %d, want %d", list, got, want)
		}
	}
}
