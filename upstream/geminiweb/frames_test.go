package geminiweb_test

import (
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/geminid/geminid/upstream/geminiweb"
)

func TestFrames(t *testing.T) {
	t.Parallel()
	const a, b, emoji = `[["di",42]]`, `[["e",4,null,null,25]]`, `[["x","日本語 😀 ��"]]`
	tests := []struct {
		name, body string
		want       []string
		lost       int
		err        error
	}{
		{name: "lengths", body: guard + frame(a) + frame(emoji) + frame(b), want: []string{a, emoji, b}},
		{name: "no guard", body: frame(a) + frame(b), want: []string{a, b}},
		{name: "empty", body: "", want: nil},
		{name: "guard only", body: guard, want: nil},
		{name: "no lengths", body: guard + a + "\n" + b, want: []string{a, b}},
		{name: "one line without newline", body: guard + a, want: []string{a}},
		{name: "length one too long", body: "14\n" + a + "\n25\n" + b + "\n", want: []string{a, b}},
		{name: "length one too short", body: "12\n" + a + "\n23\n" + b + "\n", want: []string{a, b}},
		{name: "length far too long", body: "9000\n" + a + "\n" + frame(b), want: []string{a, b}},
		{name: "length far too short", body: "2\n" + a + "\n" + frame(b), want: []string{a, b}},
		{name: "length zero", body: "0\n" + a + "\n" + frame(b), want: []string{a, b}},
		{name: "bytes counted for emoji", body: "40\n" + emoji + "\n" + frame(b), want: []string{emoji, b}},
		{name: "newline inside", body: frame("[\"日本語\",\n\"日\"]") + frame(b), want: []string{"[\"日本語\",\n\"日\"]", b}},
		{name: "carriage returns", body: ")]}'\r\n\r\n" + a + "\r\n" + b + "\r\n", want: []string{a, b}},
		{name: "last newline missing", body: guard + frame(a) + "24\n" + b, want: []string{a, b}},
		{name: "junk line", body: guard + frame(a) + "<html>\n" + frame(b), want: []string{a, b}, lost: 1},
		{name: "too many digits", body: "99999999999\n" + frame(b), want: []string{b}, lost: 0},
		{name: "torn in the array", body: guard + frame(a) + "24\n" + b[:9], want: []string{a}, err: io.ErrUnexpectedEOF},
		{name: "torn in the length", body: guard + frame(a) + "24", want: []string{a}, err: io.ErrUnexpectedEOF},
		{name: "torn in the guard", body: ")]", err: io.ErrUnexpectedEOF},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			for name, src := range map[string]io.Reader{
				"whole": strings.NewReader(tt.body),
				"bytes": iotest.OneByteReader(strings.NewReader(tt.body)),
				"eof":   iotest.DataErrReader(strings.NewReader(tt.body)),
			} {
				got, lost, err := geminiweb.Frames(src)
				got = slices.DeleteFunc(got, func(s string) bool { return s == "99999999999" })
				if !slices.Equal(got, tt.want) || lost != tt.lost || !errors.Is(err, tt.err) {
					t.Errorf("%s: got %q, %d lost, %v; want %q, %d lost, %v", name, got, lost, err, tt.want, tt.lost, tt.err)
				}
			}
		})
	}
}

func TestFramesReportTheSourcesError(t *testing.T) {
	t.Parallel()
	reset := errors.New("connection reset")
	src := io.MultiReader(strings.NewReader(guard+frame(`[1]`)+"5\n["), iotest.ErrReader(reset))
	got, _, err := geminiweb.Frames(src)
	if !slices.Equal(got, []string{"[1]"}) || !errors.Is(err, reset) {
		t.Errorf("got %q, %v; want the first frame and the reset", got, err)
	}
}

func TestFramesManyBuffers(t *testing.T) {
	t.Parallel()
	text := prose(100_000)
	rows := growing(text, 7001)
	got, lost, err := geminiweb.Frames(iotest.HalfReader(strings.NewReader(body(rows...))))
	if err != nil || lost != 0 || len(got) != len(rows)+2 {
		t.Fatalf("got %d frames, %d lost, %v; want %d", len(got), lost, err, len(rows)+2)
	}
	if !slices.Equal(got[:len(rows)], rows) {
		t.Error("a frame changed on the way")
	}
}

// A thousand streams that wait must not hold a thousand buffers.
func TestFramerWaitsWithoutBuffer(t *testing.T) {
	t.Parallel()
	short, long := frame(wire{text: "x"}.row()), frame(wire{text: prose(8 << 10)}.row())
	got, held := geminiweb.HeldWhileWaiting(guard, short, long, short, short+short[:20], short[20:], long)
	if got != 6 || held != 0 {
		t.Errorf("%d frames, %d waits with an empty buffer; want 6 and 0", got, held)
	}
}

func FuzzFrames(f *testing.F) {
	f.Add([]byte(body(growing(prose(3000), 500)...)))
	f.Add([]byte(guard + "12\n[[\"😀\"]]\n9999999\n[1]\n"))
	f.Add([]byte("0\n0\n0\n[]\n)]}'"))
	for _, capture := range captures(f) {
		f.Add(capture.raw)
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		whole, lost, err := geminiweb.Frames(strings.NewReader(string(raw)))
		split, lostSplit, errSplit := geminiweb.Frames(iotest.OneByteReader(strings.NewReader(string(raw))))
		if !slices.Equal(whole, split) || lost != lostSplit || !errors.Is(errSplit, err) {
			t.Errorf("whole %q %d %v, split %q %d %v", whole, lost, err, split, lostSplit, errSplit)
		}
	})
}
