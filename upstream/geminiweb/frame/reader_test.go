package frame_test

import (
	"encoding/json"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/geminid/geminid/upstream/geminiweb/frame"
	"github.com/geminid/geminid/upstream/geminiweb/internal/wiretest"
)

// readFrames reads a body as the client does: a frame that is not JSON is cut
// again. lost counts the frames that no cut made valid.
func readFrames(body io.Reader) (frames []string, lost int, err error) {
	r := frame.NewReader(body)
	defer r.Release()
	for {
		piece, err := r.ReadFrame()
		if errors.Is(err, io.EOF) {
			return frames, lost, nil
		}
		if err != nil {
			return frames, lost, err
		}
		if json.Valid(piece) {
			frames = append(frames, string(piece))
		} else if !r.CutAgain() {
			lost++
		}
	}
}

func TestReadFrame(t *testing.T) {
	t.Parallel()
	const a, b, emoji = `[["di",42]]`, `[["e",4,null,null,25]]`, `[["x","日本語 😀 ��"]]`
	tests := []struct {
		name, body string
		want       []string
		lost       int
		err        error
	}{
		{name: "lengths", body: wiretest.Guard + wiretest.Frame(a) + wiretest.Frame(emoji) + wiretest.Frame(b), want: []string{a, emoji, b}},
		{name: "no guard", body: wiretest.Frame(a) + wiretest.Frame(b), want: []string{a, b}},
		{name: "empty", body: "", want: nil},
		{name: "wiretest.Guard only", body: wiretest.Guard, want: nil},
		{name: "no lengths", body: wiretest.Guard + a + "\n" + b, want: []string{a, b}},
		{name: "one line without newline", body: wiretest.Guard + a, want: []string{a}},
		{name: "length one too long", body: "14\n" + a + "\n25\n" + b + "\n", want: []string{a, b}},
		{name: "length one too short", body: "12\n" + a + "\n23\n" + b + "\n", want: []string{a, b}},
		{name: "length far too long", body: "9000\n" + a + "\n" + wiretest.Frame(b), want: []string{a, b}},
		{name: "length far too short", body: "2\n" + a + "\n" + wiretest.Frame(b), want: []string{a, b}},
		{name: "length zero", body: "0\n" + a + "\n" + wiretest.Frame(b), want: []string{a, b}},
		{name: "bytes counted for emoji", body: "40\n" + emoji + "\n" + wiretest.Frame(b), want: []string{emoji, b}},
		{name: "newline inside", body: wiretest.Frame("[\"日本語\",\n\"日\"]") + wiretest.Frame(b), want: []string{"[\"日本語\",\n\"日\"]", b}},
		{name: "carriage returns", body: ")]}'\r\n\r\n" + a + "\r\n" + b + "\r\n", want: []string{a, b}},
		{name: "last newline missing", body: wiretest.Guard + wiretest.Frame(a) + "24\n" + b, want: []string{a, b}},
		{name: "junk line", body: wiretest.Guard + wiretest.Frame(a) + "<html>\n" + wiretest.Frame(b), want: []string{a, b}, lost: 1},
		{name: "too many digits", body: "99999999999\n" + wiretest.Frame(b), want: []string{b}, lost: 0},
		{name: "torn in the array", body: wiretest.Guard + wiretest.Frame(a) + "24\n" + b[:9], want: []string{a}, err: io.ErrUnexpectedEOF},
		{name: "torn in the length", body: wiretest.Guard + wiretest.Frame(a) + "24", want: []string{a}, err: io.ErrUnexpectedEOF},
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
				got, lost, err := readFrames(src)
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
	src := io.MultiReader(strings.NewReader(wiretest.Guard+wiretest.Frame(`[1]`)+"5\n["), iotest.ErrReader(reset))
	got, _, err := readFrames(src)
	if !slices.Equal(got, []string{"[1]"}) || !errors.Is(err, reset) {
		t.Errorf("got %q, %v; want the first frame and the reset", got, err)
	}
}

func TestFramesManyBuffers(t *testing.T) {
	t.Parallel()
	text := wiretest.Prose(100_000)
	rows := wiretest.GrowingRows(text, 7001)
	got, lost, err := readFrames(iotest.HalfReader(strings.NewReader(wiretest.Body(rows...))))
	if err != nil || lost != 0 || len(got) != len(rows)+2 {
		t.Fatalf("got %d frames, %d lost, %v; want %d", len(got), lost, err, len(rows)+2)
	}
	if !slices.Equal(got[:len(rows)], rows) {
		t.Error("a frame changed on the way")
	}
}

// pieces is a source that returns one piece per Read and calls before first.
type pieces struct {
	rest   []string
	before func()
}

func (p *pieces) Read(b []byte) (int, error) {
	if len(p.rest) == 0 {
		return 0, io.EOF
	}
	p.before()
	n := copy(b, p.rest[0])
	if p.rest[0] = p.rest[0][n:]; p.rest[0] == "" {
		p.rest = p.rest[1:]
	}
	return n, nil
}

// A thousand streams that wait must not hold a thousand buffers.
func TestReaderWaitsWithoutBuffer(t *testing.T) {
	t.Parallel()
	short, long := wiretest.Frame(wiretest.Row{Text: "x"}.String()), wiretest.Frame(wiretest.Row{Text: wiretest.Prose(8 << 10)}.String())
	src := &pieces{rest: []string{wiretest.Guard, short, long, short, short + short[:20], short[20:], long}}
	r := frame.NewReader(src)
	defer r.Release()
	frames, held := 0, 0
	src.before = func() {
		if r.HoldsIdleBuffer() {
			held++
		}
	}
	for {
		if _, err := r.ReadFrame(); err != nil {
			break
		}
		frames++
	}
	if frames != 6 || held != 0 {
		t.Errorf("%d frames, %d waits with an empty buffer; want 6 and 0", frames, held)
	}
}

func FuzzFrames(f *testing.F) {
	f.Add([]byte(wiretest.Body(wiretest.GrowingRows(wiretest.Prose(3000), 500)...)))
	f.Add([]byte(wiretest.Guard + "12\n[[\"😀\"]]\n9999999\n[1]\n"))
	f.Add([]byte("0\n0\n0\n[]\n)]}'"))
	for _, capture := range wiretest.Captures(f, "../testdata/captures") {
		f.Add(capture.Raw)
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		whole, lost, err := readFrames(strings.NewReader(string(raw)))
		split, lostSplit, errSplit := readFrames(iotest.OneByteReader(strings.NewReader(string(raw))))
		if !slices.Equal(whole, split) || lost != lostSplit || !errors.Is(errSplit, err) {
			t.Errorf("whole %q %d %v, split %q %d %v", whole, lost, err, split, lostSplit, errSplit)
		}
	})
}
