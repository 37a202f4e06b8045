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
	// Its array seems to end before the newline, and only its units say more.
	const inner1 = "[\"\uffff😀日本語日本語\",[1]\n,2]"
	frame1 := wiretest.FrameRow(inner1)
	tests := []struct {
		name, body string
		want       []string
		lost       int
		err        error
	}{
		{name: "lengths", body: wiretest.Guard + wiretest.FrameRow(a) + wiretest.FrameRow(emoji) + wiretest.FrameRow(b), want: []string{a, emoji, b}},
		{name: "no guard", body: wiretest.FrameRow(a) + wiretest.FrameRow(b), want: []string{a, b}},
		{name: "empty", body: "", want: nil},
		{name: "wiretest.Guard only", body: wiretest.Guard, want: nil},
		{name: "no lengths", body: wiretest.Guard + a + "\n" + b, want: []string{a, b}},
		{name: "one line without newline", body: wiretest.Guard + a, want: []string{a}},
		{name: "length one too long", body: "14\n" + a + "\n25\n" + b + "\n", want: []string{a, b}},
		{name: "length one too short", body: "12\n" + a + "\n23\n" + b + "\n", want: []string{a, b}},
		{name: "length far too long", body: "9000\n" + a + "\n" + wiretest.FrameRow(b), want: []string{a, b}},
		{name: "length far too short", body: "2\n" + a + "\n" + wiretest.FrameRow(b), want: []string{a, b}},
		{name: "length zero", body: "0\n" + a + "\n" + wiretest.FrameRow(b), want: []string{a, b}},
		{name: "bytes counted for emoji", body: "40\n" + emoji + "\n" + wiretest.FrameRow(b), want: []string{emoji, b}},
		{name: "newline inside", body: wiretest.FrameRow("[\"日本語\",\n\"日\"]") + wiretest.FrameRow(b), want: []string{"[\"日本語\",\n\"日\"]", b}},
		{name: "bracket before a newline inside", body: frame1 + wiretest.FrameRow(b), want: []string{inner1, b}},
		{name: "length without an array", body: "5\n\n" + wiretest.FrameRow(a), want: []string{a}},
		{name: "length too long at the end", body: wiretest.FrameRow(a) + "9000\n" + b + "\n", want: []string{a, b}},
		{name: "length too long, and nothing else", body: "9000\n" + b, want: []string{b}},
		{name: "length too long before many", body: "40\n" + a + "\n" + strings.Repeat(wiretest.FrameRow(b), 3), want: []string{a, b, b, b}},
		{name: "many frames in the last read", body: strings.Repeat(wiretest.FrameRow(b), 20), want: slices.Repeat([]string{b}, 20)},
		{name: "guard between frames", body: wiretest.FrameRow(a) + wiretest.Guard + wiretest.FrameRow(emoji), want: []string{a, emoji}},
		{name: "carriage returns", body: ")]}'\r\n\r\n" + a + "\r\n" + b + "\r\n", want: []string{a, b}},
		{name: "last newline missing", body: wiretest.Guard + wiretest.FrameRow(a) + "24\n" + b, want: []string{a, b}},
		{name: "junk line", body: wiretest.Guard + wiretest.FrameRow(a) + "<html>\n" + wiretest.FrameRow(b), want: []string{a, b}, lost: 1},
		{name: "too many digits", body: "99999999999\n" + wiretest.FrameRow(b), want: []string{b}, lost: 0},
		{name: "torn in the array", body: wiretest.Guard + wiretest.FrameRow(a) + "24\n" + b[:9], want: []string{a}, err: io.ErrUnexpectedEOF},
		{name: "torn in the length", body: wiretest.Guard + wiretest.FrameRow(a) + "24", want: []string{a}, err: io.ErrUnexpectedEOF},
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
	src := io.MultiReader(strings.NewReader(wiretest.Guard+wiretest.FrameRow(`[1]`)+"5\n["), iotest.ErrReader(reset))
	got, _, err := readFrames(src)
	if !slices.Equal(got, []string{"[1]"}) || !errors.Is(err, reset) {
		t.Errorf("got %q, %v; want the first frame and the reset", got, err)
	}
}

