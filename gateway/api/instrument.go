package api

import (
	"context"
	"log/slog"
	"net/http"
	"strconv"
	"time"

	"github.com/geminid/geminid/chat"
	"github.com/geminid/geminid/gateway/dialect"
	"github.com/geminid/geminid/metrics"
)

// statusLeft is what the metrics and the log show for a client who left before
// any status; it is never sent.
const statusLeft = 499

// The outcomes of a request.
const (
	success     = "success"
	failed      = "error"
	clientError = "client_error"
	throttled   = "throttled"
	canceled    = "canceled"
)

// counters are the metrics as the surface uses them.
type counters struct{ *metrics.Metrics }

// classifyOutcome is how a request counts: its outcome, and whether it says something
// about how well the service serves (sli). Only well-formed questions of known
// clients do; what our own limits refuse and whoever leaves does not. A session
// that has ended is our failure although the client is told 403.
func classifyOutcome(status int, fault *chat.Error, question bool) (outcome string, sli bool) {
	kind := chat.Kind(0)
	if fault != nil {
		kind = fault.Kind
	}
	switch {
	case fault == nil && status < 400:
		return success, question
	case kind == chat.Canceled:
		return canceled, false
	case kind == chat.SignedOut, kind == chat.NoCookies:
		return failed, question
	case kind == chat.RateLimited:
		return throttled, false
	case kind == chat.Quota, kind == chat.Downgraded:
		return throttled, question
	case fault != nil && dialect.StatusCode(kind) >= 500, status >= 500:
		return failed, question
	}
	return clientError, false
}

// recordEnd counts and logs a request that is over.
func (a *API) recordEnd(x *exchange) {
	if x.status == 0 {
		x.status = http.StatusOK
		if x.failure != nil {
			x.status = statusLeft
		}
	}
	took := time.Since(x.started)
	outcome, sli := classifyOutcome(x.status, x.failure, x.counted)
	speaker, route := "admin", string(x.op)
	if x.dialect != nil {
		speaker = x.dialect.Name
	}
	a.count.Requests.WithLabelValues(speaker, route, methodLabel(x.method),
		strconv.Itoa(x.status), outcome, strconv.FormatBool(sli)).Inc()
	a.count.RequestDuration.WithLabelValues(speaker, route, statusClass(x.status)).Observe(took.Seconds())
	if x.first > 0 {
		a.count.TimeToFirstToken.WithLabelValues(speaker, x.model).Observe(x.first.Seconds())
	}
	if x.failure != nil {
		a.recordFailure(x)
	}
	entry := Entry{
		Time: a.now().UTC().Truncate(time.Millisecond), ID: x.id, Client: displayAddr(x.client, x.live.MaskClients),
		Dialect: speaker, Route: route, Method: methodLabel(x.method), Model: modelLabel(x), Account: x.account,
		Status: x.status, Outcome: outcome, Cause: causeOf(x.failure),
		Took: took.Milliseconds(), First: x.first.Milliseconds(), Asked: x.asked,
	}
	if !x.said.IsEmpty() {
		entry.Said = x.said.Tokens()
	}
	if x.dialect != nil {
		a.recent.addEntry(entry)
	}
	a.logAccess(x, entry)
}

// recordFailure counts whose limit and what broken stream a failure was, and
// logs the cause of one that is our own fault.
func (a *API) recordFailure(x *exchange) {
	if origin := limitOrigin(x.failure, x.evidence); origin != "" {
		a.count.RateLimited.WithLabelValues(origin).Inc()
	}
	if x.inStream || x.streaming && x.failure.Kind == chat.Canceled {
		a.count.StreamAborts.WithLabelValues(abortCause(x.failure, x.evidence)).Inc()
	}
	if x.failure.Kind == chat.Internal {
		a.log.Error("a request failed inside the server", "request_id", x.id, "route", string(x.op), "err", x.failure.Err)
	}
}

// logAccess writes the one line of a request. Who asks for the health or the
// metrics does so every few seconds and hears nothing new.
func (a *API) logAccess(x *exchange, e Entry) {
	level := slog.LevelInfo
	if x.dialect == nil && x.method == http.MethodGet && (e.Status < 400 || x.op == dialect.Status) {
		level = slog.LevelDebug
	}
	ctx := context.Background()
	if !a.log.Enabled(ctx, level) {
		return
	}
	attrs := make([]slog.Attr, 0, 14)
	attrs = append(attrs,
		slog.String("request_id", e.ID), slog.String("dialect", e.Dialect), slog.String("route", e.Route),
		slog.String("model", e.Model), slog.Int("status", e.Status), slog.String("outcome", e.Outcome),
		slog.Int64("duration_ms", e.Took), slog.String("client", e.Client))
	if x.first > 0 {
		attrs = append(attrs, slog.Int64("first_token_ms", e.First))
	}
	if x.counted {
		attrs = append(attrs, slog.Int("prompt_tokens", e.Asked), slog.Int("answer_tokens", e.Said))
	}
	if e.Account != "" {
		attrs = append(attrs, slog.String("account", e.Account))
	}
	if e.Cause != "" {
		attrs = append(attrs, slog.String("cause", e.Cause))
	}
	// Only there a client's own words are in the message.
	if x.failure != nil && x.failure.Kind != chat.Canceled && x.failure.Kind != chat.UnknownModel {
		attrs = append(attrs, slog.String("reason", x.failure.Message))
	}
	a.log.LogAttrs(ctx, level, "request", attrs...)
}

// modelLabel is the model when it is one of ours; what a client made up never
// gets further than its own answer.
func modelLabel(x *exchange) string {
	switch {
	case x.model != "":
		return x.model
	case x.dialect == nil, x.op == dialect.Models, x.op == dialect.Other:
		return ""
	}
	return "other"
}

func methodLabel(method string) string {
	switch method {
	case http.MethodGet, http.MethodPost, http.MethodPut, http.MethodDelete, http.MethodOptions:
		return method
	}
	return "other"
}

// statusClass is the status as the duration histogram has it.
func statusClass(status int) string {
	switch {
	case status == http.StatusTooManyRequests:
		return "429"
	case status < 400:
		return "2xx"
	case status < 500:
		return "4xx"
	}
	return "5xx"
}
