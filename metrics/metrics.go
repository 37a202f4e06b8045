package metrics

import (
	"runtime"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promauto"
)

// Metrics is the whole set. Make it with New; all methods and fields are safe
// for concurrent use.
type Metrics struct {
	registry  *prometheus.Registry
	drift     driftDetails
	questions questions

	// Requests: dialect, operation as "route", method, code, outcome, sli.
	Requests            *prometheus.CounterVec
	RequestDuration     *prometheus.HistogramVec // dialect, route, code class
	TimeToFirstToken    *prometheus.HistogramVec // dialect, model
	InFlight            *prometheus.GaugeVec     // dialect
	RequestSize         *prometheus.HistogramVec // dialect
	RateLimited         *prometheus.CounterVec   // origin
	AuthFailures        *prometheus.CounterVec   // reason
	ToolCalls           *prometheus.CounterVec   // outcome
	Memory              prometheus.Gauge
	MemoryLimit         prometheus.Gauge
	MemoryRefused       *prometheus.CounterVec   // reason
	QueueDepth          *prometheus.GaugeVec     // model
	QueueWait           *prometheus.HistogramVec // model
	Streams             *prometheus.CounterVec   // dialect
	StreamAborts        *prometheus.CounterVec   // cause
	UpstreamRequests    *prometheus.CounterVec   // operation, outcome
	UpstreamDuration    *prometheus.HistogramVec // operation
	UpstreamParseErrors *prometheus.CounterVec   // stage
	UpstreamUnreachable *prometheus.GaugeVec     // fault
	UpstreamDrift       *prometheus.CounterVec   // sign, detail; see [Metrics.CountDrift]
	UpstreamPageRead    *prometheus.GaugeVec     // account
	UpstreamQuota       *prometheus.GaugeVec     // account, model, window
	UpstreamQuotaReset  *prometheus.GaugeVec     // account, model, window

	CookieState           *prometheus.GaugeVec     // account, state
	CookieTransitions     *prometheus.CounterVec   // account, from, to
	CookieStateChanged    *prometheus.GaugeVec     // account
	CookieProbes          *prometheus.CounterVec   // account, result
	CookieProbeDuration   *prometheus.HistogramVec // account
	CookieProbeSuccess    *prometheus.GaugeVec     // account
	CookieRotations       *prometheus.CounterVec   // account, result
	CookieRotationSuccess *prometheus.GaugeVec     // account
	CookieRotationNext    *prometheus.GaugeVec     // account
	CookieTrialNext       *prometheus.GaugeVec     // account
	CookieIssued          *prometheus.GaugeVec     // account
	CookiePredictedExpiry *prometheus.GaugeVec     // account
	CookieLifetime        *prometheus.HistogramVec // account
	CookieFileLoads       *prometheus.CounterVec   // account or NoAccount, result, trigger
	CookieFileLoaded      *prometheus.GaugeVec     // account or NoAccount: 1 when the last load was good
	CookieFileLoadSuccess *prometheus.GaugeVec     // account
	CookieStoreWrites     *prometheus.CounterVec   // account, result

	WatcherEvents       *prometheus.CounterVec // kind
	ConfigReloaded      prometheus.Gauge
	ConfigReloadSuccess prometheus.Gauge
	LastTick            prometheus.Gauge
	JobRuns             *prometheus.CounterVec // job_name, result
}

var (
	durationBuckets = []float64{.1, .5, 1, 2.5, 5, 10, 30, 60, 120, 300}
	firstBuckets    = []float64{.1, .25, .5, 1, 2.5, 5, 10, 20, 30, 60}
	lifetimeBuckets = []float64{60, 300, 600, 1800, 3600, 7200, 21600, 86400, 259200, 604800}
	sizeBuckets     = []float64{1 << 10, 16 << 10, 256 << 10, 1 << 20, 4 << 20, 16 << 20, 32 << 20}
	shortBuckets    = []float64{.01, .05, .1, .5, 1, 2.5, 5, 10, 30}
)

// factory creates and registers under the one prefix.
type factory struct{ promauto.Factory }

func (f factory) newCounter(name, help string, labels ...string) *prometheus.CounterVec {
	return f.NewCounterVec(prometheus.CounterOpts{Namespace: "geminid", Name: name, Help: help}, labels)
}

