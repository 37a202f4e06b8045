package client

import (
	"bytes"
	"context"
	"encoding/json"

	"github.com/geminid/geminid/supervisor/status"
)

// FetchStatus returns the report about the server's sessions, and the JSON that
// it was read from.
func (c *Client) FetchStatus(ctx context.Context) (status.Report, []byte, error) {
	var body json.RawMessage
	var report status.Report
	err := c.getJSON(ctx, "/api/cookies/status", &body, func() (ok bool) {
		var err error
		report, err = status.ParseReport(body)
		return err == nil
	})
	return report, bytes.TrimSpace(body), err
}
