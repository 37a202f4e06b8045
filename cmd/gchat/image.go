package main

import (
	"context"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/geminid/geminid/cmd/gchat/internal/client"
	"github.com/geminid/geminid/cmd/gchat/internal/exit"
	"github.com/geminid/geminid/cmd/gchat/internal/picture"
	"github.com/geminid/geminid/cmd/gchat/internal/terminal"
)

// imageCommand makes a picture, or edits the given ones.
type imageCommand struct {
	Prompt []string `arg:"" help:"What the picture shall show, or what shall change."`
	Out    string   `short:"o" help:"PNG or JPEG file to write, or a directory; several pictures get -1, -2, … before the ending; - is standard output (default: picture.png, or the next free name)." placeholder:"FILE"`
	In     []string `short:"i" help:"Picture to edit; may be given several times." placeholder:"FILE" sep:"none"`
	Number int      `short:"n" default:"1" help:"How many pictures, up to 10."`
	Size   string   `help:"Size to ask for, such as 1536x1024." placeholder:"WxH"`
	Model  string   `short:"m" help:"Image model (default: the server's first)." placeholder:"NAME"`
}

// Help implements kong.HelpProvider.
func (imageCommand) Help() string {
	return `Examples:
  gchat image "a fox in the snow" -o fox.png
  gchat image "make the fox blue" -i fox.png -o blue.png
  gchat image "both on one beach" -i me.jpg -i dog.jpg
  gchat image "a logo" -n 4 --size 512x512 -o logos/
  gchat image "a fox" -o - | viewer

A terminal that can show pictures (kitty, iTerm2, WezTerm, foot and others)
shows a preview; GCHAT_PICTURES=kitty, iterm, sixel or off decides otherwise.`
}

// Run asks, writes the files and shows them.
func (i *imageCommand) Run(c *terminal.Console, s *settings) error {
	if i.Number < 1 || i.Number > 10 {
		return exit.UsageError("-n must be a number from 1 to 10", "gchat image --help")
	}
	inputs, err := client.ReadAttachments(i.In)
	if err != nil {
		return err
	}
	to, err := picture.NewTarget(i.Out, i.Number, c.Screen != nil)
	if err != nil {
		return err
	}
	for at, in := range inputs {
		if !strings.HasPrefix(in.Kind, "image/") {
			return &exit.Failure{Code: exit.Unreadable, What: i.In[at] + " is no picture", Next: "send PNG, JPEG, WebP, GIF or HEIC"}
		}
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	pictures, err := s.newClient().GeneratePictures(ctx, client.PictureRequest{
		Model: i.Model, Prompt: strings.Join(i.Prompt, " "), Count: i.Number, Size: i.Size, Inputs: inputs,
	})
	if err != nil {
		return err
	}
	return to.WritePictures(c, pictures)
}
