package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/signal"
)

type modelsCommand struct {
	JSON bool `help:"Print a JSON array."`
}

// Run prints one model a line.
func (m modelsCommand) Run(c *console, s *settings) error {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	ids, err := s.client().models(ctx)
	if err != nil {
		return err
	}
	if m.JSON {
		return json.NewEncoder(c.out).Encode(ids)
	}
	for _, id := range ids {
		fmt.Fprintln(c.out, printable(id))
	}
	return nil
}
