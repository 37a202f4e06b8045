package images_test

import (
	"crypto/sha256"
	"fmt"
	"image/color"
	"net/http"
	"strings"
	"testing"

	"google.golang.org/genai"
)

func (w world) gemini(t *testing.T) *genai.Client {
	t.Helper()
	client, err := genai.NewClient(t.Context(), &genai.ClientConfig{
		APIKey: w.Key, Backend: genai.BackendGeminiAPI, HTTPOptions: genai.HTTPOptions{BaseURL: w.URL + "/gemini"},
	})
	if err != nil {
		t.Fatal(err)
	}
	return client
}

// painted are the pictures of an answer; each must be of the type it says.
func painted(t *testing.T, answers ...*genai.GenerateContentResponse) [][]byte {
	t.Helper()
	var out [][]byte
	for _, answer := range answers {
		for _, candidate := range answer.Candidates {
			for _, part := range candidate.Content.Parts {
				if part.InlineData == nil {
					continue
				}
				if kind := http.DetectContentType(part.InlineData.Data); kind != part.InlineData.MIMEType {
					t.Errorf("a %s that says it is %s", kind, part.InlineData.MIMEType)
				}
				out = append(out, part.InlineData.Data)
			}
		}
	}
	return out
}

func testGemini(t *testing.T, w world) {
	client := w.gemini(t)
	t.Run("make", func(t *testing.T) {
		answer, err := client.Models.GenerateContent(t.Context(), painter, genai.Text("a fox in the snow"), &genai.GenerateContentConfig{
			ResponseModalities: []string{"TEXT", "IMAGE"}, ImageConfig: &genai.ImageConfig{AspectRatio: "4:1"},
		})
		if err != nil {
			t.Fatal(err)
		}
		if made := painted(t, answer); len(made) != 1 {
			t.Fatalf("%d pictures", len(made))
		} else {
			decoded(t, made[0], "1024x256")
		}
	})
	t.Run("stream, a JPEG", func(t *testing.T) {
		var answers []*genai.GenerateContentResponse
		for answer, err := range client.Models.GenerateContentStream(t.Context(), painter, genai.Text("a fox [image 2 320x200 jpeg]"), nil) {
			if err != nil {
				t.Fatal(err)
			}
			answers = append(answers, answer)
		}
		made := painted(t, answers...)
		if len(made) != 2 {
			t.Fatalf("%d pictures", len(made))
		}
		for _, data := range made {
			decoded(t, data, "320x200")
		}
	})
	t.Run("edit in a conversation", func(t *testing.T) {
		talk, err := client.Chats.Create(t.Context(), painter, nil, nil)
		if err != nil {
			t.Fatal(err)
		}
		first, err := talk.SendMessage(t.Context(), genai.Part{Text: "frame it 300x300"}, genai.Part{InlineData: &genai.Blob{MIMEType: "image/png", Data: sketch(t, red)}})
		if err != nil {
			t.Fatal(err)
		}
		img := decoded(t, painted(t, first)[0], "300x300")
		shows(t, img, 50, 50, red)
		second, err := talk.SendMessage(t.Context(), genai.Part{Text: "frame it once more 500x500"})
		if err != nil {
			t.Fatal(err)
		}
		corner := color.RGBAModel.Convert(img.At(3, 3)).(color.RGBA)
		again := decoded(t, painted(t, second)[0], "500x500")
		shows(t, again, 33, 50, red)    // the input, sent again with the conversation
		shows(t, again, 51, 34, corner) // beside it the first answer's picture
	})
	t.Run("look", func(t *testing.T) {
		data := sketch(t, red)
		answer, err := client.Models.GenerateContent(t.Context(), "gemini-2.5-flash", []*genai.Content{{Role: "user", Parts: []*genai.Part{
			{Text: "what is this"}, {InlineData: &genai.Blob{MIMEType: "image/webp", Data: data}}, {InlineData: &genai.Blob{MIMEType: "text/plain", Data: []byte("hello")}},
		}}}, nil)
		if err != nil {
			t.Fatal(err)
		}
		for _, want := range []string{
			fmt.Sprintf("image/png, a picture, %d bytes, sha256 %x", len(data), sha256.Sum256(data)), "text/plain, 5 bytes",
		} {
			if !strings.Contains(answer.Text(), want) {
				t.Errorf("the model does not see %q:\n%s", want, answer.Text())
			}
		}
	})
}
