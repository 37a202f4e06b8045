package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
)

const talkHelp = `/help          this list
/model [NAME]  show the model, or go on with another one
/reset         forget the conversation
/quit          end (as Ctrl-D does)
Ctrl-C stops a running answer. The arrow keys bring earlier lines back; pasted
text may have several lines.`

// talk is a conversation at the keyboard. The whole of it goes to the server
// with each question, which keeps nothing.
type talk struct {
	*asker
	settings *settings
	turns    []message
	files    []attachment // that go with the first question
	keyboard editor
}

// run talks until /quit, Ctrl-D or an input error.
func (t *talk) run() error {
	t.keyboard.console = t.console
	fmt.Fprintf(t.console.prompts, "%s\n", t.console.dim(t.model+" · /help for help, Ctrl-D to end"))
	for _, f := range t.files {
		t.say(f.name + " goes with the first question")
	}
	for {
		line, err := t.keyboard.read()
		switch {
		case err == io.EOF:
			return nil
		case err != nil:
			return fmt.Errorf("reading the keyboard: %w", err)
		case strings.TrimSpace(line) == "":
			continue
		case strings.HasPrefix(line, "/") && !strings.Contains(line, "\n"):
			if t.command(line) {
				return nil
			}
		default:
			t.ask(line)
		}
	}
}

// command obeys a line that begins with a slash and reports whether it was the
// last one.
func (t *talk) command(line string) (end bool) {
	words := strings.Fields(line)
	switch words[0] {
	case "/quit", "/exit":
		return true
	case "/reset":
		t.turns, t.files = nil, nil
		t.say("the conversation begins anew")
	case "/model":
		if len(words) > 1 {
			t.model = words[1]
		}
		t.say("model: " + t.model)
	case "/help":
		t.say(talkHelp)
	default:
		t.say(words[0] + " is not a command; /help lists them")
	}
	return false
}

func (t *talk) say(text string) { fmt.Fprintln(t.console.prompts, t.console.dim(printable(text))) }

// ask puts one question. What was answered before Ctrl-C stays in the
// conversation; a question that failed leaves no trace, so it can be asked
// again.
func (t *talk) ask(question string) {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	turn := message{Role: "user", Content: question}
	if len(t.turns) == 0 {
		turn.Files = t.files
	}
	turns := append(t.turns, turn)
	text, err := t.answer(ctx, turns)
	if err != nil && ctx.Err() == nil {
		t.console.report(t.settings.explain(err))
		return
	}
	if err != nil {
		t.say("(stopped)")
	}
	if text != "" {
		t.turns = append(turns, message{Role: "assistant", Content: text})
	}
	fmt.Fprintln(t.console.prompts)
}
