package geminiweb_test

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/geminid/geminid/cookie"
	"github.com/geminid/geminid/upstream/geminiweb"
)

// capture is a real answer of the upstream with what it must be read as.
type capture struct {
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
	raw []byte
}

func captures(t testing.TB) []capture {
	t.Helper()
	dir := filepath.Join("testdata", "captures")
	index, err := os.ReadFile(filepath.Join(dir, "index.json"))
	if err != nil {
		t.Fatal(err)
	}
	var out []capture
	if err := json.Unmarshal(index, &out); err != nil {
		t.Fatal(err)
	}
	for i := range out {
		if out[i].raw, err = os.ReadFile(filepath.Join(dir, out[i].File)); err != nil {
			t.Fatal(err)
		}
	}
	return out
}

func TestCapturedAnswers(t *testing.T) {
	t.Parallel()
	for _, c := range captures(t) {
		if !strings.HasPrefix(c.File, "stream_") && !strings.HasPrefix(c.File, "frame_") && c.Expect.HTTP != 400 {
			continue
		}
		t.Run(c.File, func(t *testing.T) {
			t.Parallel()
			got := merged(t, c.raw)
			want := c.Expect
			if want.Text != "" && got.Text != want.Text || !strings.Contains(got.Text, want.Contains) || !strings.HasSuffix(got.Text, want.Ends) {
				t.Errorf("text %q", got.Text)
			}
			if !strings.HasPrefix(got.Thoughts, want.Thoughts) {
				t.Errorf("thoughts %q", got.Thoughts)
			}
			if got.CID != want.CID {
				t.Errorf("cid %q, want %q", got.CID, want.CID)
			}
			if got.Code != want.Error || want.Status != 0 && got.Status != want.Status {
				t.Errorf("status %d code %d, want %d and %d", got.Status, got.Code, want.Status, want.Error)
			}
			if got.HTTP != (want.HTTP == 400) || got.HTTP && got.Status != 400 {
				t.Errorf("http row %v with status %d", got.HTTP, got.Status)
			}
			if got.Done != (want.Done == 2) {
				t.Errorf("done %v, want mark %d", got.Done, want.Done)
			}
			if want.Image != "" && !slices.Equal(got.Pictures, []string{want.Image}) {
				t.Errorf("pictures %q, want %q", got.Pictures, want.Image)
			}
		})
	}
}

// merged reads all frames of a body into one.
func merged(t *testing.T, raw []byte) geminiweb.Facts {
	t.Helper()
	frames, lost, err := geminiweb.Frames(bytes.NewReader(raw))
	if err != nil || lost > 0 {
		t.Fatalf("%d frames lost, %v", lost, err)
	}
	var all geminiweb.Facts
	for _, frame := range frames {
		f := geminiweb.Parse([]byte(frame))
		all.Done = all.Done || f.Done
		all.HTTP = all.HTTP || f.HTTP
		all.Text, all.Thoughts, all.CID = all.Text+f.Text, all.Thoughts+f.Thoughts, max(all.CID, f.CID)
		all.Status, all.Code = max(all.Status, f.Status), max(all.Code, f.Code)
		all.Pictures = append(all.Pictures, f.Pictures...)
	}
	return all
}

func TestCapturedCalls(t *testing.T) {
	t.Parallel()
	for _, c := range captures(t) {
		t.Run(c.File, func(t *testing.T) {
			t.Parallel()
			switch {
			case strings.HasPrefix(c.File, "rpc_otAQ7b"):
				got, err := geminiweb.ReadRPC(c.raw, "otAQ7b")
				if err != nil {
					t.Fatal(err)
				}
				want := cookie.SignedIn
				if c.Expect.Account != nil && *c.Expect.Account == 1016 {
					want = cookie.SignedOut
				}
				if got.Evidence != want || !slices.Equal(got.Models, c.Expect.Models) {
					t.Errorf("got %s with the models %v, want %s with %v", got.Evidence, got.Models, want, c.Expect.Models)
				}
			case strings.HasPrefix(c.File, "rpc_MaZiqc"):
				got, err := geminiweb.ReadRPC(c.raw, "MaZiqc")
				if err != nil {
					t.Fatal(err)
				}
				for _, cid := range c.Expect.Chats {
					if !strings.Contains(got.Body, cid) {
						t.Errorf("%s is missing in %s", cid, got.Body)
					}
				}
			case strings.HasPrefix(c.File, "rotate_"):
				if got, want := geminiweb.Interval(c.raw), time.Duration(c.Expect.Interval)*time.Second; got != want {
					t.Errorf("got %s, want %s", got, want)
				}
			case c.Expect.Marker != "":
				err := geminiweb.HTTPStatus(c.Expect.HTTP, nil, c.raw)
				if got := err.Finding().Evidence; got != cookie.Blocked {
					t.Errorf("got %s, want blocked", got)
				}
			case !strings.HasPrefix(c.File, "stream_") && !strings.HasPrefix(c.File, "frame_") && c.Expect.HTTP != 400:
				t.Error("no test reads this capture")
			}
		})
	}
}
