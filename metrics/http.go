package metrics

import (
	"net/http"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// Handler serves the registry in Prometheus' text format.
func (m *Metrics) Handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{Registry: m.registry})
}

// Gatherer gives tests and reports the current values.
func (m *Metrics) Gatherer() prometheus.Gatherer { return m.registry }

type partial interface {
	DeletePartialMatch(labels prometheus.Labels) int
}

func (m *Metrics) perAccount() []partial {
	return []partial{
		m.CookieState, m.CookieTransitions, m.CookieStateChanged, m.CookieProbes, m.CookieProbeDuration,
		m.CookieProbeSuccess, m.CookieRotations, m.CookieRotationSuccess, m.CookieRotationNext, m.CookieIssued,
		m.CookiePredictedExpiry, m.CookieLifetime, m.CookieFileLoads, m.CookieFileLoaded, m.CookieFileLoadSuccess,
		m.CookieStoreWrites,
	}
}