func (f factory) newGauge(name, help string, labels ...string) *prometheus.GaugeVec {
	return f.NewGaugeVec(prometheus.GaugeOpts{Namespace: "geminid", Name: name, Help: help}, labels)
}

func (f factory) newScalar(name, help string) prometheus.Gauge {
	return f.NewGauge(prometheus.GaugeOpts{Namespace: "geminid", Name: name, Help: help})
}

// newHistogram keeps classic buckets for every server and native ones beside them,
// bounded because an unbounded native histogram can be grown from outside.
func (f factory) newHistogram(name, help string, buckets []float64, labels ...string) *prometheus.HistogramVec {
	return f.NewHistogramVec(prometheus.HistogramOpts{
		Namespace: "geminid", Name: name, Help: help, Buckets: buckets,
		NativeHistogramBucketFactor:     1.1,
		NativeHistogramMaxBucketNumber:  160,
		NativeHistogramMinResetDuration: time.Hour,
	}, labels)
}

// Build describes the binary for geminid_build_info. Empty fields stay empty
// labels.
type Build struct{ Version, Revision string }

// New makes the whole set in a registry of its own, with the Go and process
// collectors beside it.
func New(build Build) *Metrics {
	reg := prometheus.NewRegistry()
	reg.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	f := factory{promauto.With(reg)}
	m := &Metrics{registry: reg}
	m.registerHTTP(f)
	m.registerCookies(f)
	f.newGauge("build_info", "Always 1; the labels tell which build runs.",
		"version", "revision", "goversion", "goos", "goarch").
		WithLabelValues(build.Version, build.Revision, runtime.Version(), runtime.GOOS, runtime.GOARCH).Set(1)
	m.WatcherEvents = f.newCounter("watcher_events_total", "Wake-ups of the inbox watcher by kind.", "kind")
	m.ConfigReloaded = f.newScalar("config_last_reload_successful", "1 when the last reading of the configuration succeeded.")
	m.ConfigReloadSuccess = f.newScalar("config_last_reload_success_timestamp_seconds", "When the configuration was last read with success.")
	m.LastTick = f.newScalar("supervisor_last_tick_timestamp_seconds", "When the supervisor last finished a tick.")
	m.JobRuns = f.newCounter("scheduler_job_runs_total", "Runs of scheduled jobs by result.", "job_name", "result")
	m.createKnownSeries()
	return m
}

// CountLostLogRecords adds the number of log records that were lost since the start, as
// lost returns it at each scrape. Call it once at most.
func (m *Metrics) CountLostLogRecords(lost func() uint64) {
	promauto.With(m.registry).NewCounterFunc(prometheus.CounterOpts{
		Namespace: "geminid", Name: "log_records_lost_total",
		Help: "Log records that were lost because the log took nothing more.",
	}, func() float64 { return float64(lost()) })
}

