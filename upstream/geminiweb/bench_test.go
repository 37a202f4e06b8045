package geminiweb_test

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/geminid/geminid/upstream/geminiweb"
)

// BenchmarkFrames reads whole answers in frames of 4 KB of new text, as the
// client does it, and beside it lets json.Valid look at every frame: the least
// that any full decoder would do.
func BenchmarkFrames(b *testing.B) {
	for _, kb := range []int{64, 256, 1024} {
		rows := growing(prose(kb<<10), 4<<10)
		wire := body(rows...)
		each := frames(rows)
		b.Run(fmt.Sprintf("scan/%dKB", kb), func(b *testing.B) {
			b.SetBytes(int64(len(wire)))
			b.ReportAllocs()
			for b.Loop() {
				if n := geminiweb.ReadBody(chunks{strings.NewReader(wire)}); n != len(each)+2 {
					b.Fatal("frames", n)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(len(wire)), "ns/wire-byte")
		})
		b.Run(fmt.Sprintf("json.Valid/%dKB", kb), func(b *testing.B) {
			b.SetBytes(int64(len(wire)))
			for b.Loop() {
				for _, row := range each {
					if !json.Valid(row) {
						b.Fatal("invalid")
					}
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(len(wire)), "ns/wire-byte")
		})
	}
}

// chunks reads as a TLS connection does, 16 KB at a time.
type chunks struct{ src io.Reader }

func (c chunks) Read(p []byte) (int, error) { return c.src.Read(p[:min(len(p), 16<<10)]) }
