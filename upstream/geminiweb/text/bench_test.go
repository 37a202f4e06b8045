package text_test

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

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

// BenchmarkBusy reads an answer of 1 MB full of components, marks and escapes, and
// beside it a plain one, in frames of 4 KB. The ratio has a target of 2.
func BenchmarkBusy(b *testing.B) {
	const part = "<Sequence>\n  <Step title=\"Boil the water\" subtitle=\"takes > 3 minutes\">\n    Use **fresh** water in my\\_new\\_kettle, never more than \\<two\\> litres[cite: 1, 2].\n  </Step>\n</Sequence>\n" +
		"The [Kettle](http://googleusercontent.com/shopping_content/0) is &quot;it&quot;. See [go](https://www.google.com/search?q=https://go.dev) `x` $y$.\n<FollowUp label=\"a\" query=\"b\"/>\n"
	const size = 1 << 20
	plain := wiretest.JoinBody(wiretest.GrowingRows(wiretest.WriteProse(size), 4<<10)...)
	busy := wiretest.JoinBody(wiretest.GrowingRows(strings.Repeat(part, size/len(part)+1)[:size], 4<<10)...)
	var plainTime, busyTime time.Duration
	for b.Loop() {
		start := time.Now()
		readBody(chunks{strings.NewReader(plain)})
		plainTime += time.Since(start)
		start = time.Now()
		readBody(chunks{strings.NewReader(busy)})
		busyTime += time.Since(start)
	}
	b.ReportMetric(float64(busyTime)/float64(plainTime), "busy/plain")
}
