package conformance_test

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"google.golang.org/genai"

	"github.com/geminid/geminid/e2e/harness"
)

// gemini is the official client of one API version.
func (w world) gemini(t *testing.T, version string) *genai.Client {
	t.Helper()
	client, err := genai.NewClient(t.Context(), &genai.ClientConfig{
		APIKey: w.Key, Backend: genai.BackendGeminiAPI,
		HTTPOptions: genai.HTTPOptions{BaseURL: w.URL + "/gemini", APIVersion: version},
	})
	if err != nil {
		t.Fatal(err)
	}
	return client
}

func testGemini(t *testing.T, w world) {
	for _, version := range []string{"v1beta", "v1", "v1alpha"} {
		t.Run(version, func(t *testing.T) {
			client := w.gemini(t, version)
			t.Run("models", func(t *testing.T) { geminiModels(t, client) })
			t.Run("model", func(t *testing.T) {
				m, err := client.Models.Get(t.Context(), textModel, nil)
				if err != nil {
					t.Fatal(err)
				}
				if m.Name != "models/"+textModel || m.InputTokenLimit <= 0 || m.OutputTokenLimit <= 0 {
					t.Errorf("got %+v", m)
				}
			})
			t.Run("answer", func(t *testing.T) { geminiAnswer(t, client) })
			t.Run("stream", func(t *testing.T) { geminiStream(t, client) })
			t.Run("count tokens", func(t *testing.T) {
				got, err := client.Models.CountTokens(t.Context(), textModel, genai.Text("how long is a piece of string"), nil)
				if err != nil {
					t.Fatal(err)
				}
				if got.TotalTokens <= 0 {
					t.Errorf("got %d tokens", got.TotalTokens)
				}
			})
		})
	}
	client := w.gemini(t, "v1beta")
	t.Run("system text and history reach the model", func(t *testing.T) { geminiHistory(t, client) })
	t.Run("thoughts", func(t *testing.T) { geminiThoughts(t, client) })
	t.Run("files", func(t *testing.T) { geminiFiles(t, w, client) })
	t.Run("cancel", func(t *testing.T) { geminiCancel(t, w, client) })
}

func geminiModels(t *testing.T, client *genai.Client) {
	var names []string
	for m, err := range client.Models.All(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		names = append(names, m.Name)
		if !slices.Contains(m.SupportedActions, "generateContent") {
			t.Errorf("%s offers %v", m.Name, m.SupportedActions)
		}
		if len(names) > 100 {
			t.Fatal("the list does not end")
		}
	}
	for _, id := range always {
		if !slices.Contains(names, "models/"+id) {
			t.Errorf("%s is not listed among %v", id, names)
		}
	}
}

func geminiAnswer(t *testing.T, client *genai.Client) {
	prompt := harness.Secret("the heron waited for 紅茶 and 😀 at dusk")
	got, err := client.Models.GenerateContent(t.Context(), textModel, genai.Text(prompt), nil)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(got.Text(), prompt) {
		t.Errorf("the echo %q lacks the prompt", got.Text())
	}
	candidate := got.Candidates[0]
	if candidate.FinishReason != genai.FinishReasonStop || candidate.Content.Role != genai.RoleModel {
		t.Errorf("candidate is %+v", candidate)
	}
	usage := got.UsageMetadata
	if usage == nil || usage.PromptTokenCount <= 0 || usage.CandidatesTokenCount <= 0 ||
		usage.TotalTokenCount != usage.PromptTokenCount+usage.CandidatesTokenCount {
		t.Errorf("usage is %+v", usage)
	}
	if got.ModelVersion == "" || got.ResponseID == "" {
		t.Errorf("model version %q, response id %q", got.ModelVersion, got.ResponseID)
	}
}

// answer is what a Gemini stream brought.
type answer struct {
	text, thoughts string
	pieces         int
	finishes       []genai.FinishReason
	usage          *genai.GenerateContentResponseUsageMetadata
}

func geminiGather(stream func(func(*genai.GenerateContentResponse, error) bool)) (got answer, err error) {
	for chunk, err := range stream {
		if err != nil {
			return got, err
		}
		got.usage = chunk.UsageMetadata
		for _, candidate := range chunk.Candidates {
			if candidate.FinishReason != "" {
				got.finishes = append(got.finishes, candidate.FinishReason)
			}
			for _, part := range candidate.Content.Parts {
				if part.Thought {
					got.thoughts += part.Text
					continue
				}
				got.text += part.Text
				got.pieces++
			}
		}
	}
	return got, nil
}

func geminiStream(t *testing.T, client *genai.Client) {
	prompt := genai.Text(harness.Secret("many small waves came over the long grey mole, one by one, 😀 and 水"))
	whole, err := client.Models.GenerateContent(t.Context(), textModel, prompt, nil)
	if err != nil {
		t.Fatal(err)
	}
	got, err := geminiGather(client.Models.GenerateContentStream(t.Context(), textModel, prompt, nil))
	if err != nil {
		t.Fatal(err)
	}
	if got.text != whole.Text() {
		t.Errorf("streamed %q, in one piece it was %q", got.text, whole.Text())
	}
	if got.pieces < 2 {
		t.Errorf("the text came in %d pieces", got.pieces)
	}
	if !slices.Equal(got.finishes, []genai.FinishReason{genai.FinishReasonStop}) {
		t.Errorf("finish reasons are %v", got.finishes)
	}
	if got.usage == nil || got.usage.TotalTokenCount <= 0 {
		t.Errorf("the last chunk's usage is %+v", got.usage)
	}
}

