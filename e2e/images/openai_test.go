package images_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"image/color"
	"io"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/openai/openai-go/v3"
	"github.com/openai/openai-go/v3/option"
)

func (w world) openAI() openai.Client {
	return openai.NewClient(option.WithBaseURL(w.URL+"/v1"), option.WithAPIKey(w.Key), option.WithMaxRetries(0))
}

func testOpenAI(t *testing.T, w world) {
	client := w.openAI()
	t.Run("make", func(t *testing.T) {
		made, err := client.Images.Generate(t.Context(), openai.ImageGenerateParams{
			Model: painter, Prompt: "a fox in the snow", N: openai.Int(3), Size: "320x200", Quality: "high",
		})
		if err != nil || len(made.Data) != 3 {
			t.Fatalf("%v, %+v", err, made)
		}
		seen := make(map[string]bool)
		for _, picture := range made.Data {
			decoded(t, unbase64(t, picture.B64JSON), "320x200")
			seen[picture.B64JSON] = true
		}
		if len(seen) != 3 {
			t.Errorf("%d different pictures of 3", len(seen))
		}
	})
	t.Run("make more than come at once", func(t *testing.T) {
		made, err := client.Images.Generate(t.Context(), openai.ImageGenerateParams{Model: painter, Prompt: "a fox", N: openai.Int(10), Size: "64x64"})
		if err != nil || len(made.Data) != 10 {
			t.Fatalf("%v, %d pictures", err, len(made.Data))
		}
	})
	t.Run("links", func(t *testing.T) {
		made, err := client.Images.Generate(t.Context(), openai.ImageGenerateParams{
			Model: painter, Prompt: "a fox [image 1 256x256 jpeg]", ResponseFormat: openai.ImageGenerateParamsResponseFormatURL,
		})
		if err != nil || len(made.Data) != 1 {
			t.Fatalf("%v, %+v", err, made)
		}
		status, data := fetched(t, made.Data[0].URL)
		if status != http.StatusOK {
			t.Fatalf("%s answers %d", made.Data[0].URL, status)
		}
		decoded(t, data, "256x256")
	})
	t.Run("edit", func(t *testing.T) {
		blue := color.RGBA{B: 255, A: 255}
		made, err := client.Images.Edit(t.Context(), openai.ImageEditParams{
			Model: painter, Prompt: "frame both 300x300",
			Image: openai.ImageEditParamsImageUnion{OfFileArray: []io.Reader{
				openai.File(bytes.NewReader(sketch(t, red)), "a.png", "image/png"), openai.File(bytes.NewReader(sketch(t, blue)), "blob", "application/octet-stream"),
			}},
		})
		if err != nil || len(made.Data) != 1 {
			t.Fatalf("%v, %+v", err, made)
		}
		img := decoded(t, unbase64(t, made.Data[0].B64JSON), "300x300")
		shows(t, img, 33, 50, red)
		shows(t, img, 66, 50, blue)
	})
	t.Run("look", func(t *testing.T) { openAILooks(t, client) })
	t.Run("films and music", func(t *testing.T) {
		answer, err := client.Chat.Completions.New(t.Context(), openai.ChatCompletionNewParams{
			Model: "gemini-2.5-flash", Messages: []openai.ChatCompletionMessageParamUnion{openai.UserMessage("a short film [video] [music]")},
		})
		if err != nil {
			t.Fatal(err)
		}
		kinds := make(map[string]bool)
		for _, link := range fileLink.FindAllStringSubmatch(answer.Choices[0].Message.Content, -1) {
			status, data := fetched(t, link[1])
			if status != http.StatusOK {
				t.Errorf("%s answers %d", link[1], status)
			}
			kinds[http.DetectContentType(data)] = true
		}
		if !kinds["video/mp4"] || !kinds["audio/mpeg"] {
			t.Errorf("got links to %v in %s", kinds, answer.Choices[0].Message.Content)
		}
	})
	t.Run("follow up", func(t *testing.T) { openAIFollowsUp(t, client) })
}

// openAILooks sends files of several kinds and reads in the answer what arrived.
func openAILooks(t *testing.T, client openai.Client) {
	picture, paper := sketch(t, red), []byte("%PDF-1.4\n%âãÏÓ\n1 0 obj\n<<>>\nendobj\n%%EOF\n")
	answer, err := client.Chat.Completions.New(t.Context(), openai.ChatCompletionNewParams{
		Model: "gemini-2.5-flash",
		Messages: []openai.ChatCompletionMessageParamUnion{openai.UserMessage([]openai.ChatCompletionContentPartUnionParam{
			openai.TextContentPart("what is this"),
			openai.ImageContentPart(openai.ChatCompletionContentPartImageImageURLParam{URL: "data:image/jpeg;base64," + base64.StdEncoding.EncodeToString(picture)}),
			openai.FileContentPart(openai.ChatCompletionContentPartFileFileParam{
				Filename: openai.String("paper.pdf"), FileData: openai.String("data:application/pdf;base64," + base64.StdEncoding.EncodeToString(paper)),
			}),
		})},
	})
	if err != nil {
		t.Fatal(err)
	}
	text := answer.Choices[0].Message.Content
	for _, want := range []string{
		fmt.Sprintf("image/png, a picture, %d bytes, sha256 %x", len(picture), sha256.Sum256(picture)),
		fmt.Sprintf("paper.pdf: application/pdf, %d bytes, sha256 %x", len(paper), sha256.Sum256(paper)),
	} {
		if !strings.Contains(text, want) {
			t.Errorf("the model does not see %q:\n%s", want, text)
		}
	}
}

var fileLink = regexp.MustCompile(`\[file\]\((http://[^)\s]+/files/[^)\s]+)\)`)

var shownLink = regexp.MustCompile(`!\[[^\]]*\]\((http://[^)\s]+/files/[^)\s]+)\)`)

// openAIFollowsUp edits a picture of an earlier answer as chat clients do: they
// send back the text with the link alone.
func openAIFollowsUp(t *testing.T, client openai.Client) {
	ask := func(messages ...openai.ChatCompletionMessageParamUnion) string {
		stream := client.Chat.Completions.NewStreaming(t.Context(), openai.ChatCompletionNewParams{Model: painter, Messages: messages})
		var text strings.Builder
		for stream.Next() {
			for _, choice := range stream.Current().Choices {
				text.WriteString(choice.Delta.Content)
			}
		}
		if err := stream.Err(); err != nil {
			t.Fatal(err)
		}
		return text.String()
	}
	question := openai.UserMessage("a fox 200x200")
	first := ask(question)
	link := shownLink.FindStringSubmatch(first)
	if link == nil {
		t.Fatalf("no link in %q", first)
	}
	_, data := fetched(t, link[1])
	before := decoded(t, data, "200x200")
	second := ask(question, openai.AssistantMessage(first), openai.UserMessage("put it into a frame 600x600"))
	again := shownLink.FindStringSubmatch(second)
	if again == nil {
		t.Fatalf("no link in %q", second)
	}
	_, data = fetched(t, again[1])
	after := decoded(t, data, "600x600")
	r, g, b, _ := before.At(100, 100).RGBA()
	shows(t, after, 50, 50, color.RGBA{uint8(r >> 8), uint8(g >> 8), uint8(b >> 8), 255})
}