func TestFramesManyBuffers(t *testing.T) {
	t.Parallel()
	text := wiretest.WriteProse(100_000)
	rows := wiretest.GrowingRows(text, 7001)
	got, lost, err := readFrames(iotest.HalfReader(strings.NewReader(wiretest.JoinBody(rows...))))
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
	short, long := wiretest.FrameRow(wiretest.Row{Text: "x"}.String()), wiretest.FrameRow(wiretest.Row{Text: wiretest.WriteProse(8 << 10)}.String())
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

// However the network cuts a body, the frames are the same, and those with a
// right length are found without counting.
func TestFramesInTwoPieces(t *testing.T) {
	t.Parallel()
	rows := []string{`[["di",42]]`, `[["x","日本語 😀 ￿"]]`, "[\"日本語日本語\"]", `[["e",4,null,null,25]]`}
	body := wiretest.Guard
	for _, row := range rows {
		body += wiretest.FrameRow(row) + ")]}'\n"
	}
	for i := range len(body) + 1 {
		src := &pieces{rest: slices.DeleteFunc([]string{body[:i], body[i:]}, func(s string) bool { return s == "" }), before: func() {}}
		r := frame.NewReader(src)
		var got []string
		for {
			piece, err := r.ReadFrame()
			if err != nil {
				break
			}
			if !r.Jumped() {
				t.Errorf("cut at %d: %s was counted", i, piece)
			}
			got = append(got, string(piece))
		}
		r.Release()
		if !slices.Equal(got, rows) {
			t.Errorf("cut at %d: got %q", i, got)
		}
	}
}

// counter counts the calls and the bytes of its source.
type counter struct {
	src          io.Reader
	calls, bytes int
}

func (c *counter) Read(p []byte) (int, error) {
	n, err := c.src.Read(p)
	c.calls, c.bytes = c.calls+1, c.bytes+n
	return n, err
}

// endless is a source of letters.
type endless struct{}

func (endless) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = 'x'
	}
	return len(p), nil
}

// A frame without an end is given up at 64 MiB.
func TestFrameTooLong(t *testing.T) {
	t.Parallel()
	for _, start := range []string{"[", "999999999\n["} {
		src := &counter{src: io.MultiReader(strings.NewReader(start), endless{})}
		r := frame.NewReader(src)
		_, err := r.ReadFrame()
		_, again := r.ReadFrame()
		if !errors.Is(err, frame.ErrTooLong) || !errors.Is(again, frame.ErrTooLong) || src.bytes > 64<<20 {
			t.Errorf("%q: got %v after %d bytes, then %v", start, err, src.bytes, again)
		}
		r.Release()
	}
}

// A long frame is read in few calls, and a stream of long frames allocates its
// buffer once.
func TestReaderBuffersLongFrames(t *testing.T) {
	row := wiretest.Row{Text: wiretest.WriteProse(1 << 20)}.String()
	src := &counter{src: strings.NewReader(wiretest.Guard + wiretest.FrameRow(row))}
	r := frame.NewReader(src)
	if piece, err := r.ReadFrame(); err != nil || string(piece) != row {
		t.Fatalf("got %d bytes, %v", len(piece), err)
	}
	if src.calls > 12 {
		t.Errorf("%d reads for a frame of 1 MiB", src.calls)
	}
	r.Release()

	read := func(body *pieces, frames int) float64 {
		return testing.AllocsPerRun(5, func() {
			src := pieces{rest: slices.Clone(body.rest), before: func() {}}
			r := frame.NewReader(&src)
			defer r.Release()
			for range frames {
				if _, err := r.ReadFrame(); err != nil {
					t.Fatal(err)
				}
			}
		})
	}
	long := wiretest.FrameRow(wiretest.Row{Text: wiretest.WriteProse(100 << 10)}.String())
	few, many := read(&pieces{rest: slices.Repeat([]string{long}, 2)}, 2), read(&pieces{rest: slices.Repeat([]string{long}, 30)}, 30)
	if many > few+5 {
		t.Errorf("%.0f allocations for 2 long frames, %.0f for 30", few, many)
	}
	short := strings.Repeat(wiretest.FrameRow(wiretest.Row{Text: "x"}.String()), 5000)
	if got := read(&pieces{rest: []string{short}}, 5000); got > 5 {
		t.Errorf("%.0f allocations for many short frames in one piece", got)
	}
}

func FuzzFrames(f *testing.F) {
	f.Add([]byte(wiretest.JoinBody(wiretest.GrowingRows(wiretest.WriteProse(3000), 500)...)))
	f.Add([]byte(wiretest.Guard + "12\n[[\"😀\"]]\n9999999\n[1]\n"))
	f.Add([]byte("0\n0\n0\n[]\n)]}'"))
	for _, capture := range wiretest.LoadCaptures(f, "../testdata/captures") {
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
