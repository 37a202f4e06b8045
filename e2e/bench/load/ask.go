package load

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/geminid/geminid/e2e/bench/standin"
)

// Question is one request to make.
type Question struct {
	Recipe standin.Recipe
	// Stream asks for the answer as it is made.
	Stream bool
	// Check decodes every piece and compares the text. It costs time at the
	// client, so measurements under load leave it out.
	Check bool
	// Tools is a JSON list of tools to offer, empty for none. Only chat completions
	// take it.
	Tools string
	// LeaveAfter ends the request once so many events have come; 0 stays.
	LeaveAfter int
}

// Answer is what came back and when.
type Answer struct {
	// Start is just before the request was written, Left when the client
	// canceled it, End when the last byte was read.
	Start, Left, End time.Time
	// Events holds the arrival of each piece that brought text.
	Events []time.Time
	// Reach holds, for a checked stream, how many bytes of text were there
	// with each event.
	Reach []int
	// Bytes counts what was read of the body.
	Bytes int64
}

// Took is the time of the whole request.
func (a Answer) Took() time.Duration { return a.End.Sub(a.Start) }

// First is the time to the first piece of text.
func (a Answer) First() time.Duration {
	if len(a.Events) == 0 {
		return 0
	}
	return a.Events[0].Sub(a.Start)
}

// Ask makes one request and reads its answer to the end. An answer that is cut
// short, has another status than 200 or, when checked, another text is an error.
func (t *Target) Ask(ctx context.Context, q Question) (Answer, error) {
	ctx, leave := context.WithCancel(ctx)
	defer leave()
	path, contentType, body := t.Wire.ask(q.Recipe.Prompt(), q.Stream)
	if q.Tools != "" {
		body = strings.TrimSuffix(body, "}") + `,"tools":` + q.Tools + "}"
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, t.Base+path, strings.NewReader(body))
	if err != nil {
		return Answer{}, fmt.Errorf("making a request to %s: %w", t.Name, err)
	}
	request.Header.Set("Content-Type", contentType)
	answer := Answer{Start: time.Now()}
	response, err := t.Client.Do(request)
	if err != nil {
		return answer, fmt.Errorf("asking %s: %w", t.Name, err)
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		said, _ := io.ReadAll(io.LimitReader(response.Body, 500))
		return answer, fmt.Errorf("asking %s: status %d: %s", t.Name, response.StatusCode, said)
	}
	if q.Stream {
		err = t.follow(response.Body, q, &answer, leave)
	} else {
		err = t.gather(response.Body, q, &answer)
	}
	answer.End = time.Now()
	if err != nil {
		return answer, fmt.Errorf("reading the answer of %s: %w", t.Name, err)
	}
	return answer, nil
}

func (t *Target) gather(body io.Reader, q Question, answer *Answer) error {
	whole, err := io.ReadAll(body)
	answer.Bytes = int64(len(whole))
	if err != nil || !q.Check {
		return err
	}
	text, err := t.Wire.whole(whole)
	if err != nil {
		return err
	}
	return sameText(text, standin.ScriptFor(q.Recipe).Text)
}

func (t *Target) follow(body io.Reader, q Question, answer *Answer, leave func()) error {
	lines := bufio.NewScanner(body)
	lines.Buffer(make([]byte, 0, 8<<10), 8<<20)
	var text strings.Builder
	ended := false
	for lines.Scan() {
		line := lines.Bytes()
		answer.Bytes += int64(len(line)) + 1
		ended = ended || t.Wire.ends(line)
		payload := t.Wire.event(line)
		if payload == nil || !t.Wire.carries(payload) {
			continue
		}
		answer.Events = append(answer.Events, time.Now())
		if len(answer.Events) == q.LeaveAfter {
			answer.Left = time.Now()
			leave()
			return nil
		}
		if !q.Check {
			continue
		}
		piece, err := t.Wire.text(payload)
		if err != nil {
			return err
		}
		if t.Wire.cumulative {
			text.Reset()
		}
		text.WriteString(piece)
		answer.Reach = append(answer.Reach, text.Len())
	}
	if err := lines.Err(); err != nil {
		return err
	}
	if !ended {
		return errors.New("it ended without its end mark")
	}
	if !q.Check {
		return nil
	}
	return sameText(text.String(), standin.ScriptFor(q.Recipe).Text)
}

func sameText(got, want string) error {
	if got == want {
		return nil
	}
	at := 0
	for at < min(len(got), len(want)) && got[at] == want[at] {
		at++
	}
	return fmt.Errorf("text differs at byte %d: got %d bytes, want %d", at, len(got), len(want))
}