func geminiHistory(t *testing.T, client *genai.Client) {
	texts := []string{"answer only in rhymes please", "my parrot is named Ruskin", "what a fine name that is", "now how is it named"}
	got, err := client.Models.GenerateContent(t.Context(), textModel, []*genai.Content{
		genai.NewContentFromText(texts[1], genai.RoleUser),
		genai.NewContentFromText(texts[2], genai.RoleModel),
		genai.NewContentFromText(texts[3], genai.RoleUser),
	}, &genai.GenerateContentConfig{SystemInstruction: genai.NewContentFromText(texts[0], genai.RoleUser)})
	if err != nil {
		t.Fatal(err)
	}
	inOrder(t, got.Text(), texts)
}

func geminiThoughts(t *testing.T, client *genai.Client) {
	prompt := genai.Text(thinking)
	for _, wanted := range []bool{true, false} {
		config := &genai.GenerateContentConfig{ThinkingConfig: &genai.ThinkingConfig{IncludeThoughts: wanted}}
		got, err := geminiGather(client.Models.GenerateContentStream(t.Context(), textModel, prompt, config))
		if err != nil {
			t.Fatal(err)
		}
		if (got.thoughts != "") != wanted {
			t.Errorf("includeThoughts %t brought thoughts %q", wanted, got.thoughts)
		}
		if got.text == "" {
			t.Errorf("includeThoughts %t brought no answer", wanted)
		}
	}
}

func geminiCancel(t *testing.T, w world, client *genai.Client) {
	before := w.sim.Canceled(t)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	seen := 0
	for _, err := range client.Models.GenerateContentStream(ctx, textModel, genai.Text(endless), nil) {
		if err != nil {
			if ctx.Err() == nil {
				t.Fatal(err)
			}
			break
		}
		if seen++; seen == 3 {
			cancel()
		}
	}
	harness.Eventually(t, 5*time.Second, "the upstream call is canceled", func() bool { return w.sim.Canceled(t) == before+1 })
}

func testGeminiErrors(t *testing.T, w world) {
	client := w.gemini(t, "v1beta")
	wrong := world{&harness.Daemon{URL: w.URL, Key: "gmd_wrong"}, w.sim}.gemini(t, "v1beta")
	for _, c := range []struct {
		name   string
		prompt string
		client *genai.Client
		model  string
		asked  []*genai.Content
		code   int
		status string
	}{
		{name: "wrong key", client: wrong, code: 401, status: "UNAUTHENTICATED"},
		{name: "unknown model", model: "gemini-0-none", code: 404, status: "NOT_FOUND"},
		{name: "empty parts", asked: []*genai.Content{{Role: "user"}}, code: 400, status: "INVALID_ARGUMENT"},
		{name: "quota", prompt: outOfHand, code: 429, status: "RESOURCE_EXHAUSTED"},
		{name: "upstream broke", prompt: broken, code: 502, status: "UNAVAILABLE"},
	} {
		for _, streaming := range []bool{false, true} {
			t.Run(c.name+map[bool]string{true: " streaming"}[streaming], func(t *testing.T) {
				use, model, asked := client, textModel, genai.Text(cmp.Or(c.prompt, "hello"))
				if c.client != nil {
					use = c.client
				}
				if c.model != "" {
					model = c.model
				}
				if c.asked != nil {
					asked = c.asked
				}
				var err error
				if streaming {
					_, err = geminiGather(use.Models.GenerateContentStream(t.Context(), model, asked, nil))
				} else {
					_, err = use.Models.GenerateContent(t.Context(), model, asked, nil)
				}
				wantGeminiError(t, err, c.code, c.status)
			})
		}
	}
}

func wantGeminiError(t *testing.T, err error, code int, status string) {
	t.Helper()
	var failure genai.APIError
	if !errors.As(err, &failure) {
		t.Fatalf("got %v, want an API error", err)
	}
	if failure.Code != code || failure.Status != status || failure.Message == "" {
		t.Errorf("got %+v, want %d %s", failure, code, status)
	}
	if code == 429 && len(failure.Details) == 0 {
		t.Error("a 429 without RetryInfo")
	}
}

func testGeminiStreamBreaks(t *testing.T, w world) {
	for name, prompt := range breaks {
		t.Run(name, func(t *testing.T) {
			got, err := geminiGather(w.gemini(t, "v1beta").Models.GenerateContentStream(t.Context(), textModel, genai.Text(prompt), nil))
			if err == nil {
				t.Fatalf("the stream looks whole after %q", got.text)
			}
			if len(got.finishes) != 0 || got.text == "" {
				t.Errorf("finish reasons %v after %d bytes of text, error %v", got.finishes, len(got.text), err)
			}
		})
	}
}
