package api_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/geminid/geminid/chat"
	"github.com/geminid/geminid/gateway/api"
	"github.com/geminid/geminid/gateway/stored"
)

// keeping lets a rig store answers in a folder.
func keeping(t testing.TB, dir string) option {
	return func(c *api.Config) {
		var err error
		if c.Stored, err = stored.Open(stored.Config{Dir: dir, Logger: c.Logger}); err != nil {
			t.Fatal(err)
		}
	}
}

// respond asks for a response with further fields, and returns its ID and status.
func (g *rig) respond(key, fields string) (id string, w *httptest.ResponseRecorder) {
	g.t.Helper()
	w = g.do(call{path: "/v1/responses", key: key, body: `{"model":"` + flash + `",` + fields + `}`})
	var got struct{ ID string }
	_ = json.Unmarshal(w.Body.Bytes(), &got) // of a stream the test reads it itself
	return got.ID, w
}

// talk is what the provider was asked last: each turn on a line.
func (p *actor) talk() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return describeTalk(p.asked[len(p.asked)-1])
}

func describeTalk(req *chat.Request) string {
	var lines []string
	for _, text := range req.System {
		lines = append(lines, "system: "+text)
	}
	for _, turn := range req.Turns {
		line := string(turn.Role) + ":"
		for _, part := range turn.Parts {
			if part.Blob != nil {
				line += " [" + part.Blob.MIME + "]"
				continue
			}
			line += " " + part.Text
		}
		lines = append(lines, line)
	}
	return strings.Join(lines, "\n")
}

// TestPreviousResponse: a response goes on with another one, however that was sent, and
// with what that one went on with.
func TestPreviousResponse(t *testing.T) {
	for _, stream := range []bool{false, true} {
		g := newRig(t, keeping(t, filepath.Join(t.TempDir(), "answers")))
		ask := func(fields string) string {
			g.t.Helper()
			id, w := g.respond(apiKey, fmt.Sprintf(`%s,"stream":%t`, fields, stream))
			if stream {
				id, _, _ = strings.Cut(w.Body.String()[strings.Index(w.Body.String(), "resp_"):], `"`)
			}
			if w.Code != http.StatusOK {
				t.Fatalf("status %d: %s", w.Code, w.Body)
			}
			return id
		}
		first := ask(`"instructions":"Be brief.","input":[{"role":"user","content":[{"type":"input_text","text":"one"},{"type":"input_image","image_url":"data:image/gif;base64,R0lGODlh"}]}]`)
		g.actor.plays(says("second"))
		second := ask(`"input":"two","previous_response_id":"` + first + `"`)
		ask(`"instructions":"Be long.","input":"three","previous_response_id":"` + second + `"`)
		if got, want := g.actor.talk(), "system: Be long.\nuser: one [image/gif]\nmodel: Hello\nuser: two\nmodel: second\nuser: three"; got != want {
			t.Errorf("stream %t: asked\n%s\nwant\n%s", stream, got, want)
		}
		// Items are named by reference, each by the ID under which it is listed.
		list := fields(t, g.do(call{path: "/v1/responses/" + first + "/input_items", key: apiKey}).Body.Bytes())
		whole := fields(t, g.do(call{path: "/v1/responses/" + first, key: apiKey}).Body.Bytes())
		ask(fmt.Sprintf(`"input":[{"type":"item_reference","id":%q},{"type":"item_reference","id":%q},{"role":"user","content":"four"}]`, at(list, "data", 0, "id"), at(whole, "output", 0, "id")))
		if got, want := g.actor.talk(), "user: one [image/gif]\nmodel: Hello\nuser: four"; got != want {
			t.Errorf("stream %t: asked\n%s\nwant\n%s", stream, got, want)
		}
	}
}

// TestOwnRecords: a key sees its own responses alone, and "store": false leaves nothing.
func TestOwnRecords(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "answers")
	g := newRig(t, keeping(t, dir))
	_, w := g.respond(apiKey, `"input":"a secret question","store":false`)
	if left, err := os.ReadDir(dir); err != nil || len(left) != 0 || at(fields(t, w.Body.Bytes()), "store") != false {
		t.Errorf("%v are left, %v: %s", left, err, w.Body)
	}
	id, w := g.respond(apiKey, `"input":"a secret question"`)
	if at(fields(t, w.Body.Bytes()), "store") != true {
		t.Errorf("not stored: %s", w.Body)
	}
	for _, path := range []string{"", "/input_items"} {
		for key, want := range map[string]int{apiKey: 200, adminKey: 404} {
			w := g.do(call{path: "/v1/responses/" + id + path, key: key})
			if w.Code != want {
				t.Errorf("GET of %s%s with %s: %d %s", id, path, key, w.Code, w.Body)
			}
			if want != 200 {
				dialectError(t, "openai", w.Code, w.Header(), w.Body.Bytes())
			}
		}
	}
	for _, foreign := range []string{`"input":"x","previous_response_id":"` + id + `"`, `"input":[{"type":"item_reference","id":"msg_` + id[len("resp_"):] + `0"}]`} {
		if _, w := g.respond(adminKey, foreign); w.Code != http.StatusBadRequest || g.actor.calls() != 2 {
			t.Errorf("a foreign response is gone on with: %d %s", w.Code, w.Body)
		}
	}
	if w := g.do(call{method: http.MethodDelete, path: "/v1/responses/" + id, key: adminKey}); w.Code != 404 {
		t.Errorf("a foreign response is deleted: %d", w.Code)
	}
	if w := g.do(call{method: http.MethodDelete, path: "/v1/responses/" + id, key: apiKey}); w.Code != 200 || at(fields(t, w.Body.Bytes()), "deleted") != true {
		t.Errorf("not deleted: %d %s", w.Code, w.Body)
	}
	left, err := os.ReadDir(dir)
	if w := g.do(call{path: "/v1/responses/" + id, key: apiKey}); w.Code != 404 || err != nil || len(left) != 0 {
		t.Errorf("still there: %d, %v", w.Code, left)
	}
	if strings.Contains(g.log.String(), "secret question") || strings.Contains(g.log.String(), id) {
		t.Error("the log says what was stored")
	}
}

