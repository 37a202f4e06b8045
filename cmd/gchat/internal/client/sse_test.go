package client

import (
	"bytes"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
)

// collect reads all events of a stream.
func collect(r io.Reader) (list []string, err error) {
	for data, err := range readEvents(r) {
		if err != nil {
			return list, err
		}
		list = append(list, string(data))
	}
	return list, nil
}

func TestEvents(t *testing.T) {
	tests := []struct {
		name, stream string
		want         []string
	}{
		{"one", "data: a\n\n", []string{"a"}},
		{"without a blank", "data:a\n\n", []string{"a"}},
		{"one blank only belongs to the field", "data:  a\n\n", []string{" a"}},
		{"several", "data: a\n\ndata: b\n\n", []string{"a", "b"}},
		{"lines of one event", "data: a\ndata: b\n\n", []string{"a\nb"}},
		{"empty data counts", "data:\n\ndata\n\n", []string{"", ""}},
		{"comments and other fields", ": ping\n\nevent: x\nid: 1\nretry: 5\ndata: a\ndatas: b\n\n", []string{"a"}},
		{"CRLF", "data: a\r\n\r\ndata: b\r\n\r\n", []string{"a", "b"}},
		{"CR", "data: a\r\rdata: b\r\r", []string{"a", "b"}},
		{"mixed", "data: a\r\ndata: b\n\rdata: c\n\n", []string{"a\nb", "c"}},
		{"cut event", "data: a\n\ndata: b\n", []string{"a"}},
		{"cut line", "data: a\n\ndata: b", []string{"a"}},
		{"empty", "", nil},
		{"colons in the data", "data: a: b\n\n", []string{"a: b"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			for name, r := range map[string]io.Reader{
				"whole":   strings.NewReader(tt.stream),
				"by byte": iotest.OneByteReader(strings.NewReader(tt.stream)),
			} {
				if got, err := collect(r); err != nil || !slices.Equal(got, tt.want) {
					t.Errorf("%s: got %q, %v, want %q", name, got, err, tt.want)
				}
			}
		})
	}
}

// TestEventsAtOnce wants an event as soon as its last byte is there, also when
// lines end with CR, where the next byte could be an LF.
func TestEventsAtOnce(t *testing.T) {
	for _, stream := range []string{"data: a\n\n", "data: a\r\r", "data: a\r\n\r"} {
		r, w := io.Pipe()
		go func() { _, _ = io.WriteString(w, stream) }()
		for data, err := range readEvents(r) {
			if err != nil || string(data) != "a" {
				t.Errorf("%q: got %q, %v", stream, data, err)
			}
			break
		}
		r.Close()
	}
}

func TestEventsErrors(t *testing.T) {
	long := "data: " + strings.Repeat("x", maxEvent) + "\n\n"
	if _, err := collect(strings.NewReader(long)); !errors.Is(err, errLongEvent) {
		t.Errorf("a long line: got %v, want %v", err, errLongEvent)
	}
	many := strings.Repeat("data: "+strings.Repeat("x", 1<<20)+"\n", 9) + "\n"
	if _, err := collect(strings.NewReader(many)); !errors.Is(err, errLongEvent) {
		t.Errorf("many lines: got %v, want %v", err, errLongEvent)
	}
	broken := io.MultiReader(strings.NewReader("data: a\n\ndata: b"), iotest.ErrReader(io.ErrClosedPipe))
	if got, err := collect(broken); !errors.Is(err, io.ErrClosedPipe) || !slices.Equal(got, []string{"a"}) {
		t.Errorf("a broken stream: got %q, %v", got, err)
	}
}

// FuzzEvents wants the same events however the bytes arrive and whatever ends
// the lines, and never more data than there was.
func FuzzEvents(f *testing.F) {
	f.Add([]byte("data: {\"choices\":[]}\n\n: ping\n\ndata: [DONE]\n\n"))
	f.Add([]byte("data:a\r\n\r\ndata\rdata: b\r\r\nevent: x\n"))
	f.Fuzz(func(t *testing.T, stream []byte) {
		want, err := collect(bytes.NewReader(stream))
		if err != nil {
			t.Fatal(err)
		}
		if got := strings.Join(want, ""); len(got) > len(stream) {
			t.Fatalf("%d bytes of data from %d", len(got), len(stream))
		}
		for name, r := range map[string]io.Reader{
			"by byte":  iotest.OneByteReader(bytes.NewReader(stream)),
			"by halfs": iotest.HalfReader(bytes.NewReader(stream)),
		} {
			if got, err := collect(r); err != nil || !slices.Equal(got, want) {
				t.Errorf("%s: got %q, %v, want %q", name, got, err, want)
			}
		}
		if plain := bytes.ReplaceAll(stream, []byte("\r"), nil); len(plain) == len(stream) {
			windows := bytes.ReplaceAll(stream, []byte("\n"), []byte("\r\n"))
			if got, err := collect(bytes.NewReader(windows)); err != nil || !slices.Equal(got, want) {
				t.Errorf("with CRLF: got %q, %v, want %q", got, err, want)
			}
		}
	})
}
