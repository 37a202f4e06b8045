package main

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"unicode/utf8"

	"github.com/geminid/geminid/cmd/gchat/internal/client"
	"github.com/geminid/geminid/cmd/gchat/internal/exit"
	"github.com/geminid/geminid/cmd/gchat/internal/terminal"
	"github.com/geminid/geminid/internal/printable"
)

// maxInput bounds how much is read from standard input; the server takes less.
const maxInput = 32 << 20

// askCommand is the default command: one question, or a conversation if there
// is none and a user sits at the keyboard.
type askCommand struct {
	Question []string `arg:"" optional:"" help:"The question; several words are joined by blanks."`
	Model    string   `short:"m" help:"Model that answers (default: the saved one, or ${model})." env:"GCHAT_MODEL" placeholder:"NAME"`
	File     []string `short:"f" help:"File that goes with the question: picture, PDF, text, audio or video; may be given several times." placeholder:"FILE" sep:"none"`
	System   string   `help:"Instruction that goes before the conversation." placeholder:"TEXT"`
	Raw      bool     `help:"Print the answer as it comes, without rendering its Markdown."`
	Thoughts bool     `help:"Show what the model thinks before it answers, on standard error."`
}

// Help implements kong.HelpProvider.
func (askCommand) Help() string {
	return `Examples:
  gchat "why is the sky blue?"
  gchat -m gemini-2.5-pro --system "answer in French" what is a monad
  gchat -f scan.pdf -f photo.jpg "do they say the same?"
  gchat -f scan.pdf                (a conversation about it)
  git diff | gchat "write a commit message for this"
  printf hi | gchat
  gchat ask models of the atom     (ask, because models is a command)

On a terminal the answer's Markdown is rendered (GLAMOUR_STYLE=light, dark or
another style of glamour; NO_COLOR is respected). Into a pipe or a file it goes
byte by byte. The web pages that an answer rests on are listed behind it, on
standard error. Ctrl-C stops an answer.`
}

// Run answers the question, or talks.
func (a *askCommand) Run(c *terminal.Console, s *settings) error {
	ask := &asker{console: c, client: s.newClient(), raw: a.Raw, thoughts: a.Thoughts,
		model: cmp.Or(a.Model, s.file.Model, defaultModel), system: a.System}
	files, err := client.ReadAttachments(a.File)
	if err != nil {
		return err
	}
	if c.Keyboard != nil && len(a.Question) == 0 {
		return (&talk{asker: ask, settings: s, files: files}).runLoop()
	}
	question, err := a.readQuestion(c)
	if err != nil {
		return err
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	_, err = ask.streamAnswer(ctx, []client.Message{{Role: "user", Content: question, Files: files}})
	return err
}

// readQuestion joins the words, with standard input before them if it is no
// keyboard.
func (a *askCommand) readQuestion(c *terminal.Console) (string, error) {
	question := strings.Join(a.Question, " ")
	if c.Keyboard == nil {
		piped, err := io.ReadAll(io.LimitReader(c.In, maxInput+1))
		switch {
		case err != nil:
			return "", fmt.Errorf("reading standard input: %w", err)
		case len(piped) > maxInput:
			return "", exit.UsageError("standard input is longer than 32 MiB", "ask about a part of it")
		case !utf8.Valid(piped):
			return "", exit.UsageError("standard input is not UTF-8 text", "convert it first, or leave the binary parts out")
		}
		context := strings.TrimRight(string(piped), "\r\n")
		question = strings.TrimSpace(context + "\n\n" + question)
	}
	if strings.TrimSpace(question) == "" {
		return "", exit.UsageError("there is no question", `gchat "your question", or type it: gchat on a terminal`)
	}
	return question, nil
}

// asker puts questions to the server and shows the answers.
type asker struct {
	console  *terminal.Console
	client   *client.Client
	model    string
	system   string
	raw      bool
	thoughts bool
}

// streamAnswer asks, shows the answer while it arrives, and returns its whole text.
// With an error the text is the part that had arrived.
func (a *asker) streamAnswer(ctx context.Context, turns []client.Message) (string, error) {
	if a.system != "" {
		turns = append([]client.Message{{Role: "system", Content: a.system}}, turns...)
	}
	var (
		text    strings.Builder
		finish  string
		sources []client.Source
		failed  error
		page    = a.console.NewPage(a.raw)
		mind    = thoughts{console: a.console, shown: a.thoughts}
	)
	for d, err := range a.client.StreamChat(ctx, client.ChatRequest{Model: a.model, Messages: turns}) {
		if err != nil {
			failed = err
			break
		}
		mind.showText(d.Thought)
		if d.Text != "" {
			mind.endThoughts()
			text.WriteString(d.Text)
			page.AppendText(d.Text)
		}
		finish = cmp.Or(d.Finish, finish)
		sources = append(sources, d.Sources...)
	}
	mind.endThoughts()
	page.EndText()
	a.noteSources(sources)
	if failed == nil {
		a.noteFinish(finish)
	}
	return text.String(), failed
}

// noteFinish says on standard error if an answer is not all that it could be.
func (a *asker) noteFinish(finish string) {
	switch finish {
	case "length":
		fmt.Fprintln(a.console.Err, a.console.DimText("(the answer reached the length limit)"))
	case "content_filter":
		fmt.Fprintln(a.console.Err, a.console.DimText("(the answer was stopped by Google's content filter)"))
	}
}

// noteSources lists the pages that an answer rests on, each once, on standard
// error.
func (a *asker) noteSources(sources []client.Source) {
	seen := make(map[string]bool)
	for _, s := range sources {
		if seen[s.URL] {
			continue
		}
		if len(seen) == 0 {
			fmt.Fprintln(a.console.Err)
		}
		seen[s.URL] = true
		line := fmt.Sprintf("[%d] %s", len(seen), printable.Text(s.URL))
		if s.Title != "" && s.Title != s.URL {
			line = fmt.Sprintf("[%d] %s: %s", len(seen), printable.Text(strings.Join(strings.Fields(s.Title), " ")), printable.Text(s.URL))
		}
		fmt.Fprintln(a.console.Err, a.console.DimText(line))
	}
}

// thoughts shows the model's thinking on standard error, apart from the answer.
type thoughts struct {
	console *terminal.Console
	shown   bool
	open    bool
}

func (t *thoughts) showText(text string) {
	if t.shown && text != "" {
		t.open = true
		fmt.Fprint(t.console.Err, t.console.DimText(printable.Text(text)))
	}
}

// endThoughts puts an empty line between the thoughts and the answer.
func (t *thoughts) endThoughts() {
	if t.open {
		t.open = false
		fmt.Fprint(t.console.Err, "\n\n")
	}
}
