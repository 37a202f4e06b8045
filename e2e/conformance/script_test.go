package conformance_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/tidwall/gjson"

	"github.com/geminid/geminid/e2e/harness"
)

// testScripts plays testdata/*.txt: requests as applications write them, with
// what each of them needs of the answer. A script is a list of exchanges:
//
//	== name
//	METHOD /path?query
//	Header: value
//
//	{"body":true}
//	< check
//
// {key}, {admin} and {host} stand for the daemon's. No key is sent unless the
// script does. The checks are listed in the table below.
func testScripts(t *testing.T, w world) {
	files, err := filepath.Glob("testdata/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatalf("found scripts %v, %v", files, err)
	}
	fill := strings.NewReplacer("{key}", w.Key, "{admin}", w.Admin, "{host}", strings.TrimPrefix(w.URL, "http://"))
	keyless := *w.Daemon
	keyless.Key = ""
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) {
			content, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			for _, block := range strings.Split("\n"+fill.Replace(string(content)), "\n== ")[1:] {
				name, rest, _ := strings.Cut(block, "\n")
				t.Run(name, func(t *testing.T) { play(t, &keyless, rest) })
			}
		})
	}
}

func play(t *testing.T, d *harness.Daemon, block string) {
	var head, wants []string
	var body strings.Builder
	inBody := false
	for line := range strings.Lines(block) {
		line = strings.TrimSuffix(line, "\n")
		switch {
		case strings.HasPrefix(line, "< "):
			wants = append(wants, line[2:])
		case line == "":
			inBody = len(head) > 0
		case inBody:
			body.WriteString(line)
		default:
			head = append(head, line)
		}
	}
	method, path, ok := strings.Cut(head[0], " ")
	if !ok || len(wants) == 0 {
		t.Fatalf("not an exchange: %q with %d checks", head, len(wants))
	}
	reply := d.Do(t, method, path, body.String(), head[1:]...)
	for _, want := range wants {
		verb, argument, _ := strings.Cut(want, " ")
		check, known := checks[verb]
		if !known {
			t.Fatalf("no check is called %q", verb)
		}
		if complaint := check(reply, argument); complaint != "" {
			t.Errorf("%s: %s\nin %d %.600s", want, complaint, reply.Status, reply.Body)
		}
	}
	if found := harness.Leaks(reply.Body); found != nil && !strings.Contains(body.String(), "echo") {
		t.Errorf("the answer holds secrets: %v", found)
	}
}

// checks are the words of the scripts. Each returns what is wrong, empty for
// nothing.
var checks = map[string]func(r harness.Reply, argument string) string{
	// status 200
	"status": func(r harness.Reply, want string) string { return differ(fmt.Sprint(r.Status), want) },
	// header Name: value, where a star at the end stands for anything
	"header": func(r harness.Reply, want string) string {
		name, value, _ := strings.Cut(want, ": ")
		got := r.Header.Get(name)
		if open, ok := strings.CutSuffix(value, "*"); ok && got != "" && strings.HasPrefix(got, open) {
			return ""
		}
		return differ(got, value)
	},
	// absent Name
	"absent": func(r harness.Reply, name string) string { return differ(r.Header.Get(name), "") },
	// json path = value, by gjson path
	"json": func(r harness.Reply, want string) string {
		path, value, _ := strings.Cut(want, " = ")
		if !gjson.Valid(r.Body) {
			return "the body is not JSON"
		}
		return differ(gjson.Get(r.Body, path).String(), value)
	},
	// lists path value: the array at path holds the value
	"lists": func(r harness.Reply, want string) string {
		path, value, _ := strings.Cut(want, " ")
		for _, got := range gjson.Get(r.Body, path).Array() {
			if got.String() == value {
				return ""
			}
		}
		return "not among " + gjson.Get(r.Body, path).Raw
	},
	// says text: the body holds the text
	"says": func(r harness.Reply, want string) string {
		if !strings.Contains(r.Body, want) {
			return "the body does not say so"
		}
		return ""
	},
	// sse gemini, sse openai: the whole body is a proper event stream
	"sse": func(r harness.Reply, dialect string) string {
		if !strings.HasPrefix(r.Header.Get("Content-Type"), "text/event-stream") {
			return "Content-Type is " + r.Header.Get("Content-Type")
		}
		if dialect == "openai" {
			return openAIEvents(r.Body)
		}
		return geminiEvents(r.Body)
	},
	// empty: there is no body
	"empty": func(r harness.Reply, _ string) string { return differ(r.Body, "") },
}

func differ(got, want string) string {
	if got == want {
		return ""
	}
	return fmt.Sprintf("got %q, want %q", got, want)
}

// event is how the old JavaScript library takes a stream apart: from the start
// of what it has, one line and a blank one. Anything else stalls it.
var event = regexp.MustCompile(`^data: (.*)(?:\n\n|\r\r|\r\n\r\n)`)

func geminiEvents(body string) string {
	for n := 1; body != ""; n++ {
		found := event.FindStringSubmatch(body)
		if found == nil {
			return fmt.Sprintf("event %d is %.80q", n, body)
		}
		if !gjson.Get(found[1], "candidates.0.content.parts").IsArray() {
			return fmt.Sprintf("event %d has no parts: %s", n, found[1])
		}
		if parts := gjson.Get(found[1], "candidates.0.content.parts.#").Int(); parts > 1 {
			return fmt.Sprintf("event %d has %d parts", n, parts)
		}
		body = body[len(found[0]):]
	}
	return ""
}

func openAIEvents(body string) string {
	events := strings.Split(strings.TrimSuffix(body, "\n\n"), "\n\n")
	if last := events[len(events)-1]; last != "data: [DONE]" {
		return fmt.Sprintf("the last event is %q", last)
	}
	for _, line := range slices.DeleteFunc(events[:len(events)-1], func(e string) bool { return strings.HasPrefix(e, ":") }) {
		payload, ok := strings.CutPrefix(line, "data: ")
		if !ok || !json.Valid([]byte(payload)) {
			return fmt.Sprintf("an event is %q", line)
		}
		if gjson.Get(payload, "choices.#").Int() == 0 && !gjson.Get(payload, "usage.total_tokens").Exists() {
			return fmt.Sprintf("a chunk without a choice: %s", payload)
		}
	}
	return ""
}
