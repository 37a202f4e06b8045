package client

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"

	"github.com/geminid/geminid/supervisor/status"
)

// FetchStatus returns the report about the server's sessions, and the JSON that
// it was read from.
func (c *Client) FetchStatus(ctx context.Context) (status.Report, []byte, error) {
	var body json.RawMessage
	if err := c.getJSON(ctx, "/api/cookies/status", &body); err != nil {
		return status.Report{}, nil, err
	}
	report, err := status.ParseReport(body)
	if err != nil {
		err = &APIError{Status: http.StatusOK, message: "the answer is not geminid's: a status was expected"}
	}
	return report, bytes.TrimSpace(body), err
}
