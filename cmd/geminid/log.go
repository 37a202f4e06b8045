package main

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"os"
	"time"

	"github.com/geminid/geminid/internal/logwriter"
)

// openLog returns the server's log on standard error and the writer in front of it, so
// that no reader of the log holds up the server. The caller ends it by closeLog.
func openLog(format string, level slog.Leveler) (output *logwriter.Writer, logger *slog.Logger) {
	output = logwriter.New(logwriter.Config{
		Destination: os.Stderr,
		Resumed: func(lost uint64) {
			logger.Warn("log records were lost because the log took nothing more", "count", lost)
		},
	})
	logger = newLogger(output, format, level)
	return output, logger
}

// lastWords is how long the end waits for a log that takes nothing.
const lastWords = 2 * time.Second

func closeLog(output *logwriter.Writer) {
	ctx, cancel := context.WithTimeout(context.Background(), lastWords)
	defer cancel()
	_ = output.Close(ctx) // there is no place left to report it
}

// newLogger writes text or JSON. Under systemd the journal adds the time, and
// gets the level in its own way: journalctl -p warning finds it.
func newLogger(w io.Writer, format string, level slog.Leveler) *slog.Logger {
	options := &slog.HandlerOptions{Level: level}
	if os.Getenv("JOURNAL_STREAM") != "" {
		w = journalWriter{w}
		options.ReplaceAttr = func(groups []string, a slog.Attr) slog.Attr {
			if len(groups) == 0 && a.Key == slog.TimeKey {
				return slog.Attr{}
			}
			return a
		}
	}
	if format == "json" {
		return slog.New(slog.NewJSONHandler(w, options))
	}
	return slog.New(slog.NewTextHandler(w, options))
}

// journalWriter puts the priority that sd-daemon(3) asks for before each record. A
// handler writes one record a call, and without a time the level is its first
// word.
type journalWriter struct{ w io.Writer }

var priorities = []struct{ level, mark string }{
	{"ERROR", "<3>"}, {"WARN", "<4>"}, {"INFO", "<6>"}, {"DEBUG", "<7>"},
}

// Write implements io.Writer.
func (j journalWriter) Write(record []byte) (int, error) {
	head := record[:min(len(record), 16)]
	for _, p := range priorities {
		if bytes.Contains(head, []byte("level="+p.level)) || bytes.Contains(head, []byte(`"level":"`+p.level)) {
			if _, err := j.w.Write(append([]byte(p.mark), record...)); err != nil {
				return 0, err
			}
			return len(record), nil
		}
	}
	return j.w.Write(record)
}
