package metrics

// The bounded label values. A value outside its list never reaches a metric.
var (
	probeResults    = []string{"signed_in", "signed_out", "drift", "action", "blocked", "rate_limited", "network"}
	rotationResults = []string{"rotated", "no_new_ts", "unauthorized", "rate_limited", "network", "identity_changed", "skipped"}
	loadResults     = []string{"applied", "unchanged", "rejected", "parked", "rolled_back", "error"}
	loadTriggers    = []string{"start", "watch", "poll", "signal", "push"}
	limitOrigins    = []string{"limiter_ip", "limiter_model", "queue_full", "upstream_quota", "upstream_429", "upstream_blocked"}
	authReasons     = []string{"missing", "unknown", "forbidden"}
	memoryReasons   = []string{"full", "too_large"}
	abortCauses     = []string{"client", "slow_client", "upstream_reset", "upstream_timeout", "malformed", "shutdown"}
	upstreamOps     = []string{"page", "generate", "rotate", "upload", "batch", "image"}
	upstreamResults = []string{"success", "rate_limited", "blocked", "signed_out", "server_error", "network", "malformed", "canceled"}
	parseStages     = []string{"page", "frame", "json", "schema"}
	watcherKinds    = []string{"event", "overflow", "poll", "rewatch", "error"}
)

// NoAccount is the account label of cookie files that belong to no account. No
// account can have this name.
const NoAccount = "(none)"

// createKnownSeries makes the children whose labels are known, so that a first
// increment is an increase and not a new series.
func (m *Metrics) createKnownSeries() {
	for _, v := range limitOrigins {
		m.RateLimited.WithLabelValues(v)
	}
	for _, v := range authReasons {
		m.AuthFailures.WithLabelValues(v)
	}
	for _, v := range memoryReasons {
		m.MemoryRefused.WithLabelValues(v)
	}
	for _, v := range abortCauses {
		m.StreamAborts.WithLabelValues(v)
	}
	for _, op := range upstreamOps {
		m.UpstreamDuration.WithLabelValues(op)
		for _, v := range upstreamResults {
			m.UpstreamRequests.WithLabelValues(op, v)
		}
	}
	for _, v := range parseStages {
		m.UpstreamParseErrors.WithLabelValues(v)
	}
	for _, v := range watcherKinds {
		m.WatcherEvents.WithLabelValues(v)
	}
	m.createFileSeries(NoAccount)
	m.CookieFileLoaded.WithLabelValues(NoAccount).Set(1) // none was refused yet
}

// createFileSeries makes the children that count the files of an account.
func (m *Metrics) createFileSeries(account string) {
	for _, r := range loadResults {
		for _, t := range loadTriggers {
			m.CookieFileLoads.WithLabelValues(account, r, t)
		}
	}
}

// AddAccount makes the children of one account, which can be in these states. Call it
// if an account appears; calling it again changes nothing.
func (m *Metrics) AddAccount(name string, states ...string) {
	for _, from := range states {
		m.CookieState.WithLabelValues(name, from)
		for _, to := range states {
			if from != to {
				m.CookieTransitions.WithLabelValues(name, from, to)
			}
		}
	}
	for _, v := range probeResults {
		m.CookieProbes.WithLabelValues(name, v)
	}
	for _, v := range rotationResults {
		m.CookieRotations.WithLabelValues(name, v)
	}
	m.createFileSeries(name)
	for _, v := range []string{"success", "error"} {
		m.CookieStoreWrites.WithLabelValues(name, v)
	}
	m.CookieProbeDuration.WithLabelValues(name)
	m.CookieLifetime.WithLabelValues(name)
	m.CookieStateChanged.WithLabelValues(name)
	m.CookieProbeSuccess.WithLabelValues(name)
	m.CookieRotationSuccess.WithLabelValues(name)
	m.CookieRotationNext.WithLabelValues(name)
	m.CookieTrialNext.WithLabelValues(name)
	m.CookieIssued.WithLabelValues(name)
	m.CookiePredictedExpiry.WithLabelValues(name)
	m.CookieFileLoadSuccess.WithLabelValues(name)
	m.CookieFileLoaded.WithLabelValues(name)
	m.UpstreamPageRead.WithLabelValues(name)
}

// RemoveAccount drops the series of a removed account.
func (m *Metrics) RemoveAccount(name string) {
	for _, v := range m.accountVectors() {
		v.DeletePartialMatch(map[string]string{"account": name})
	}
}
