package main

import (
	"context"
	"net/http"
)

type notifyCmd struct {
	Test notifyTestCmd `cmd:"" help:"Send a test message through every channel. Exit 1 when one did not take it."`
}

type notifyTestCmd struct{ remoteFlags }

// Run has the server send, because it is the server's network that must reach
// the receivers.
func (c *notifyTestCmd) Run(ctx context.Context) error {
	r, err := c.openRemote()
	if err != nil {
		return err
	}
	var out struct {
		Channels []struct {
			Channel, Error string
			OK             bool
		}
	}
	_, raw, err := r.callJSON(ctx, http.MethodPost, "/api/notify/test", nil, &out)
	if err != nil {
		return err
	}
	if c.JSON {
		_, _ = stdout.Write(raw)
	}
	failed := false
	for _, channel := range out.Channels {
		word := "sent"
		if !channel.OK {
			word, failed = "failed: "+channel.Error, true
		}
		if !c.JSON {
			printf("%s: %s\n", channel.Channel, word)
		}
	}
	if failed {
		return &silentExit{exitFailure}
	}
	return nil
}
