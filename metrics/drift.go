package metrics

import "sync"

// maxDriftDetails bounds the details of one sign, and the signs: what the upstream
// chooses may have any value.
const maxDriftDetails = 32

// otherDetail is the label of what is beyond the bound.
const otherDetail = "other"

// driftDetails are the label values that were given out. Its zero value is ready.
type driftDetails struct {
	mu   sync.Mutex
	seen map[string]map[string]struct{} // by sign
}

// CountDrift counts a sign that the upstream changed, such as a part of an answer that
// no reader knows. Of each sign the first 32 details get a series of their own, the
// rest one together.
func (m *Metrics) CountDrift(sign, detail string) {
	sign, detail = m.drift.bound(sign, detail)
	m.UpstreamDrift.WithLabelValues(sign, detail).Inc()
}

func (d *driftDetails) bound(sign, detail string) (string, string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.seen == nil {
		d.seen = make(map[string]map[string]struct{})
	}
	details, ok := d.seen[sign]
	if !ok {
		if len(d.seen) >= maxDriftDetails {
			return otherDetail, otherDetail
		}
		details = make(map[string]struct{})
		d.seen[sign] = details
	}
	if _, ok := details[detail]; !ok {
		if len(details) >= maxDriftDetails {
			return sign, otherDetail
		}
		details[detail] = struct{}{}
	}
	return sign, detail
}
