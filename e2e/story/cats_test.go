package story_test

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/geminid/geminid/e2e/harness"
)

const catsQuestion = "tell me about cats with pictures and sources"

var (
	// foreignMarks are what the web app writes for its own page.
	foreignMarks = regexp.MustCompile(`</?[A-Z]\w+[ />]|googleusercontent|image_agent|\[cite|code_event|end list`)
	// shownPictures are the pictures that a reader of Markdown shows.
	shownPictures = regexp.MustCompile(`!\[[^\]]*\]\(([^()\s]+)\)`)
)

// catsText checks the text of an answer, and fetches its pictures as a chat client that
// reads Markdown does. It returns how many there are.
func catsText(t *testing.T, name, text string) int {
	t.Helper()
	if found := foreignMarks.FindString(text); found != "" || !strings.Contains(text, "You said: "+catsQuestion) || !strings.Contains(text, "*Picture 1*") {
		t.Errorf("%s: %q in %q", name, found, text)
	}
	links := shownPictures.FindAllStringSubmatch(text, -1)
	for _, link := range links {
		request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, link[1], nil)
		if err != nil {
			t.Fatal(err)
		}
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
		if kind := response.Header.Get("Content-Type"); response.StatusCode != http.StatusOK || !strings.HasPrefix(kind, "image/") {
			t.Errorf("%s: %s is %d %s", name, link[1], response.StatusCode, kind)
		}
	}
	return len(links)
}

// cats asks for pictures and sources, which the web app shows with elements and marks
// of its own, and wants them as each API and each reader has them.
func cats(t *testing.T, d *harness.Daemon) {
	t.Run("OpenAI", func(t *testing.T) {
		reply := d.Do(t, http.MethodPost, "/v1/chat/completions", `{"model":"gemini-2.5-flash","messages":[{"role":"user","content":"`+catsQuestion+`"}]}`, "Authorization: Bearer "+d.Key)
		var answer struct {
			Choices []struct {
				Message struct {
					Content     string
					Annotations []struct {
						Citation struct {
							URL string
						} `json:"url_citation"`
					}
				}
			}
		}
		if err := json.Unmarshal([]byte(reply.Body), &answer); err != nil || len(answer.Choices) != 1 {
			t.Fatalf("%d %v: %s", reply.Status, err, reply.Body)
		}
		message := answer.Choices[0].Message
		if n := catsText(t, "whole", message.Content); n != 2 {
			t.Errorf("%d pictures", n)
		}
		if len(message.Annotations) < 3 || !strings.HasPrefix(message.Annotations[0].Citation.URL, "https://") {
			t.Errorf("annotations %+v", message.Annotations)
		}
	})
	t.Run("Gemini", func(t *testing.T) {
		reply := d.Do(t, http.MethodPost, "/v1beta/models/gemini-2.5-flash:generateContent", `{"contents":[{"parts":[{"text":"`+catsQuestion+`"}]}]}`, "x-goog-api-key: "+d.Key)
		var answer struct {
			Candidates []struct {
				Content struct {
					Parts []struct {
						Text       string
						InlineData struct{ MIMEType, Data string }
					}
				}
				GroundingMetadata struct {
					GroundingChunks   []struct{ Web struct{ URI string } }
					GroundingSupports []json.RawMessage
				}
			}
		}
		if err := json.Unmarshal([]byte(reply.Body), &answer); err != nil || len(answer.Candidates) != 1 {
			t.Fatalf("%d %v: %s", reply.Status, err, reply.Body)
		}
		pictures := 0
		for i, part := range answer.Candidates[0].Content.Parts {
			if i == 0 {
				catsText(t, "first part", part.Text)
				continue
			}
			data, err := base64.StdEncoding.DecodeString(part.InlineData.Data)
			if kind := http.DetectContentType(data); err == nil && kind == part.InlineData.MIMEType {
				pictures++
			}
		}
		if grounding := answer.Candidates[0].GroundingMetadata; pictures != 2 || len(grounding.GroundingChunks) < 3 || len(grounding.GroundingSupports) < 3 {
			t.Errorf("%d pictures, grounding %+v", pictures, grounding)
		}
	})
	t.Run("gchat", func(t *testing.T) {
		out, said, code := harness.Run(t, harness.Command{Name: "gchat", Args: []string{catsQuestion}, Home: d.Dir,
			Env: []string{"GCHAT_SERVER=" + d.URL, "GCHAT_KEY=" + d.Key}})
		if n := catsText(t, "gchat", out); code != 0 || n != 2 || !strings.Contains(said, "[1] ") || !strings.Contains(said, "https://") {
			t.Errorf("ended with %d, %d pictures, and said %q", code, n, said)
		}
	})
}
