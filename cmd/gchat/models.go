package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/signal"

	"github.com/geminid/geminid/cmd/gchat/internal/terminal"
	"github.com/geminid/geminid/internal/printable"
)

type modelsCommand struct {
	JSON bool `help:"Print a JSON array."`
}

// Run prints one model a line.
func (m modelsCommand) Run(c *terminal.Console, s *settings) error {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	ids, err := s.newClient().ListModels(ctx)
	if err != nil {
		return err
	}
	if m.JSON {
		return json.NewEncoder(c.Out).Encode(ids)
	}
	for _, id := range ids {
		fmt.Fprintln(c.Out, printable.Text(id))
	}
	return nil
}
