package api_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/geminid/geminid/upstream/geminiweb"
	"github.com/geminid/geminid/upstream/simulator"
)

// wiretap notes everything that goes to the upstream.
type wiretap struct {
	upstream *simulator.Simulator
	mu       sync.Mutex
	sent     bytes.Buffer
}

// RoundTrip implements http.RoundTripper.
func (w *wiretap) RoundTrip(r *http.Request) (*http.Response, error) {
	var body []byte
	if r.Body != nil {
		var err error
		if body, err = io.ReadAll(r.Body); err != nil {
			return nil, err
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
	}
	w.mu.Lock()
	fmt.Fprintf(&w.sent, "%s %v\n%s\n", r.URL, r.Header, body)
	if text, err := url.QueryUnescape(string(body)); err == nil {
		w.sent.WriteString(text)
	}
	w.mu.Unlock()
	return w.upstream.RoundTrip(r)
}

// take returns what was sent since the last call.
func (w *wiretap) take() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	text := w.sent.String()
	w.sent.Reset()
	return text
}

// whole are requests that use every place for something that a client wants to say.
var whole = []struct{ path, body string }{
	{"/v1/chat/completions", `{"model":"gemini-2.5-flash","stream":false,"messages":[
		{"role":"system","name":"n","content":"TEXT"},{"role":"developer","content":[{"type":"text","text":"TEXT"}]},
		{"role":"user","name":"NAME","content":"TEXT","images":["FILE"]},
		{"role":"assistant","content":"TEXT","refusal":"TEXT","name":"NAME","tool_calls":[{"id":"c1","type":"function","function":{"name":"NAME","arguments":"{\"a\":\"TEXT\"}"}}]},
		{"role":"tool","tool_call_id":"NAME","name":"NAME","content":"TEXT"},
		{"role":"tool","tool_call_id":"x","content":[{"type":"text","text":"TEXT"},{"type":"image_url","image_url":{"url":"FILE"}}]},
		{"role":"assistant","content":[{"type":"refusal","refusal":"TEXT"}],"function_call":{"name":"NAME","arguments":"TEXT"}},
		{"role":"function","name":"NAME","content":"TEXT"},
		{"role":"user","content":[{"type":"text","text":"TEXT"},{"type":"image_url","image_url":{"url":"FILE","detail":"auto"}},
			{"type":"file","file":{"filename":"NAME.png","file_data":"FILE"}},{"type":"image","source":{"type":"base64","media_type":"image/png","data":"BYTES"}},
			{"type":"input_image","image_url":"FILE"},"TEXT"],"attachments":[{"name":"NAME","url":"FILE"}]}],
		"stream_options":{"include_usage":true},"metadata":{"a":"b"},"tools":[{"type":"function","function":{"name":"f"}}],"extra_body":{"google":{"thinking_config":{}}}}`},
	{"/v1/responses", `{"model":"gemini-2.5-flash","instructions":"TEXT","input":[
		{"role":"developer","content":[{"type":"input_text","text":"TEXT"}]},{"type":"message","role":"user","content":"TEXT"},
		{"type":"reasoning","summary":[],"status":"completed"},{"role":"assistant","content":[{"type":"output_text","text":"TEXT"},{"type":"refusal","refusal":"TEXT"}]},
		{"type":"function_call","call_id":"c1","name":"NAME","arguments":"{\"a\":\"TEXT\"}"},{"type":"custom_tool_call","call_id":"c2","name":"NAME","input":"TEXT"},
		{"type":"function_call_output","call_id":"c1","output":"TEXT"},{"type":"custom_tool_call_output","call_id":"NAME","output":[{"type":"input_text","text":"TEXT"},{"type":"input_image","image_url":"FILE"}]},
		{"type":"local_shell_call","call_id":"c3","action":{"command":["TEXT"]}},{"type":"local_shell_call_output","id":"c3","output":"TEXT"},
		{"type":"image_generation_call","result":"BYTES"},
		{"role":"user","content":[{"type":"input_text","text":"TEXT"},{"type":"input_image","image_url":"FILE","detail":"auto"},{"type":"input_file","filename":"NAME.png","file_data":"FILE"}]}],
		"stream":false,"tools":[{"type":"function","name":"f"}],"metadata":{"a":"b"},"text":{"format":{"type":"text"}},"reasoning":{"summary":"auto"}}`},
	{"/v1/images/generations", `{"model":"gemini-3.1-flash-image","prompt":"TEXT","negative_prompt":"TEXT","image":"FILE","images":[{"image_url":"FILE"}],"n":1}`},
	{"/v1/images/edits", `{"model":"gemini-3.1-flash-image","prompt":"TEXT","image":["FILE",{"b64_json":"BYTES"}],"reference_images":[{"url":"FILE"}]}`},
	{"/gemini/v1beta/models/gemini-2.5-flash:generateContent", `{"systemInstruction":{"parts":[{"text":"TEXT"}]},"contents":[
		{"role":"user","parts":[{"text":"TEXT"},{"inlineData":{"mimeType":"image/png","data":"BYTES","displayName":"NAME"}}]},
		{"role":"model","parts":[{"text":"TEXT","functionCall":{"id":"c1","name":"NAME","args":{"a":"TEXT"}}},{"executableCode":{"code":"TEXT"}},{"codeExecutionResult":{"output":"TEXT"}}]},
		{"role":"function","parts":[{"functionResponse":{"id":"NAME","name":"NAME","response":{"a":"TEXT"},"parts":[{"inlineData":{"mimeType":"image/png","data":"BYTES"}}]}}]},
		{"parts":[{"text":"TEXT","inline_data":{"mime_type":"image/png","data":"BYTES"}},{"image_url":{"url":"FILE"}}]}],
		"generationConfig":{"thinkingConfig":{},"imageConfig":{},"responseFormat":{"image":{}}},"toolConfig":{"functionCallingConfig":{}},"tools":[{"functionDeclarations":[]}]}`},
	{"/v1beta/interactions", `{"model":"gemini-2.5-flash","system_instruction":"TEXT","store":false,"input":[
		{"type":"user_input","content":[{"type":"text","text":"TEXT"},{"type":"image","data":"BYTES","mime_type":"image/png"},{"type":"image","uri":"FILE"}]},
		{"type":"thought","signature":"c2ln","summary":[]},{"type":"model_output","content":[{"type":"text","text":"TEXT"}]},
		{"type":"function_call","id":"c1","name":"NAME","arguments":{"a":"TEXT"}},{"type":"function_result","call_id":"c1","name":"NAME","result":"TEXT"},
		{"type":"function_result","call_id":"NAME","result":[{"type":"text","text":"TEXT"},{"type":"image","data":"BYTES","mime_type":"image/png"}]},{"type":"function_result","call_id":"c3","result":{"t":"TEXT"}},
		{"type":"text","text":"TEXT"},{"type":"image","data":"BYTES","mime_type":"image/png"}],
		"stream":false,"tools":[{"type":"function","name":"f"}],"response_format":{"type":"text"},"generation_config":{"thinking_summaries":"auto","image_config":{}}}`},
	{"/v1/messages", `{"model":"gemini-2.5-flash","max_tokens":100,"system":[{"type":"text","text":"TEXT"}],"messages":[
		{"role":"user","content":"TEXT"},{"role":"system","content":"TEXT"},
		{"role":"assistant","content":[{"type":"thinking","thinking":"TEXT","signature":"NAME"},{"type":"text","text":"TEXT"},{"type":"tool_use","id":"c1","name":"NAME","input":{"a":"TEXT"}}]},
		{"role":"user","content":[{"type":"tool_result","tool_use_id":"c1","content":[{"type":"text","text":"TEXT"},{"type":"image","source":{"type":"base64","media_type":"image/png","data":"BYTES"}}]},
			{"type":"tool_result","tool_use_id":"NAME","content":"TEXT","is_error":true},{"type":"image","source":{"type":"url","url":"FILE"}},
			{"type":"document","title":"NAME","context":"TEXT","source":{"type":"text","data":"TEXT"}},{"type":"document","source":{"type":"content","content":[{"type":"text","text":"TEXT"}]}},
			{"type":"search_result","source":"TEXT","title":"TEXT","content":[{"type":"text","text":"TEXT"}]},{"type":"text","text":"TEXT"}]}],
		"tools":[{"name":"f","input_schema":{}}],"metadata":{"a":"b"},"thinking":{"type":"adaptive"},"output_config":{"effort":"low"}}`},
	{"/v1beta/models/gemini-3.1-flash-image:predict", `{"instances":[{"prompt":"TEXT","image":{"bytesBase64Encoded":"BYTES"},"referenceImages":[{"referenceImage":{"bytesBase64Encoded":"BYTES"}}]}],"parameters":{"negativePrompt":"TEXT"}}`},
	{"/v1beta/models/gemini-3.1-flash-image:editImage", `{"prompt":"TEXT","image":{"mimeType":"image/png","data":"BYTES"},"contents":[{"parts":[{"text":"TEXT"},{"inlineData":{"data":"BYTES"}}]}]}`},
}

