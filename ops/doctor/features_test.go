package doctor_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/geminid/geminid/ops/doctor"
)

// TestExamineFeatures: each ability is told as it is, and no word of an answer.
func TestExamineFeatures(t *testing.T) {
	const secret = "my-private-words"
	good := map[string]string{
		"gemini-2.5-flash":       `{"content":"Kite. ` + secret + ` [go](https://go.dev) ![a](http://x/files/1) ` + "```py x``` ```y```" + `"}`,
		"gemini-2.5-pro":         `{"content":"No","reasoning_content":"` + secret + `"}`,
		"gemini-2.5-flash-image": `{"content":"![` + secret + `](http://x/files/1)"}`,
		"gemini-canvas":          `{"content":"` + secret + ` and a whole document about kites in the wind"}`,
	}
	tests := []struct {
		name    string
		model   string // whose answer differs
		status  int
		message string
		err     error
		metrics string
		want    string
		level   doctor.Level
	}{
		{name: "all as expected", want: "expected: a picture", level: doctor.Good},
		{name: "an element in the text", model: "gemini-2.5-flash", message: `{"content":"kite <FollowUp/>"}`, want: "changed: an answer without the word", level: doctor.Warning},
		{name: "no thoughts", model: "gemini-2.5-pro", message: `{"content":"No"}`, want: "changed: an answer without thoughts", level: doctor.Warning},
		{name: "no picture", model: "gemini-2.5-flash-image", status: 429, message: `{}`, want: "status 429 instead of a picture", level: doctor.Warning},
		{name: "no server", model: "gemini-canvas", err: errors.New(secret), want: "not asked", level: doctor.Bad},
		{name: "something new", metrics: "geminid_upstream_drift_total{detail=\"77\",sign=\"body_index\"} 1\n", want: "new since the server's start", level: doctor.Note},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			ask := func(_ context.Context, body []byte) (int, []byte, error) {
				var q struct{ Model string }
				if err := json.Unmarshal(body, &q); err != nil {
					t.Fatal(err)
				}
				status, message := http.StatusOK, good[q.Model]
				if q.Model == tt.model {
					message = tt.message
					if tt.status != 0 {
						status = tt.status
					}
					if tt.err != nil {
						return 0, nil, tt.err
					}
				}
				return status, []byte(`{"choices":[{"message":` + message + `}]}`), nil
			}
			metrics := tt.metrics
			if metrics == "" {
				metrics = "x 1\n"
			}
			found := false
			findings := doctor.ExamineFeatures(t.Context(), doctor.Config{Ask: server{"/metrics": metrics}.ask}, ask)
			for _, f := range findings {
				if strings.Contains(f.Text+f.Fix, secret) {
					t.Errorf("%s repeats an answer: %q", f.Group, f.Text)
				}
				found = found || strings.Contains(f.Text, tt.want) && f.Level == tt.level
			}
			if !found {
				t.Errorf("%q at level %s is not among %+v", tt.want, tt.level, findings)
			}
		})
	}
}