// TestStoredSurvives: a restart loses nothing, and a disk that fails costs no answer.
func TestStoredSurvives(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "answers")
	g := newRig(t, keeping(t, dir))
	id, w := g.respond(apiKey, `"input":"one","metadata":{"a":"b"}`)
	want := w.Body.String()
	g = newRig(t, keeping(t, dir))
	if w := g.do(call{path: "/v1/responses/" + id, key: apiKey}); w.Code != 200 || w.Body.String() != want {
		t.Errorf("after a restart %d %s\nwant %s", w.Code, w.Body, want)
	}
	if err := os.Rename(dir, dir+".gone"); err != nil {
		t.Fatal(err)
	}
	lost, w := g.respond(apiKey, `"input":"two"`)
	if w.Code != 200 || at(fields(t, w.Body.Bytes()), "store") != false {
		t.Errorf("without a disk: %d %s", w.Code, w.Body)
	}
	if w := g.do(call{path: "/v1/responses/" + lost, key: apiKey}); w.Code != 404 {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	if err := os.Rename(dir+".gone", dir); err != nil {
		t.Fatal(err)
	}
	// A file that is damaged is none.
	names, err := filepath.Glob(filepath.Join(dir, "*"+id))
	if err != nil || len(names) != 1 {
		t.Fatal(names, err)
	}
	for _, damage := range []string{"", "{", "null", `{"response":5}`, `{"response":{},"input":[`, strings.Repeat("\x00", 100)} {
		if err := os.WriteFile(names[0], []byte(damage), 0o600); err != nil {
			t.Fatal(err)
		}
		if w := g.do(call{path: "/v1/responses/" + id, key: apiKey}); w.Code >= 500 {
			t.Errorf("%q: %d %s", damage, w.Code, w.Body)
		}
		if _, w := g.respond(apiKey, `"input":"x","previous_response_id":"`+id+`"`); w.Code >= 500 {
			t.Errorf("%q: %d %s", damage, w.Code, w.Body)
		}
	}
}

// TestNothingIsStored: without a store nothing is, and what needs one says so.
func TestNothingIsStored(t *testing.T) {
	g := newRig(t)
	id, w := g.respond(apiKey, `"input":"one","store":true`)
	if w.Code != 200 || at(fields(t, w.Body.Bytes()), "store") != false {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	if w := g.do(call{path: "/v1/responses/" + id, key: apiKey}); w.Code != 404 {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	if _, w := g.respond(apiKey, `"input":"x","previous_response_id":"`+id+`"`); w.Code != 400 || !strings.Contains(w.Body.String(), "previous_response_id") {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}

// TestInputItems: the items of the input come in pages, in both directions.
func TestInputItems(t *testing.T) {
	g := newRig(t, keeping(t, filepath.Join(t.TempDir(), "answers")))
	items := new(bytes.Buffer)
	for i := range 45 {
		fmt.Fprintf(items, `{"role":"user","content":"%d"},`, i)
	}
	id, _ := g.respond(apiKey, `"input":[`+items.String()+`{"type":"function_call_output","call_id":"c","output":"45"}]`)
	for _, order := range []string{"asc", "desc", ""} {
		var got []string
		after := ""
		for range 5 {
			w := g.do(call{path: "/v1/responses/" + id + "/input_items?order=" + order + "&after=" + after, key: apiKey})
			var page struct {
				Data []struct {
					ID, Type, Status, Output string
					Content                  []struct{ Type, Text string }
				}
				First string `json:"first_id"`
				Last  string `json:"last_id"`
				More  bool   `json:"has_more"`
			}
			if err := json.Unmarshal(w.Body.Bytes(), &page); err != nil || w.Code != 200 {
				t.Fatalf("%d %s", w.Code, w.Body)
			}
			for _, item := range page.Data {
				if item.ID == "" || item.Type == "" || item.Status != "completed" {
					t.Errorf("%+v", item)
				}
				text := item.Output
				for _, part := range item.Content {
					text += part.Text
				}
				got = append(got, text)
			}
			if page.First != page.Data[0].ID || page.Last != page.Data[len(page.Data)-1].ID {
				t.Errorf("from %s to %s", page.First, page.Last)
			}
			if after = page.Last; !page.More {
				break
			}
		}
		first, last := "45", "0"
		if order == "asc" {
			first, last = last, first
		}
		if len(got) != 46 || got[0] != first || got[45] != last {
			t.Errorf("order %q: %v", order, got)
		}
	}
	for _, query := range []string{"limit=0", "limit=101", "limit=x", "order=up", "after=nothing"} {
		if w := g.do(call{path: "/v1/responses/" + id + "/input_items?" + query, key: apiKey}); w.Code != 400 {
			t.Errorf("%s: %d %s", query, w.Code, w.Body)
		}
	}
}
