package contain_test

import (
	"errors"
	"log/slog"
	"strings"
	"testing"

	"github.com/geminid/geminid/internal/contain"
)

// secret is what a panic may hold and nobody may read.
const secret = "a prompt"

func fall() error { panic(secret) }

func outOfRange() error {
	var none []string
	_ = none[len(secret)]
	return nil
}

func TestCall(t *testing.T) {
	plain := errors.New("plain")
	if err := contain.Call(func() error { return plain }); err != plain {
		t.Errorf("an error came back as %v", err)
	}
	if err := contain.Call(func() error { return nil }); err != nil {
		t.Errorf("success came back as %v", err)
	}
	for _, tt := range []struct {
		f           func() error
		text, place string
	}{
		{fall, "a value of type string", "contain_test.fall"},
		{outOfRange, "runtime error: index out of range [8] with length 0", "contain_test.outOfRange"},
	} {
		err := contain.Call(tt.f)
		panicked, ok := errors.AsType[*contain.PanicError](err)
		if !ok || panicked.Text != tt.text || !strings.Contains(panicked.Stack, tt.place) {
			t.Errorf("got %v, want %q at %s", err, tt.text, tt.place)
			continue
		}
		if strings.Contains(err.Error()+panicked.Stack, secret) || strings.Contains(err.Error(), "\n") {
			t.Errorf("the error says too much: %s", err)
		}
	}
}

func TestLog(t *testing.T) {
	var log strings.Builder
	logger := slog.New(slog.NewTextHandler(&log, nil))
	done := false
	contain.Log(logger, "probe", func() { done = true })
	if !done || log.Len() > 0 {
		t.Errorf("done %v, logged %s", done, log.String())
	}
	contain.Log(logger, "probe", func() { _ = fall() })
	if text := log.String(); !strings.Contains(text, "level=ERROR") || !strings.Contains(text, "work=probe") ||
		!strings.Contains(text, "contain_test.fall") || strings.Contains(text, secret) {
		t.Errorf("logged %s", text)
	}
}
