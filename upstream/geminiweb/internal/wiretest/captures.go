package wiretest

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
)

// Capture is a recorded answer of the upstream with the values that it must be
// read as.
type Capture struct {
	File   string
	Expect struct {
		Text     string
		Contains string `json:"text_contains"`
		Ends     string `json:"text_ends"`
		Thoughts string `json:"thoughts_starts"`
		CID      string
		Error    int
		Status   int
		HTTP     int
		Done     int    `json:"indicator"`
		Image    string `json:"image_name"`
		Account  *int   `json:"account_status"`
		Models   []string
		Chats    []string
		Interval int
		Marker   string
	}
	Raw []byte `json:"-"`
}

// LoadCaptures loads the recorded answers of dir, which is testdata/captures of
// geminiweb seen from the test's folder.
func LoadCaptures(t testing.TB, dir string) []Capture {
	t.Helper()
	index, err := os.ReadFile(filepath.Join(dir, "index.json"))
	if err != nil {
		t.Fatal(err)
	}
	var out []Capture
	if err := json.Unmarshal(index, &out); err != nil {
		t.Fatal(err)
	}
	for i := range out {
		if out[i].Raw, err = os.ReadFile(filepath.Join(dir, out[i].File)); err != nil {
			t.Fatal(err)
		}
	}
	return out
}
