package main

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/geminid/geminid/supervisor/status"
)

// commandResult is the answer to a command on an account: a verdict, or for a
// probe and a rotation the evidence with its detail.
type commandResult struct {
	status.Verdict
	Detail string `json:"detail"`
}

// String returns the result in one line, and one more for each warning.
func (r commandResult) String() string {
	words := []string{}
	for _, word := range []string{string(r.Result), r.Code, cmp.Or(r.Message, r.Detail)} {
		if word != "" {
			words = append(words, word)
		}
	}
	line := strings.Join(words, ": ")
	if r.State != "" {
		line = strings.TrimPrefix(fmt.Sprintf("%s (%s is %s)", line, r.Account, r.State), " ")
	}
	for _, w := range r.Warnings {
		line += fmt.Sprintf("\n%s: %s", w.Code, w.Message)
	}
	return line
}
