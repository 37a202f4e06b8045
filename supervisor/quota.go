package supervisor

import (
	"time"

	"github.com/geminid/geminid/cookie"
)

// setQuotasLocked takes in the allowances and the restriction that a probe found.
func (a *account) setQuotasLocked(finding cookie.Finding) {
	switch finding.Evidence {
	case cookie.SignedIn, cookie.Action, cookie.Restricted:
		a.restriction = finding.Restriction
	default: // nobody was asked
	}
	if finding.Quotas == nil {
		return
	}
	a.quotas = finding.Quotas
	for _, q := range a.quotas {
		a.s.metrics.UpstreamQuota.WithLabelValues(a.name, q.Model, q.Window).Set(q.Remaining)
		a.s.metrics.UpstreamQuotaReset.WithLabelValues(a.name, q.Model, q.Window).Set(unixSeconds(q.Reset))
	}
}

// quotaTier puts accounts that have nothing left for any question behind the others.
func quotaTier(all []cookie.Quota, now time.Time) int {
	for _, q := range all {
		if q.Model == cookie.EveryModel && q.UsedUp(now) {
			return 1
		}
	}
	return 0
}
