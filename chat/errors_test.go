package chat_test

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/geminid/geminid/chat"
)

func TestErrorText(t *testing.T) {
	plain := chat.NewError(chat.Quota, "slow down")
	if got := plain.Error(); got != "slow down" || plain.Kind != chat.Quota {
		t.Errorf("got %q, kind %d", got, plain.Kind)
	}
	caused := &chat.Error{Kind: chat.Upstream, Message: "the upstream broke", Err: io.ErrUnexpectedEOF}
	if got := caused.Error(); got != "the upstream broke: unexpected EOF" || !errors.Is(caused, io.ErrUnexpectedEOF) {
		t.Errorf("got %q", got)
	}
}

func TestAsError(t *testing.T) {
	quota := chat.NewError(chat.Quota, "slow down")
	foreign := errors.New("dial tcp 10.0.0.1: refused")
	tests := []struct {
		name string
		err  error
		want *chat.Error // nil for the fixed message
	}{
		{"itself", quota, quota},
		{"wrapped", fmt.Errorf("generating: %w", quota), quota},
		{"joined", errors.Join(foreign, quota), quota},
		{"foreign", foreign, nil},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got := chat.AsError(test.err)
			if test.want != nil {
				if got != test.want {
					t.Errorf("got %v", got)
				}
				return
			}
			if got.Kind != chat.Internal || strings.Contains(got.Message, "10.0.0.1") || !errors.Is(got, foreign) {
				t.Errorf("got kind %d, message %q, cause %v", got.Kind, got.Message, got.Err)
			}
		})
	}
}