func (m *Metrics) registerHTTP(f factory) {
	m.Requests = f.newCounter("http_requests_total", "Requests answered, by operation and outcome.",
		"dialect", "route", "method", "code", "outcome", "sli")
	m.RequestDuration = f.newHistogram("http_request_duration_seconds", "Time from a request's first byte to the answer's last.",
		durationBuckets, "dialect", "route", "code")
	m.TimeToFirstToken = f.newHistogram("http_time_to_first_token_seconds", "Time from a request to the first piece of its answer.",
		firstBuckets, "dialect", "model")
	m.InFlight = f.newGauge("http_requests_in_flight", "Requests being answered now.", "dialect")
	m.RequestSize = f.newHistogram("http_request_size_bytes", "Size of request bodies.", sizeBuckets, "dialect")
	m.RateLimited = f.newCounter("rate_limited_requests_total", "Requests refused or delayed by a limit, by whose limit it was.", "origin")
	m.ToolCalls = f.newCounter("tool_calls_total", "Calls of tools that the model made, by how they came to the client.", "outcome")
	m.AuthFailures = f.newCounter("auth_failures_total", "Requests refused for their key.", "reason")
	m.Memory = f.newScalar("request_memory_bytes", "Memory that the requests in hand hold.")
	m.MemoryLimit = f.newScalar("request_memory_limit_bytes", "Memory that all requests may hold together.")
	m.MemoryRefused = f.newCounter("request_memory_refusals_total", "Requests refused for want of memory: full, or too_large for any wait to help.", "reason")
	m.QueueDepth = f.newGauge("queue_depth", "Requests waiting for their model's turn.", "model")
	m.QueueWait = f.newHistogram("queue_wait_seconds", "Time a request waited for its model's turn.", shortBuckets, "model")
	m.Streams = f.newCounter("streams_total", "Streams begun.", "dialect")
	m.StreamAborts = f.newCounter("stream_aborts_total", "Streams that ended before their answer did, by cause.", "cause")
	m.UpstreamRequests = f.newCounter("upstream_requests_total", "Calls to the upstream by operation and outcome.", "operation", "outcome")
	m.UpstreamDuration = f.newHistogram("upstream_request_duration_seconds", "Time of a call to the upstream.", durationBuckets, "operation")
	m.UpstreamUnreachable = f.newGauge("upstream_unreachable", "1 for the fault because of which the upstream cannot be reached, 0 for the others.", "fault")
	m.UpstreamDrift = f.newCounter("upstream_drift_total", "Signs that the upstream changed, by sign and detail.", "sign", "detail")
	m.UpstreamPageRead = f.newGauge("upstream_page_read_timestamp_seconds", "When the page behind the account's calls was read.", "account")
	m.UpstreamQuota = f.newGauge("upstream_quota_remaining_ratio", "Share of an account's allowance that is left.", "account", "model", "window")
	m.UpstreamQuotaReset = f.newGauge("upstream_quota_reset_timestamp_seconds", "When an account's allowance starts over; 0 when unknown.", "account", "model", "window")
	m.UpstreamParseErrors = f.newCounter("upstream_parse_errors_total", "Upstream answers that were not understood, by stage.", "stage")
}

func (m *Metrics) registerCookies(f factory) {
	m.CookieState = f.newGauge("cookie_state", "1 for the state the account is in, 0 for the others.", "account", "state")
	m.CookieTransitions = f.newCounter("cookie_state_transitions_total", "State changes of an account.", "account", "from", "to")
	m.CookieStateChanged = f.newGauge("cookie_state_changed_timestamp_seconds", "When the account's state last changed.", "account")
	m.CookieProbes = f.newCounter("cookie_probes_total", "Probes of a session by result.", "account", "result")
	m.CookieProbeDuration = f.newHistogram("cookie_probe_duration_seconds", "Time a probe took.", shortBuckets, "account")
	m.CookieProbeSuccess = f.newGauge("cookie_probe_last_success_timestamp_seconds", "When the session was last proven signed in.", "account")
	m.CookieRotations = f.newCounter("cookie_rotations_total", "Rotations by result.", "account", "result")
	m.CookieRotationSuccess = f.newGauge("cookie_rotation_last_success_timestamp_seconds", "When a rotation last gave a new value.", "account")
	m.CookieRotationNext = f.newGauge("cookie_rotation_next_timestamp_seconds", "When the next rotation is due.", "account")
	m.CookieTrialNext = f.newGauge("cookie_trial_next_timestamp_seconds", "When the one trial call of an account that the upstream refuses is made; 0 for others.", "account")
	m.CookieIssued = f.newGauge("cookie_issued_timestamp_seconds", "When the value in use was first seen.", "account")
	m.CookiePredictedExpiry = f.newGauge("cookie_predicted_expiry_timestamp_seconds", "When the value in use is expected to end without renewal; 0 when unknown.", "account")
	m.CookieLifetime = f.newHistogram("cookie_observed_lifetime_seconds", "How long values lived that were seen to die.", lifetimeBuckets, "account")
	m.CookieFileLoads = f.newCounter("cookie_file_loads_total", "Cookie files taken in, by result and by what brought them.", "account", "result", "trigger")
	m.CookieFileLoaded = f.newGauge("cookie_file_last_load_successful", "1 when the last cookie file was accepted.", "account")
	m.CookieFileLoadSuccess = f.newGauge("cookie_file_last_load_success_timestamp_seconds", "When a cookie file was last accepted.", "account")
	m.CookieStoreWrites = f.newCounter("cookie_store_writes_total", "Writes of the durable state by result.", "account", "result")
}
