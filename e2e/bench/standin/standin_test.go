package standin_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"github.com/geminid/geminid/e2e/bench/standin"
)

func TestFindRecipe(t *testing.T) {
	recipe := standin.Recipe{ID: 7, Frames: 25, Size: 256, First: 20 * time.Millisecond, Gap: 5 * time.Millisecond, Busy: true}
	wrapped := url.Values{"f.req": {"[null,\"[[\\\"User: " + recipe.Prompt() + "\\\"]]\"]"}}.Encode()
	got, err := standin.FindRecipe([]byte(wrapped))
	if err != nil {
		t.Fatal(err)
	}
	if got != recipe {
		t.Errorf("got %+v, want %+v", got, recipe)
	}
	for _, bad := range []string{"", "hello", "bench-1-2-3", "bench-1-2-3-end", "bench-1-2-x-4-5-0-end", "bench-1-2-3-4-5-end"} {
		if got, err := standin.FindRecipe([]byte(bad)); err == nil {
			t.Errorf("%q: got %+v, want an error", bad, got)
		}
	}
}

func TestScriptCutsBetweenRunes(t *testing.T) {
	script := standin.ScriptFor(standin.Recipe{Frames: 64, Size: 31})
	if got := script.Cuts[len(script.Cuts)-1]; got != len(script.Text) {
		t.Errorf("the last frame reaches byte %d of %d", got, len(script.Text))
	}
	for k, cut := range script.Cuts {
		if strings.ToValidUTF8(script.Text[:cut], "?") != script.Text[:cut] {
			t.Errorf("frame %d ends inside a rune", k)
		}
	}
	for _, sign := range []string{"\n", `"`, "=", "😀", "紅"} {
		if !strings.Contains(script.Text, sign) {
			t.Errorf("the text lacks %q", sign)
		}
	}
}

// ask posts a prompt and returns the body.
func ask(t *testing.T, server *standin.Server, query, prompt string) string {
	t.Helper()
	form := url.Values{"f.req": {prompt}}
	response, err := server.Client().Post("https://"+server.Addr()+standin.GeneratePath+query,
		"application/x-www-form-urlencoded", strings.NewReader(form.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	if response.StatusCode != http.StatusOK {
		t.Fatalf("status %d: %s", response.StatusCode, body)
	}
	return string(body)
}

func start(t *testing.T) *standin.Server {
	t.Helper()
	server, err := standin.Start()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.Close)
	return server
}

// text decodes a row of a text frame; ok is false for other rows.
func text(t *testing.T, row []any) (string, bool) {
	t.Helper()
	inner, ok := row[2].(string)
	if row[0] != "wrb.fr" || !ok {
		return "", false
	}
	var body []any
	if err := json.Unmarshal([]byte(inner), &body); err != nil {
		t.Fatalf("reading a row's body: %v", err)
	}
	if len(body) < 5 {
		return "", false
	}
	return body[4].([]any)[0].([]any)[1].([]any)[0].(string), true
}

func TestFramesAreTheUpstreams(t *testing.T) {
	server := start(t)
	call := server.Expect(standin.Recipe{Frames: 12, Size: 100})
	body := ask(t, server, "?rt=c", call.Recipe.Prompt())
	rest, ok := strings.CutPrefix(body, ")]}'\n\n")
	if !ok {
		t.Fatalf("body begins with %.10q", body)
	}
	script := standin.ScriptFor(call.Recipe)
	texts := 0
	for rest != "" {
		digits, after, _ := strings.Cut(rest, "\n")
		count, err := strconv.Atoi(digits)
		if err != nil {
			t.Fatalf("frame %d: length line %q", texts, digits)
		}
		units := utf16.Encode([]rune("\n" + after))
		frame := string(utf16.Decode(units[:count]))
		if !strings.HasSuffix(frame, "]\n") || strings.Count(frame, "\n") != 2 {
			t.Fatalf("a length of %d cuts %q", count, frame)
		}
		rest = after[len(frame)-1:]
		var rows [][]any
		if err := json.Unmarshal([]byte(frame), &rows); err != nil {
			t.Fatal(err)
		}
		if len(rows[0]) < 3 {
			continue
		}
		if got, ok := text(t, rows[0]); ok {
			if want := script.Text[:script.Cuts[texts]]; got != want {
				t.Errorf("text frame %d is %q, want %q", texts, got, want)
			}
			texts++
		}
	}
	<-call.Done
	if texts != 12 || len(call.Sent) != 12 || call.Canceled {
		t.Errorf("got %d text frames, %d sent, canceled %t; want 12, 12, false", texts, len(call.Sent), call.Canceled)
	}
	if counts := server.Counts(); counts.Generate != 1 || counts.Handshakes != 1 || counts.Connections != 1 {
		t.Errorf("counts are %+v", counts)
	}
}

func TestWholeAnswerIsOneArray(t *testing.T) {
	server := start(t)
	recipe := standin.Recipe{Frames: 3, Size: 200}
	body := ask(t, server, "", recipe.Prompt())
	var rows [][]any
	if err := json.Unmarshal([]byte(strings.TrimPrefix(body, ")]}'")), &rows); err != nil {
		t.Fatalf("reading %q: %v", body, err)
	}
	var found string
	for _, row := range rows {
		if len(row) < 3 {
			continue
		}
		if got, ok := text(t, row); ok {
			found = got
		}
	}
	if want := standin.ScriptFor(recipe).Text; found != want {
		t.Errorf("got %q, want %q", found, want)
	}
}
