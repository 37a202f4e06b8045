package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"slices"
	"strings"

	"github.com/geminid/geminid/cmd/gchat/internal/client"
	"github.com/geminid/geminid/cmd/gchat/internal/terminal"
	"github.com/geminid/geminid/internal/printable"
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
	turns    []client.Message
	files    []client.Attachment // that go with the first question
	keyboard terminal.LineEditor
}

// runLoop talks until /quit, Ctrl-D or an input error.
func (t *talk) runLoop() error {
	t.keyboard.Console = t.console
	fmt.Fprintf(t.console.Prompts, "%s\n", t.console.DimText(t.model+" · /help for help, Ctrl-D to end"))
	for _, f := range t.files {
		t.printNotice(f.Name + " goes with the first question")
	}
	for {
		line, err := t.keyboard.ReadInput()
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return fmt.Errorf("reading the keyboard: %w", err)
		case strings.TrimSpace(line) == "":
			continue
		case strings.HasPrefix(line, "/") && !strings.Contains(line, "\n"):
			if t.runCommand(line) {
				return nil
			}
		default:
			t.askQuestion(line)
		}
	}
}

// runCommand obeys a line that begins with a slash and reports whether it was the
// last one.
func (t *talk) runCommand(line string) (end bool) {
	words := strings.Fields(line)
	switch words[0] {
	case "/quit", "/exit":
		return true
	case "/reset":
		t.turns, t.files = nil, nil
		t.printNotice("the conversation begins anew")
	case "/model":
		if len(words) > 1 {
			t.model = words[1]
		}
		t.printNotice("model: " + t.model)
	case "/help":
		t.printNotice(talkHelp)
	default:
		t.printNotice(words[0] + " is not a command; /help lists them")
	}
	return false
}

func (t *talk) printNotice(text string) {
	fmt.Fprintln(t.console.Prompts, t.console.DimText(printable.Text(text)))
}

// askQuestion puts one question. An answer up to Ctrl-C stays in the
// conversation; a question that failed leaves no trace, so it can be asked
// again.
func (t *talk) askQuestion(question string) {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	turn := client.Message{Role: "user", Content: question}
	if len(t.turns) == 0 {
		turn.Files = t.files
	}
	turns := append(slices.Clip(t.turns), turn)
	text, err := t.streamAnswer(ctx, turns)
	if err != nil && ctx.Err() == nil {
		reportError(t.console, t.settings.explainError(err))
		return
	}
	if err != nil {
		t.printNotice("(stopped)")
	}
	if text != "" {
		turns = append(turns, client.Message{Role: "assistant", Content: text})
		t.turns = turns
	}
	fmt.Fprintln(t.console.Prompts)
}
