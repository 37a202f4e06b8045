package text_test

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/geminid/geminid/upstream/geminiweb/frame"
	"github.com/geminid/geminid/upstream/geminiweb/internal/wiretest"
	"github.com/geminid/geminid/upstream/geminiweb/text"
)

// BenchmarkDecode reads whole answers in frames of 4 KB of new text, as the
// client does it, and beside it lets json.Valid look at every frame: the least
// that any full decoder would do.
func BenchmarkDecode(b *testing.B) {
	for _, kb := range []int{64, 256, 1024} {
		rows := wiretest.GrowingRows(wiretest.WriteProse(kb<<10), 4<<10)
		body := wiretest.JoinBody(rows...)
		each := wiretest.RowBytes(rows)
		b.Run(fmt.Sprintf("scan/%dKB", kb), func(b *testing.B) {
			b.SetBytes(int64(len(body)))
			b.ReportAllocs()
			for b.Loop() {
				if n := readBody(chunks{strings.NewReader(body)}); n != len(each)+2 {
					b.Fatal("frames", n)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(len(body)), "ns/wire-byte")
		})
		b.Run(fmt.Sprintf("json.Valid/%dKB", kb), func(b *testing.B) {
			b.SetBytes(int64(len(body)))
			for b.Loop() {
				for _, row := range each {
					if !json.Valid(row) {
						b.Fatal("invalid")
					}
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(len(body)), "ns/wire-byte")
		})
	}
}

// readBody reads a whole body as a stream does and returns how many frames it
// has.
func readBody(src io.Reader) (n int) {
	f := frame.NewReader(src)
	defer f.Release()
	d := text.NewDecoder(text.Incremental)
	defer d.Release()
	for {
		piece, err := f.ReadFrame()
		if err != nil {
			return n
		}
		if delta, ok := d.DecodeFrame(piece); ok {
			_ = string(delta.Text)
			n++
		}
	}
}

// chunks reads as a TLS connection does, 16 KB at a time.
type chunks struct{ src io.Reader }

func (c chunks) Read(p []byte) (int, error) { return c.src.Read(p[:min(len(p), 16<<10)]) }
