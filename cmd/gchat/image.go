package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"
)

const (
	// paintTimeout covers the making of several pictures, one after the other.
	paintTimeout = 15 * time.Minute
	// maxGallery bounds the answer: ten pictures of 20 MiB.
	maxGallery = 300 << 20
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
func (i *imageCommand) Run(c *console, s *settings) error {
	if i.Number < 1 || i.Number > 10 {
		return usage("-n must be a number from 1 to 10", "gchat image --help")
	}
	inputs, err := attach(i.In)
	if err != nil {
		return err
	}
	to, err := c.target(i.Out, i.Number)
	if err != nil {
		return err
	}
	for at, in := range inputs {
		if !strings.HasPrefix(in.kind, "image/") {
			return &failure{code: exitUnreadable, what: i.In[at] + " is no picture", next: "send PNG, JPEG, WebP, GIF or HEIC"}
		}
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	pictures, err := s.client().paint(ctx, paintRequest{
		Model: i.Model, Prompt: strings.Join(i.Prompt, " "), Count: i.Number, Size: i.Size, inputs: inputs,
	})
	if err != nil {
		return err
	}
	return c.deliver(to, pictures)
}

// paintRequest is the body of POST /v1/images/generations, and with pictures of
// /v1/images/edits.
type paintRequest struct {
	Model  string         `json:"model,omitempty"`
	Prompt string         `json:"prompt"`
	Count  int            `json:"n"`
	Size   string         `json:"size,omitempty"`
	Images []paintedInput `json:"images,omitempty"`

	inputs []attachment
}

type paintedInput struct {
	URL string `json:"image_url"`
}

// paint asks for pictures and returns their bytes.
func (c *client) paint(ctx context.Context, req paintRequest) ([][]byte, error) {
	path := "/v1/images/generations"
	for _, in := range req.inputs {
		path = "/v1/images/edits"
		req.Images = append(req.Images, paintedInput{in.dataURL()})
	}
	body, err := json.Marshal(req)
	if err != nil {
		return nil, fmt.Errorf("writing the question as JSON: %w", err)
	}
	if t, ok := c.http.Transport.(*http.Transport); ok {
		t.ResponseHeaderTimeout = paintTimeout // nothing comes before the last picture is made
	}
	answer, err := c.do(ctx, http.MethodPost, path, body)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	var gallery struct {
		Data []struct {
			Bytes []byte `json:"b64_json"`
		}
	}
	if err := json.NewDecoder(io.LimitReader(answer.Body, maxGallery)).Decode(&gallery); err != nil {
		return nil, &apiError{status: answer.StatusCode, message: "the answer is broken or not geminid's: " + path + " should be JSON"}
	}
	var pictures [][]byte
	for _, picture := range gallery.Data {
		if len(picture.Bytes) > 0 {
			pictures = append(pictures, picture.Bytes)
		}
	}
	if len(pictures) == 0 {
		return nil, &apiError{status: answer.StatusCode, message: "the answer holds no picture"}
	}
	return pictures, nil
}
