package chat_test

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/geminid/geminid/chat"
)

var update = flag.Bool("update", false, "write the golden files of testdata anew")

func text(role chat.Role, parts ...string) chat.Turn {
	turn := chat.Turn{Role: role}
	for _, part := range parts {
		turn.Parts = append(turn.Parts, chat.Part{Text: part})
	}
	return turn
}

var picture = &chat.Blob{MIME: "image/png", Data: []byte("picture")}

// conversations are the forms a request can take, by the name of their golden
// file in testdata.
var conversations = map[string]chat.Request{
	"single":         {Turns: []chat.Turn{text(chat.User, "Hello, 世界 👋\n  two lines\n")}},
	"single_parts":   {Turns: []chat.Turn{text(chat.User, "one", "two")}},
	"single_picture": {Turns: []chat.Turn{{Role: chat.User, Parts: []chat.Part{{Blob: picture}, {Text: "What is this?"}}}}},
	"system":         {System: []string{"Be brief."}, Turns: []chat.Turn{text(chat.User, "Hello")}},
	"system_twice":   {System: []string{"Be brief.", "Be kind."}, Turns: []chat.Turn{text(chat.User, "Hello")}},
	"history": {Turns: []chat.Turn{
		text(chat.User, "Hello"), text(chat.Agent, "Hi.\n\nWhat now?"), text(chat.User, "Sing"),
	}},
	"same_role_twice": {Turns: []chat.Turn{text(chat.User, "Hello"), text(chat.User, "Are you there?")}},
	"pictures": {
		System: []string{"Look closely."},
		Turns: []chat.Turn{
			{Role: chat.User, Parts: []chat.Part{{Text: "What is this?"}, {Blob: picture}}},
			text(chat.Agent, "A cat."),
			{Role: chat.User, Parts: []chat.Part{{Blob: &chat.Blob{MIME: "application/pdf", Name: "report.pdf"}}, {Blob: &chat.Blob{MIME: "image/png", Data: []byte("picture")}}, {Text: "And these?"}}},
		},
	},
	// The bytes are shared, by the same Blob or by another.
	"picture_twice": {
		Turns: []chat.Turn{
			{Role: chat.User, Parts: []chat.Part{{Blob: picture}, {Blob: &chat.Blob{MIME: "image/gif", Data: []byte("other")}}, {Text: "What is this?"}}},
			{Role: chat.User, Parts: []chat.Part{{Blob: picture}, {Blob: &chat.Blob{MIME: "image/png", Name: "again.png", Data: picture.Data}}, {Text: "And now?"}}},
		},
	},
}

func TestPrompt(t *testing.T) {
	for name, req := range conversations {
		t.Run(name, func(t *testing.T) {
			file := filepath.Join("testdata", name+".txt")
			got := chat.FormatPrompt(&req)
			if *update {
				if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if got != string(want) {
				t.Errorf("got:\n%s\nwant:\n%s", got, want)
			}
		})
	}
	files, err := filepath.Glob("testdata/*.txt")
	if err != nil || len(files) != len(conversations) {
		t.Errorf("%d golden files for %d conversations, %v", len(files), len(conversations), err)
	}
}

// TestFiles: the marks in the prompt number the files in this order.
func TestFiles(t *testing.T) {
	req := conversations["pictures"]
	var names []string
	for _, blob := range chat.UniqueFiles(&req) {
		names = append(names, blob.MIME+blob.Name)
	}
	if got, want := strings.Join(names, " "), "image/png application/pdfreport.pdf image/png"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	req = conversations["picture_twice"]
	if files := chat.UniqueFiles(&req); len(files) != 2 || files[0] != picture || files[1].MIME != "image/gif" {
		t.Errorf("a picture that is shown three times and another are %d files", len(files))
	}
	if got := chat.UniqueFiles(&chat.Request{Turns: []chat.Turn{text(chat.User, "a")}}); got != nil {
		t.Errorf("files out of nowhere: %v", got)
	}
}

func TestTally(t *testing.T) {
	tests := []struct {
		name   string
		pieces []string
		files  int
		want   int
	}{
		{"nothing still counts", nil, 0, 1},
		{"one rune", []string{"a"}, 0, 1},
		{"four runes", []string{"abcd"}, 0, 1},
		{"five runes", []string{"abcd", "e"}, 0, 2},
		{"pieces are rounded once", []string{"a", "b", "c", "d"}, 0, 1},
		{"runes, not bytes", []string{"世界世界"}, 0, 1},
		{"runes behind much else", []string{"12345678901234567890世界 and 12345678", "1234567世"}, 0, 11},
		{"a file", nil, 1, 258},
		{"a file and text", []string{"abcde"}, 2, 518},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var tally chat.Tally
			if !tally.IsEmpty() {
				t.Error("the zero Tally is not empty")
			}
			for _, piece := range test.pieces {
				tally.AddText(piece)
			}
			for range test.files {
				tally.AddFile()
			}
			if got := tally.Tokens(); got != test.want || tally.IsEmpty() != (len(test.pieces)+test.files == 0) {
				t.Errorf("%d tokens, empty %t; want %d", got, tally.IsEmpty(), test.want)
			}
		})
	}
}

func TestTokens(t *testing.T) {
	req := conversations["pictures"]
	if got, want := chat.EstimateTokens(&req), (13+13+6+10+3)/4+3*258; got != want {
		t.Errorf("%d tokens, want %d", got, want)
	}
}
