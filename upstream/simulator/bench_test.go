package simulator_test

import (
	"io"
	"testing"

	"github.com/geminid/geminid/upstream/simulator"
)

// BenchmarkGenerate is what an answer costs as a load source, in memory.
func BenchmarkGenerate(b *testing.B) {
	for _, bb := range []struct{ name, prompt string }{
		{"short", "[bytes 256] [long 2048]"}, {"stream25", "[frames 25] [long 2048]"}, {"64KiB", "[long 65536]"}, {"1MiB", "[long 1048576]"},
	} {
		b.Run(bb.name, func(b *testing.B) {
			s := simulator.New(simulator.Config{TokenOptional: true})
			have := s.AddSession(simulator.SessionConfig{})
			b.ReportAllocs()
			var n int64
			for b.Loop() {
				resp, err := openStream(b.Context(), s, have, bb.prompt)
				if err != nil {
					b.Fatal(err)
				}
				m, err := io.Copy(io.Discard, resp.Body)
				if err != nil {
					b.Fatal(err)
				}
				resp.Body.Close()
				n += m
			}
			j := s.Journal()
			b.SetBytes(n / int64(b.N))
			b.ReportMetric(float64(j[len(j)-1].Frames*b.N)/b.Elapsed().Seconds(), "frames/s")
		})
	}
}
