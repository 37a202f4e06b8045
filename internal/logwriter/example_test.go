package logwriter_test

import (
	"context"
	"log/slog"
	"os"

	"github.com/geminid/geminid/internal/logwriter"
)

func ExampleNew() {
	w := logwriter.New(logwriter.Config{Destination: os.Stdout})
	log := slog.New(slog.NewTextHandler(w, &slog.HandlerOptions{
		ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
			if a.Key == slog.TimeKey {
				return slog.Attr{}
			}
			return a
		},
	}))
	log.Info("never waits for the reader of the log")
	_ = w.Close(context.Background())
	// Output: level=INFO msg="never waits for the reader of the log"
}
