package main

import (
	"cmp"
	"fmt"
	"time"

	"github.com/geminid/geminid/cookie"
)

// verdict is the server's answer to new cookies.
type verdict struct {
	Account string    `json:"account"`
	Result  string    `json:"result"` // applied, unchanged, parked, rejected, rolled_back
	Code    string    `json:"code"`   // E_… when rejected
	Message string    `json:"message"`
	State   string    `json:"state"`
	Since   time.Time `json:"since"`

	Warnings []cookie.Warning `json:"warnings"`
}

// tell prints a verdict that is good, and returns one that is not as a failure.
func (v verdict) tell(c *console) error {
	switch v.Result {
	case "applied", "unchanged":
		fmt.Fprintf(c.out, "accepted: account %s is %s since %s\n", printable(v.Account), printable(cmp.Or(v.State, "in use")),
			v.Since.Local().Format(time.DateTime))
		if v.Message != "" {
			fmt.Fprintf(c.out, "  %s\n", printable(v.Message))
		}
		for _, w := range v.Warnings {
			fmt.Fprintf(c.out, "  %s: %s\n", printable(string(w.Code)), printable(w.Message))
		}
		return nil
	case "parked":
		return &failure{exitTemporary, "not proven yet: " + v.Message, "the server tries again by itself; gchat cookies status"}
	}
	what := "refused: " + cmp.Or(v.Message, "the server gave no reason")
	if v.Code != "" {
		what = "refused: " + v.Code + ": " + v.Message
	}
	return &failure{exitRefused, what, "the session that was in use stays; " + bringCookies}
}
