package main

import (
	"context"
	"net/http"
	"strings"
)

type reloadCmd struct{ remoteFlags }

// Run asks the server and prints the changes. A broken configuration changes
// nothing and ends with exit code 78.
func (c *reloadCmd) Run(ctx context.Context) error {
	r, err := c.openRemote()
	if err != nil {
		return err
	}
	var outcome struct {
		Changed []string `json:"changed"`
		Restart []string `json:"restart_needed"`
	}
	status, raw, err := r.callJSON(ctx, http.MethodPost, "/api/reload", nil, &outcome)
	if status == http.StatusBadRequest && err != nil {
		return &exitError{exitConfig, err}
	}
	if err != nil {
		return err
	}
	if c.JSON {
		_, err = stdout.Write(raw)
		return err
	}
	switch {
	case len(outcome.Changed) > 0:
		printf("changed: %s\n", strings.Join(outcome.Changed, ", "))
	case len(outcome.Restart) == 0:
		printf("nothing has changed\n")
	}
	if len(outcome.Restart) > 0 {
		printf("change with a restart only: %s\n", strings.Join(outcome.Restart, ", "))
	}
	return nil
}
