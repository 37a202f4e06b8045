package api

import (
	"net/http"
	"slices"
	"strconv"

	"github.com/geminid/geminid/chat"
	"github.com/geminid/geminid/gateway/dialect"
	"github.com/geminid/geminid/gateway/dialect/registry"
	"github.com/geminid/geminid/gateway/toolcall"
)

// usual are the ways in which requests end that alerts watch. Each series exists
// from the start, so that its first increment is seen as one.
var usual = []struct {
	status    int
	kind      chat.Kind
	questions bool // ends questions only
}{
	{status: http.StatusOK},
	{status: http.StatusBadRequest, kind: chat.BadRequest},
	{status: http.StatusUnauthorized, kind: chat.Unauthorized},
	{status: http.StatusForbidden, kind: chat.SignedOut, questions: true},
	{status: http.StatusForbidden, kind: chat.Forbidden},
	{status: http.StatusTooManyRequests, kind: chat.RateLimited},
	{status: http.StatusTooManyRequests, kind: chat.Quota, questions: true},
	{status: http.StatusInternalServerError, kind: chat.Internal},
	{status: http.StatusBadGateway, kind: chat.Upstream, questions: true},
	{status: http.StatusServiceUnavailable, kind: chat.Unavailable},
}

// broken are the ways in which a stream ends whose status had been sent.
var broken = []chat.Kind{chat.Upstream, chat.Canceled}

// precreateSeries makes the series of every operation that a dialect has, and of the
// models that every session offers.
func (c counters) precreateSeries(models []chat.Model) {
	for _, m := range models {
		c.QueueDepth.WithLabelValues(m.ID)
		c.QueueWait.WithLabelValues(m.ID)
	}
	for _, outcome := range toolcall.Outcomes {
		c.ToolCalls.WithLabelValues(string(outcome))
	}
	for _, d := range registry.All {
		for _, m := range models {
			c.TimeToFirstToken.WithLabelValues(d.Name, m.ID)
		}
		c.InFlight.WithLabelValues(d.Name)
		c.Streams.WithLabelValues(d.Name)
		c.RequestSize.WithLabelValues(d.Name)
		for _, op := range operationsOf(d) {
			c.precreateOperation(d, op)
		}
	}
}

func (c counters) precreateOperation(d dialect.Dialect, op operation) {
	questions := op.name == dialect.Generate || op.name == dialect.Stream ||
		op.name == dialect.Images || op.name == dialect.Edits
	for _, end := range usual {
		if questions || !end.questions {
			c.precreateChild(d, op, end.status, end.kind, questions)
		}
	}
	if op.name == dialect.Stream {
		for _, kind := range broken {
			c.precreateChild(d, op, http.StatusOK, kind, true)
		}
	}
	for _, class := range []string{"2xx", "4xx", "429", "5xx"} {
		c.RequestDuration.WithLabelValues(d.Name, string(op.name), class)
	}
}

func (c counters) precreateChild(d dialect.Dialect, op operation, status int, kind chat.Kind, question bool) {
	var fault *chat.Error
	if status != http.StatusOK || kind != chat.Internal {
		fault = &chat.Error{Kind: kind}
	}
	if status != http.StatusOK {
		status, _ = d.EncodeError(fault, "")
	}
	outcome, sli := classifyOutcome(status, fault, question)
	c.Requests.WithLabelValues(d.Name, string(op.name), op.method, strconv.Itoa(status), outcome, strconv.FormatBool(sli))
}

// operation is one operation of a dialect with its method.
type operation struct {
	name   dialect.Operation
	method string
}

// operationsOf returns the operations that a dialect has.
func operationsOf(d dialect.Dialect) []operation {
	var ops []operation
	add := func(name dialect.Operation, method string) {
		if op := (operation{name, method}); !slices.Contains(ops, op) {
			ops = append(ops, op)
		}
	}
	for _, m := range d.Mounts {
		add(m.Op, m.Method)
	}
	for _, op := range d.Unmounted {
		add(op, http.MethodPost)
	}
	return ops
}
