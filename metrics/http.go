package metrics

import (
	"net/http"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// maxScrapes is how many scrapes are answered at once; more are refused with 503, so
// that no client can keep the daemon busy with gathering.
const maxScrapes = 4

// Handler serves the registry in the format the scraper asks for: Prometheus text,
// OpenMetrics or protobuf with native histograms. The caller decides which clients
// may read it.
func (m *Metrics) Handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{
		Registry:            m.registry,
		MaxRequestsInFlight: maxScrapes,
	})
}

// Gatherer gives tests and reports the current values.
func (m *Metrics) Gatherer() prometheus.Gatherer { return m.registry }

// labeledVector is a vector of any kind whose children can be dropped by label.
type labeledVector interface {
	DeletePartialMatch(labels prometheus.Labels) int
}

// accountVectors lists the vectors with the label account.
func (m *Metrics) accountVectors() []labeledVector {
	return []labeledVector{
		m.CookieState, m.CookieTransitions, m.CookieStateChanged, m.CookieProbes, m.CookieProbeDuration,
		m.CookieProbeSuccess, m.CookieRotations, m.CookieRotationSuccess, m.CookieRotationNext, m.CookieTrialNext, m.CookieIssued,
		m.CookiePredictedExpiry, m.CookieLifetime, m.CookieFileLoads, m.CookieFileLoaded, m.CookieFileLoadSuccess,
		m.CookieStoreWrites, m.UpstreamPageRead, m.UpstreamQuota, m.UpstreamQuotaReset,
	}
}
