package simulator_test

import (
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"github.com/geminid/geminid/upstream/simulator"
)

// captured reads a recorded body of the real upstream.
func captured(t *testing.T, name string) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// masked are rows without the numbers that differ from call to call.
func masked(all [][]any) []any {
	var out []any
	for _, row := range all {
		switch row[0] {
		case "di":
			row = []any{"di", "ms"}
		case "af.httprm":
			row = []any{"af.httprm", "ms", reflect.TypeOf(row[2]).String(), "n"}
		}
		out = append(out, row)
	}
	return out
}

func sameRows(t *testing.T, got, want [][]any) {
	t.Helper()
	if g, w := fmt.Sprintf("%q", masked(got)), fmt.Sprintf("%q", masked(want)); g != w {
		t.Errorf("got  %s\nwant %s", g, w)
	}
}

func TestRefusalsLookAsRecorded(t *testing.T) {
	s, b := signedIn(t, simulator.Config{}, simulator.SessionConfig{})
	t.Run("1096 alone", func(t *testing.T) {
		got := rows(t, b.generate(ask{prompt: "[error 1096]"}).body)
		sameRows(t, got, withTotal(rows(t, captured(t, "stream_rejected_1096.txt")), got))
	})
	t.Run("400", func(t *testing.T) {
		got := rows(t, b.generate(ask{prompt: " "}).body)
		sameRows(t, got, withTotal(rows(t, captured(t, "http400_er.txt")), got))
	})
	t.Run("13 in the old form", func(t *testing.T) {
		list := func(body string) (out [][]any) {
			for _, row := range decode(t, strings.TrimPrefix(body, ")]}'\n\n")) {
				out = append(out, row.([]any))
			}
			return out
		}
		sameRows(t, list(b.generate(ask{prompt: "[status 13]", oldStyle: true}).body), list(captured(t, "stream_nolength_13_1.txt")))
	})
	t.Run("rotation", func(t *testing.T) {
		digits := regexp.MustCompile(`"di",\d+`)
		mask := func(s string) string { return strings.TrimSpace(digits.ReplaceAllString(s, `"di",0`)) }
		if got, want := mask(b.rotate().body), mask(captured(t, "rotate_200_body.txt")); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	})
	t.Run("1016", func(t *testing.T) {
		s.SetFault(simulator.Fault{Kind: simulator.Guest})
		want := decode(t, rows(t, captured(t, "rpc_otAQ7b_1016.txt"))[0][2].(string))
		if got, _ := b.rpc("otAQ7b", "[]"); !reflect.DeepEqual(got, want) {
			t.Errorf("got %v, want %v", got, want)
		}
	})
	t.Run("captcha page", func(t *testing.T) {
		page := b.get("https://www.google.com/sorry/index").body
		for line := range strings.Lines(captured(t, "sorry_429_head.html")) {
			if tag, _, ok := strings.Cut(strings.TrimSpace(line), " "); ok && strings.HasPrefix(tag, "<") && !strings.Contains(page, tag) {
				t.Errorf("the page lacks %s", tag)
			}
		}
	})
}

// withTotal takes the end frame of got over: the number in it depends on the
// length of random numbers.
func withTotal(want, got [][]any) [][]any {
	want[len(want)-1][4] = got[len(got)-1][4]
	return want
}

