package dialect_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/geminid/geminid/chat"
	"github.com/geminid/geminid/gateway/dialect"
	"github.com/geminid/geminid/gateway/dialect/dialecttest"
)

// TestConversation plays a conversation of one letter a message: u is the user,
// m the model, s the system; a capital letter is blank text, and f a turn of the
// user with a file.
func TestConversation(t *testing.T) {
	const goOn = "|user Continue your last answer exactly where it breaks off. Repeat nothing of it and do not introduce what follows."
	for messages, want := range map[string]string{
		"u": "|user u0", "f": "|user file", "um": "|user u0|model m1" + goOn, "umu": "|user u0|model m1|user u2",
		"su": "[s0]|user u1", "ssu": "[s0 s1]|user u2", "s": "|user s0", "ss": "[s0]|user s1", "us": "|user u0|user s1",
		"Su": "|user u1", "Uu": "|user u1", "Um": "|model m1" + goOn, "uM": "|user u0", "UMu": "|user u2", "uS": "|user u0", "S": "!place must hold at least one turn",
		"": "!place must hold at least one turn", "U": "!0 is empty", "uU": "!1 is empty", "sU": "!1 is empty", "UM": "!place must hold at least one turn", "M": "!place must hold at least one turn",
	} {
		var c dialect.Conversation
		for i, kind := range messages {
			place, parts := dialect.Node{Path: fmt.Sprint(i)}, []chat.Part{{Text: string(kind) + fmt.Sprint(i)}}
			if strings.ToLower(string(kind)) != string(kind) {
				parts[0].Text = " \n"
			}
			var err error
			switch strings.ToLower(string(kind)) {
			case "u":
				err = c.AddTurn(place, chat.User, parts)
			case "m":
				err = c.AddTurn(place, chat.Agent, parts)
			case "f":
				err = c.AddTurn(place, chat.User, []chat.Part{{Blob: &chat.Blob{}}, {Text: " "}})
			case "s":
				err = c.AddInstruction(place, parts)
			}
			if err != nil {
				t.Fatal(messages, err)
			}
		}
		var req chat.Request
		err := c.FillRequest(&req, dialect.Node{Path: "place"})
		if says, refused := strings.CutPrefix(want, "!"); refused {
			if dialecttest.KindOf(err) != chat.BadRequest || !strings.HasPrefix(err.Error(), says) {
				t.Errorf("%s: %v, want %s", messages, err, says)
			}
		} else if got := printRequest(&req); got != want || err != nil {
			t.Errorf("%s: %s, %v; want %s", messages, got, err, want)
		}
	}
}

func printRequest(req *chat.Request) string {
	var b strings.Builder
	if len(req.System) > 0 {
		fmt.Fprint(&b, req.System)
	}
	for _, turn := range req.Turns {
		fmt.Fprintf(&b, "|%s", turn.Role)
		for _, part := range turn.Parts {
			if part.Blob != nil {
				b.WriteString(" file")
			}
			if part.Text != "" {
				b.WriteString(" " + part.Text)
			}
		}
	}
	return b.String()
}

// TestFilesOfConversation: files count over all turns, those of an instruction in
// front of the first turn too, which go into that.
func TestFilesOfConversation(t *testing.T) {
	var c dialect.Conversation
	file := []chat.Part{{Blob: &chat.Blob{}}}
	if err := c.AddInstruction(dialect.Node{Path: "system"}, file); err != nil {
		t.Errorf("a file in an instruction: %v", err)
	}
	for range dialect.MaxFiles - 1 {
		if err := c.AddTurn(dialect.Node{}, chat.User, file); err != nil {
			t.Fatal(err)
		}
	}
	if err := c.AddTurn(dialect.Node{}, chat.User, []chat.Part{{Text: "a"}}); err != nil {
		t.Error(err)
	}
	var req chat.Request
	if err := c.FillRequest(&req, dialect.Node{}); err != nil || len(req.Turns[0].Parts) != 2 || len(chat.UniqueFiles(&req)) != dialect.MaxFiles {
		t.Errorf("%d files, %v", len(chat.UniqueFiles(&req)), err)
	}
	if err := c.AddInstruction(dialect.Node{}, file); dialecttest.KindOf(err) != chat.BadRequest {
		t.Errorf("one file too many: %v", err)
	}
}

func TestFillCount(t *testing.T) {
	for messages, want := range map[string]string{"u": "|user u", "um": "|user u|model m", "s": "[s]", "m": "|model m", "": "!"} {
		var c dialect.Conversation
		for _, kind := range messages {
			parts := []chat.Part{{Text: string(kind)}}
			switch kind {
			case 'u':
				_ = c.AddTurn(dialect.Node{}, chat.User, parts)
			case 'm':
				_ = c.AddTurn(dialect.Node{}, chat.Agent, parts)
			case 's':
				_ = c.AddInstruction(dialect.Node{}, parts)
			}
		}
		var req chat.Request
		if err := c.FillCount(&req, dialect.Node{Path: "f"}); (err != nil) != (want == "!") || err == nil && printRequest(&req) != want {
			t.Errorf("%q: %s, %v", messages, printRequest(&req), err)
		}
	}
}
