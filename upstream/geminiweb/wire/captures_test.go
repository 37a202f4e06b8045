package wire_test

import (
	"bytes"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/geminid/geminid/upstream/geminiweb/frame"
	"github.com/geminid/geminid/upstream/geminiweb/internal/wiretest"
	"github.com/geminid/geminid/upstream/geminiweb/wire"
)

const captures = "../testdata/captures"

// readFrames cuts a body into frames, which must be valid.
func readFrames(t testing.TB, body []byte) (frames [][]byte) {
	t.Helper()
	r := frame.NewReader(bytes.NewReader(body))
	defer r.Release()
	for {
		piece, err := r.ReadFrame()
		switch {
		case err != nil:
			return frames
		case wire.ValidJSON(piece):
			frames = append(frames, bytes.Clone(piece))
		case !r.CutAgain():
			t.Errorf("lost a frame: %.80q", piece)
		}
	}
}

// isAnswer reports whether a capture is a body of frames.
func isAnswer(c wiretest.Capture) bool {
	return strings.HasPrefix(c.File, "stream_") || strings.HasPrefix(c.File, "frame_") || c.Expect.HTTP == 400
}

func TestCapturedAnswers(t *testing.T) {
	t.Parallel()
	for _, c := range wiretest.LoadCaptures(t, captures) {
		if !isAnswer(c) {
			continue
		}
		t.Run(c.File, func(t *testing.T) {
			t.Parallel()
			got, want := mergeFrames(t, c.Raw), c.Expect
			if want.Text != "" && got.Text != want.Text || !strings.Contains(got.Text, want.Contains) || !strings.HasSuffix(got.Text, want.Ends) {
				t.Errorf("text %q", got.Text)
			}
			if !strings.HasPrefix(got.Thoughts, want.Thoughts) {
				t.Errorf("thoughts %q", got.Thoughts)
			}
			if got.IDs.CID != want.CID {
				t.Errorf("cid %q, want %q", got.IDs.CID, want.CID)
			}
			if r := got.Refused; r.Code != want.Error || want.Status != 0 && r.Status != want.Status {
				t.Errorf("status %d code %d, want %d and %d", r.Status, r.Code, want.Status, want.Error)
			}
			if r := got.Refused; r.HTTP != (want.HTTP == 400) || r.HTTP && r.Status != 400 {
				t.Errorf("http row %v with status %d", r.HTTP, r.Status)
			}
			if got.Done != (want.Done == wire.CandidateDone) {
				t.Errorf("done %v, want mark %d", got.Done, want.Done)
			}
			var pictures []string
			for _, m := range got.Media {
				pictures = append(pictures, m.Name)
			}
			if want.Image != "" && !slices.Equal(pictures, []string{want.Image}) {
				t.Errorf("pictures %q, want %q", pictures, want.Image)
			}
		})
	}
}

// mergeFrames parses all frames of a body into one.
func mergeFrames(t *testing.T, raw []byte) wire.Frame {
	t.Helper()
	all := wire.Frame{Refused: new(wire.Refusal)}
	for _, piece := range readFrames(t, raw) {
		f, _ := wire.ParseFrame(piece)
		all.Done = all.Done || f.Done
		all.Text, all.Thoughts, all.IDs.CID = all.Text+f.Text, all.Thoughts+f.Thoughts, max(all.IDs.CID, f.IDs.CID)
		all.Media = append(all.Media, f.Media...)
		if f.Refused != nil {
			all.Refused = f.Refused
		}
	}
	return all
}

// findCall finds the row of a procedure in a body.
func findCall(t *testing.T, body []byte, id string) (found string, account wire.Account) {
	t.Helper()
	for _, piece := range readFrames(t, body) {
		if body, _, ok := wire.FindCall(piece, id); ok {
			account, _ := wire.ParseAccount(body)
			return body.Raw, account
		}
	}
	t.Fatalf("no row of %s", id)
	return "", wire.Account{}
}

func TestCapturedCalls(t *testing.T) {
	t.Parallel()
	for _, c := range wiretest.LoadCaptures(t, captures) {
		t.Run(c.File, func(t *testing.T) {
			t.Parallel()
			switch {
			case strings.HasPrefix(c.File, "rpc_otAQ7b"):
				_, got := findCall(t, c.Raw, "otAQ7b")
				var models []string
				for _, o := range got.Offers {
					models = append(models, o.ID)
				}
				want := 0
				if c.Expect.Account != nil {
					want = *c.Expect.Account
				}
				if got.Status != want && (want != 0 || got.Status != 1000) || !slices.Equal(models, c.Expect.Models) {
					t.Errorf("got status %d with the models %v, want %d with %v", got.Status, models, want, c.Expect.Models)
				}
			case strings.HasPrefix(c.File, "rpc_MaZiqc"):
				got, _ := findCall(t, c.Raw, "MaZiqc")
				for _, cid := range c.Expect.Chats {
					if !strings.Contains(got, cid) {
						t.Errorf("%s is missing in %s", cid, got)
					}
				}
			case strings.HasPrefix(c.File, "rotate_"):
				if got, want := wire.ParseInterval(c.Raw), time.Duration(c.Expect.Interval)*time.Second; got != want {
					t.Errorf("got %s, want %s", got, want)
				}
			case c.Expect.Marker != "": // TestCapturedBlocks of geminiweb
			case !isAnswer(c):
				t.Error("no test reads this capture")
			}
		})
	}
}

func FuzzFindCall(f *testing.F) {
	for _, c := range wiretest.LoadCaptures(f, captures) {
		f.Add(c.Raw)
	}
	f.Add([]byte(`[["wrb.fr","otAQ7b","[1,{\"15\":1016,\"16\":[[\"id\"]],\"17\":[21]}]"]]`))
	f.Fuzz(func(t *testing.T, piece []byte) {
		if !wire.ValidJSON(piece) {
			return
		}
		body, refused, found := wire.FindCall(piece, "otAQ7b")
		if !found && (refused != nil || body.Exists()) || refused != nil && body.Exists() {
			t.Errorf("found %v, %q and %v", found, body.Raw, refused)
		}
		if account, ok := wire.ParseAccount(body); ok && account.Capacity == 0 {
			t.Errorf("no capacity in %+v", account)
		}
	})
}

// FuzzParseFrame: foreign frames make no part of the parser fail, and whatever
// is read from them is text.
func FuzzParseFrame(f *testing.F) {
	for _, c := range wiretest.LoadCaptures(f, captures) {
		f.Add(c.Raw)
	}
	f.Add([]byte(wiretest.Row{Text: "x", Thoughts: "y", Served: "z", Done: true}.String()))
	f.Fuzz(func(t *testing.T, piece []byte) {
		got, ok := wire.ParseFrame(piece)
		if ok != wire.ValidJSON(piece) {
			t.Errorf("parsed %v", ok)
		}
		for _, s := range []string{got.Text, got.Thoughts, got.IDs.CID, got.IDs.RID, got.IDs.RCID, got.Served.ID, got.Token} {
			if !utf8.ValidString(s) {
				t.Errorf("%q is no text", s)
			}
		}
	})
}
