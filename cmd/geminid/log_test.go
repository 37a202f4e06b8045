package main

import (
	"bytes"
	"log/slog"
	"strings"
	"testing"
)

func TestJournal(t *testing.T) {
	t.Setenv("JOURNAL_STREAM", "8:1")
	for format, want := range map[string][]string{
		"text": {"<7>level=DEBUG msg=a\n", "<6>level=INFO msg=b\n", "<4>level=WARN msg=c level=ERROR\n", "<3>level=ERROR msg=d\n"},
		"json": {`<7>{"level":"DEBUG","msg":"a"}` + "\n", `<6>{"level":"INFO","msg":"b"}` + "\n", `<4>{"level":"WARN","msg":"c","level":"ERROR"}` + "\n", `<3>{"level":"ERROR","msg":"d"}` + "\n"},
	} {
		var b bytes.Buffer
		log := newLogger(&b, format, slog.LevelDebug)
		log.Debug("a")
		log.Info("b")
		log.Warn("c", "level", "ERROR")
		log.Error("d")
		if b.String() != strings.Join(want, "") {
			t.Errorf("%s:\n%s\nwant\n%s", format, b.String(), strings.Join(want, ""))
		}
	}
}

func TestByHand(t *testing.T) {
	t.Setenv("JOURNAL_STREAM", "")
	var b bytes.Buffer
	newLogger(&b, "text", slog.LevelInfo).Info("a")
	if !strings.HasPrefix(b.String(), "time=") {
		t.Errorf("got %s", b.String())
	}
}