// TestNothingIsLost puts a mark into any place of a request: it goes up, or the
// answer names the field: in an error, or among those without effect.
// GEMINID_SEEDS says how many marks; the first seed is GEMINID_SEED.
func TestNothingIsLost(t *testing.T) {
	seeds, first := 200, 1
	for name, value := range map[string]*int{"GEMINID_SEEDS": &seeds, "GEMINID_SEED": &first} {
		if text := os.Getenv(name); text != "" {
			n, err := strconv.Atoi(text)
			if err != nil {
				t.Fatal(err)
			}
			*value = n
		}
	}
	tap := new(wiretap)
	h := newHouseOver(t, func(upstream *simulator.Simulator) (*geminiweb.Client, error) {
		tap.upstream = upstream
		return geminiweb.New(geminiweb.Config{Transport: tap})
	})
	defer h.close()
	failed := 0
	for seed := first; seed < first+seeds && failed < 10; seed++ {
		m := newMarked(rand.New(rand.NewPCG(uint64(seed), 0)), seed)
		tap.take()
		w := h.do(call{path: m.path, key: apiKey, body: m.body, header: map[string]string{"Content-Type": "application/json"}})
		sent := tap.take()
		ignored := w.Header().Get("X-Geminid-Ignored")
		switch {
		case strings.Contains(sent, m.mark) || names(ignored, m.field): // whatever the upstream makes of it
		case w.Code >= 400 && w.Code < 500 && names(w.Body.String(), m.field):
		default:
			failed++
			t.Errorf("seed %d: the mark in %q is lost: status %d, ignored %q, %.300s\n%s %.1500s", seed, m.field, w.Code, ignored, w.Body, m.path, m.body)
		}
	}
}

