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

// statusLeft is the status in the metrics and the log of a client that left before
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

// classifyOutcome returns how a request counts: its outcome, and whether it says
// something about how well the service serves (sli). Only well-formed questions of
// known clients do; requests that our own limits refuse and clients that leave do
// not. A session that has ended, and a block, is our failure although the client gets a 403.
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
	case kind == chat.SignedOut, kind == chat.NoCookies, kind == chat.Blocked:
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
func (a *API) recordEnd(st *requestState, status int) {
	if status == 0 {
		status = http.StatusOK
		if st.failure != nil {
			status = statusLeft
		}
	}
	took := time.Since(st.started)
	outcome, sli := classifyOutcome(status, st.failure, st.counted)
	speaker, route := "admin", string(st.op)
	if st.dialect != nil {
		speaker = st.dialect.Name
	}
	a.count.Requests.WithLabelValues(speaker, route, methodLabel(st.method),
		strconv.Itoa(status), outcome, strconv.FormatBool(sli)).Inc()
	if sli {
		a.count.CountQuestion(outcome == success)
	}
	a.count.RequestDuration.WithLabelValues(speaker, route, statusClass(status)).Observe(took.Seconds())
	if st.first > 0 {
		a.count.TimeToFirstToken.WithLabelValues(speaker, st.model).Observe(st.first.Seconds())
	}
	if st.failure != nil {
		a.recordFailure(st)
	}
	entry := Entry{
		Time: a.now().UTC().Truncate(time.Millisecond), ID: st.id, Client: displayAddr(st.client, st.settings.MaskClients),
		Dialect: speaker, Route: route, Method: methodLabel(st.method), Model: modelLabel(st), Account: st.account,
		Status: status, Outcome: outcome, Cause: causeOf(st.failure),
		Took: took.Milliseconds(), First: st.first.Milliseconds(), Asked: st.asked,
	}
	if !st.said.IsEmpty() {
		entry.Said = st.said.Tokens()
	}
	a.logSummaries(time.Now())
	shown := !st.isRefused(status) || a.refused.addRefusal(st.client, entry.Client, time.Now())
	if st.dialect != nil && (shown || st.role != "") {
		a.recent.addEntry(entry)
	}
	if shown {
		a.logAccess(st, entry)
	}
}

// recordFailure counts the origin of a limit and the cause of a broken stream, and
// logs the cause of an error that is our own fault.
func (a *API) recordFailure(st *requestState) {
	if origin := limitOrigin(st.failure, st.evidence); origin != "" {
		a.count.RateLimited.WithLabelValues(origin).Inc()
	}
	if st.inStream || st.streaming && st.failure.Kind == chat.Canceled {
		a.count.StreamAborts.WithLabelValues(abortCause(st.failure, st.evidence)).Inc()
	}
	if st.failure.Kind == chat.Internal {
		a.log.Error("a request failed inside the server", "request_id", st.id, "route", string(st.op), "err", st.failure.Err)
	}
}

// logAccess writes the one line of a request. Health checks and scrapes come every
// few seconds and are logged at debug level.
func (a *API) logAccess(st *requestState, e Entry) {
	level := slog.LevelInfo
	if st.dialect == nil && st.method == http.MethodGet && (e.Status < 400 || st.op == dialect.Status) {
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
	if st.first > 0 {
		attrs = append(attrs, slog.Int64("first_token_ms", e.First))
	}
	if st.counted {
		attrs = append(attrs, slog.Int("prompt_tokens", e.Asked), slog.Int("answer_tokens", e.Said))
	}
	if e.Account != "" {
		attrs = append(attrs, slog.String("account", e.Account))
	}
	if e.Cause != "" {
		attrs = append(attrs, slog.String("cause", e.Cause))
	}
	// Only in these messages there are a client's own words.
	if st.failure != nil && st.failure.Kind != chat.Canceled && st.failure.Kind != chat.UnknownModel && !st.failure.Private {
		attrs = append(attrs, slog.String("reason", st.failure.Message))
	}
	a.log.LogAttrs(ctx, level, "request", attrs...)
}

// modelLabel returns the model if it is a known one; a name that a client made up
// never gets further than its own answer.
func modelLabel(st *requestState) string {
	switch {
	case st.model != "":
		return st.model
	case st.dialect == nil, st.op == dialect.Models, st.op == dialect.Stored, st.op == dialect.Other:
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

// statusClass returns the class of a status in the duration histogram.
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
