package conformance_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"google.golang.org/genai"

	"github.com/geminid/geminid/e2e/harness"
)

// geminiFiles uploads a file of several pieces, finds it again, asks about it and
// deletes it.
func geminiFiles(t *testing.T, w world, client *genai.Client) {
	ctx, text := t.Context(), harness.Secret("the lighthouse of the file ")+strings.Repeat("and its keeper, ", 600_000)
	file, err := client.Files.Upload(ctx, strings.NewReader(text), &genai.UploadFileConfig{MIMEType: "text/plain", DisplayName: "lighthouse.txt"})
	if err != nil {
		t.Fatal(err)
	}
	if file.State != genai.FileStateActive || *file.SizeBytes != int64(len(text)) || file.MIMEType != "text/plain" || file.DisplayName != "lighthouse.txt" || time.Until(file.ExpirationTime) < 47*time.Hour {
		t.Errorf("got %+v", file)
	}
	again, err := client.Files.Get(ctx, file.Name, nil)
	if err != nil || again.URI != file.URI || again.Sha256Hash != file.Sha256Hash {
		t.Errorf("got %+v, %v", again, err)
	}
	named := false
	for f, err := range client.Files.All(ctx) {
		if err != nil {
			t.Fatal(err)
		}
		named = named || f.Name == file.Name
	}
	if !named {
		t.Error("the list does not name it")
	}
	parts := []*genai.Part{genai.NewPartFromText("what is this"), genai.NewPartFromFile(*file)}
	before := len(w.sim.Journal(t, "upload"))
	if _, err := client.Models.GenerateContent(ctx, textModel, []*genai.Content{{Role: "user", Parts: parts}}, nil); err != nil {
		t.Error(err)
	}
	if after := len(w.sim.Journal(t, "upload")); after == before {
		t.Error("the file did not go up")
	}
	if _, err := client.Files.Delete(ctx, file.Name, nil); err != nil {
		t.Error(err)
	}
	var failure genai.APIError
	if _, err := client.Files.Get(ctx, file.Name, nil); !errors.As(err, &failure) || failure.Code != http.StatusNotFound {
		t.Errorf("after deletion: %v", err)
	}
	if _, err := client.Models.GenerateContent(ctx, textModel, []*genai.Content{{Role: "user", Parts: parts}}, nil); !errors.As(err, &failure) || failure.Code != http.StatusBadRequest {
		t.Errorf("a question about it after deletion: %v", err)
	}
}