// TestPathsAsRecorded finds things in the answers where recorded ones have them.
func TestPathsAsRecorded(t *testing.T) {
	_, b := signedIn(t, simulator.Config{}, simulator.SessionConfig{})
	var all [][]any
	for _, row := range decode(t, strings.TrimPrefix(captured(t, "stream_nolength_image_sparse_2025.txt"), ")]}'\n\n")) {
		all = append(all, row.([]any))
	}
	recorded := gather(t, all)
	mine := readJSON(t, b.generate(ask{prompt: "[image] [sparse]"}).body)
	for _, a := range []answer{recorded, mine} {
		link, _ := at(a.pictures[0], 0, 3, 3).(string)
		name, _ := at(a.pictures[0], 0, 3, 2).(string)
		if !strings.HasPrefix(link, "https://lh3.googleusercontent.com/gg-dl/") || !strings.HasSuffix(name, ".png") || !a.done ||
			at(a.bodies[len(a.bodies)-1], 6) != nil || !strings.Contains(a.text(), "googleusercontent.com/image_generation_content/0") {
			t.Errorf("picture %q %q in %+v", link, name, a)
		}
	}
	if got, want := at(mine.bodies[1], 6), at(recorded.bodies[0], 6); !reflect.DeepEqual(got, want) {
		t.Errorf("tool row: got %v, want %v", got, want)
	}
	thinking := gather(t, rows(t, captured(t, "frame_thinking_2026.txt")))
	mine = readJSON(t, b.generate(ask{prompt: "[think] [dense]"}).body)
	for _, a := range []answer{thinking, mine} {
		if len(a.thoughts) == 0 || !strings.HasPrefix(a.thoughts[0], "**") || at(a.candidate, 21, 0) != false || at(a.candidate, 23) != false {
			t.Errorf("thoughts = %q in %v", a.thoughts, a.candidate)
		}
	}
	pending := gather(t, rows(t, captured(t, "frame_video_pending_2026.txt")))
	mine = readJSON(t, b.generate(ask{prompt: "[video pending]"}).body)
	for _, a := range []answer{pending, mine} {
		if a.done || at(a.candidate, 12, 64, 0, 0) != "http://googleusercontent.com/video_gen_chip/0" || len(at(a.candidate, 12, 64, 1).(string)) != 36 {
			t.Errorf("pending video in %v", a.candidate)
		}
	}
}

// TestSearchLooksAsRecorded finds what a search answer is made of where the recorded
// one has it.
func TestSearchLooksAsRecorded(t *testing.T) {
	_, b := signedIn(t, simulator.Config{}, simulator.SessionConfig{})
	recorded := gather(t, rows(t, captured(t, "frames_search_2026.txt")))
	mine := readJSON(t, b.generate(ask{prompt: "[search]"}).body)
	if !reflect.DeepEqual(at(recorded.bodies[0], 6, 1, 0), at(mine.bodies[1], 6, 1, 0)) || len(recorded.bodies[0]) != len(mine.bodies[1]) {
		t.Errorf("row of the search: got %v, want one like %v", mine.bodies[1], recorded.bodies[0])
	}
	type where []int
	for _, path := range []where{
		{0, 0, 0}, {0, 0, 3, 0, 1}, {0, 0, 3, 1, 1}, {0, 1, 0}, {0, 2, 0, 0}, {0, 2, 0, 1}, {0, 2, 0, 2}, {0, 2, 0, 3}, {0, 2, 0, 4, 0, 0},
		{0, 2, 0, 6}, {0, 2, 0, 7}, {0, 3}, {3, 0, 0}, {3, 2, 0, 0},
	} {
		path = append(where{2, 1}, path...)
		if got, want := at(mine.candidate, path...), at(recorded.candidate, path...); reflect.TypeOf(got) != reflect.TypeOf(want) || want == nil {
			t.Errorf("candidate%v is %v, recorded as %v", path, got, want)
		}
	}
	last := func(a answer) []any {
		for i := len(a.bodies) - 1; ; i-- {
			if at(a.bodies[i], 4, 0) != nil {
				return a.bodies[i]
			}
		}
	}
	for _, i := range []int{14, 19, 23, 26, 39, 42, 43, 44, 46} {
		if got, want := at(last(mine), i), at(last(recorded), i); reflect.TypeOf(got) != reflect.TypeOf(want) || want == nil {
			t.Errorf("body[%d] is %v, recorded as %v", i, got, want)
		}
	}
	if got, want := len(mine.candidate.([]any)), len(recorded.candidate.([]any)); got != want {
		t.Errorf("%d places, recorded with %d", got, want)
	}
}