// names reports whether a text names a field, in any spelling.
func names(text, field string) bool {
	plain := func(s string) string { return strings.ToLower(strings.ReplaceAll(s, "_", "")) }
	return strings.Contains(plain(text), plain(field))
}

// marked is a request with a mark in one place of it.
type marked struct {
	path, body  string
	mark, field string
}

// newMarked builds a request with a mark in a place, or in a field, of its seed.
func newMarked(random *rand.Rand, seed int) marked {
	kind := whole[random.IntN(len(whole))]
	m := marked{path: kind.path, mark: fmt.Sprintf("mark.%d.kram", seed)}
	var body any
	if err := json.Unmarshal([]byte(kind.body), &body); err != nil {
		panic(err)
	}
	place := &placer{random: random, mark: m.mark}
	places := 0
	place.walk(body, "", func(string, any) bool { places++; return false })
	chosen, at := random.IntN(places), 0
	body = place.walk(body, "", func(string, any) bool { at++; return at-1 == chosen })
	text, err := json.Marshal(body)
	if err != nil {
		panic(err)
	}
	m.body, m.field = string(text), place.field
	return m
}

// placer fills the places of a request, one of them with the mark.
type placer struct {
	random *rand.Rand
	mark   string
	field  string // where the mark is
}

// walk returns v with its places filled. chosen is asked of each place, and of each
// object, which may get another field.
func (p *placer) walk(v any, field string, chosen func(string, any) bool) any {
	switch v := v.(type) {
	case map[string]any:
		out := make(map[string]any)
		names := make([]string, 0, len(v))
		for name := range v {
			names = append(names, name)
		}
		slices.Sort(names)
		for _, name := range names {
			out[name] = p.walk(v[name], name, chosen)
		}
		if kind, _ := v["type"].(string); free[field] || strings.HasPrefix(kind, "local_shell_call") { // which is shown as it is
			return out
		}
		if chosen(field, v) {
			name, value := p.newField()
			if _, taken := out[name]; !taken {
				out[name], p.field = value, name
			} else {
				out[name+"x"], p.field = value, name+"x"
			}
		}
		return out
	case []any:
		out := make([]any, len(v))
		for i := range v {
			if _, isObject := v[i].(map[string]any); isObject {
				field = "" // what an element holds is not the client's own
			}
			out[i] = p.walk(v[i], field, chosen)
		}
		return out
	case string:
		return p.fill(v, field, chosen)
	default:
		return v
	}
}

// free are objects whose fields are the client's own and go up, or are ignored, as a
// whole.
var free = map[string]bool{"metadata": true, "args": true, "response": true, "input": true, "parameters": true, "input_schema": true, "action": true, "arguments": true, "result": true}

func (p *placer) fill(v, field string, chosen func(string, any) bool) string {
	word := "word"
	if isPlace(v) && chosen(field, v) {
		word, p.field = p.mark, field
	}
	v = strings.ReplaceAll(strings.ReplaceAll(v, "TEXT", word), "NAME", word)
	v = strings.ReplaceAll(v, "FILE", "data:image/png;base64,"+markedPicture(word))
	return strings.ReplaceAll(v, "BYTES", markedPicture(word))
}

func isPlace(v string) bool {
	for _, place := range []string{"TEXT", "NAME", "FILE", "BYTES"} {
		if strings.Contains(v, place) {
			return true
		}
	}
	return false
}

// markedPicture is the base64 of a picture with a word behind its head.
func markedPicture(word string) string {
	const head = "\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x02\x00\x00\x00\x90wS\xde"
	return base64.StdEncoding.EncodeToString([]byte(head + word + strings.Repeat(".", 40)))
}

// newField is a field that a request does not have yet: one that other programs
// know, or one that nobody does.
func (p *placer) newField() (name string, value any) {
	names := []string{
		"zzz", "weight", "temperature", "seed", "user", "images", "image", "files", "attachment", "picture_url", "mask", "document", "context", "top_k", "labels",
		"safetySettings", "cachedContent", "cached_content", "file_id", "audio", "video", "note", "reasoning_content", "annotations", "url", "data", "id", "input_image", "reference",
	}
	values := []any{
		p.mark, []any{p.mark}, map[string]any{"a": p.mark}, 7, true,
		"data:image/png;base64," + markedPicture(p.mark), markedPicture(p.mark), "https://example.org/" + p.mark + ".png",
		map[string]any{"url": "data:image/png;base64," + markedPicture(p.mark)}, []any{map[string]any{"type": "image_url", "image_url": map[string]any{"url": "data:image/png;base64," + markedPicture(p.mark)}}},
	}
	name, value = names[p.random.IntN(len(names))], values[p.random.IntN(len(values))]
	if value == 7 || value == true {
		name = p.mark // which such a value cannot hold
	}
	return name, value
}

// TestResultsOutOfOrder: the results of calls of one function stay apart, in whatever
// order they come.
func TestResultsOutOfOrder(t *testing.T) {
	tap := new(wiretap)
	h := newHouseOver(t, func(upstream *simulator.Simulator) (*geminiweb.Client, error) {
		tap.upstream = upstream
		return geminiweb.New(geminiweb.Config{Transport: tap})
	})
	defer h.close()
	for path, body := range map[string]string{
		"/v1/chat/completions": `{"model":"gemini-2.5-flash","messages":[{"role":"user","content":"weather?"},
			{"role":"assistant","content":null,"tool_calls":[{"id":"c1","type":"function","function":{"name":"w","arguments":"{\"city\":\"Oslo\"}"}},{"id":"c2","type":"function","function":{"name":"w","arguments":"{\"city\":\"Rome\"}"}}]},
			{"role":"tool","tool_call_id":"c2","content":"25"},{"role":"tool","tool_call_id":"c1","content":"5"}]}`,
		"/v1beta/models/gemini-2.5-flash:generateContent": `{"contents":[{"parts":[{"text":"weather?"}]},
			{"role":"model","parts":[{"functionCall":{"id":"c1","name":"w","args":{"city":"Oslo"}}},{"functionCall":{"id":"c2","name":"w","args":{"city":"Rome"}}}]},
			{"role":"user","parts":[{"functionResponse":{"id":"c2","name":"w","response":{"t":25}}},{"functionResponse":{"id":"c1","name":"w","response":{"t":5}}}]}]}`,
	} {
		tap.take()
		h.do(call{path: path, key: apiKey, body: body})
		sent := strings.NewReplacer(`\`, "", " ", "").Replace(tap.take())
		if !strings.Contains(sent, `callc2offunctionwwith{"city":"Rome"}:`) || !strings.Contains(sent, `callc1offunctionwwith{"city":"Oslo"}:`) {
			t.Errorf("%s: the results do not say of which call they are: %s", path, sent[max(0, len(sent)-3000):])
		}
	}
}
