package simulator

import "time"

// Cause is the reason why a pair of cookies is not accepted.
type Cause string

// The causes of death.
const (
	CauseNone       Cause = ""           // alive
	CauseUnknown    Cause = "unknown"    // never issued
	CauseAbsent     Cause = "absent"     // the session needs a PSIDTS and none came
	CauseAged       Cause = "aged"       // not renewed in time
	CauseSuperseded Cause = "superseded" // rotated away, grace over
	CauseRevoked    Cause = "revoked"    // ended at once
)

// Standing is the verdict of the upstream on a pair of cookies at one moment.
type Standing struct {
	// Alive reports that the pair is accepted.
	Alive bool
	// Renewable reports that a rotation with it would give a new PSIDTS.
	Renewable bool
	// Cause is the reason why it is not alive.
	Cause Cause
	// Issued is when the PSIDTS was made.
	Issued time.Time
	// End is when the pair died, or will die if it is not renewed. The zero
	// time means never, or unknown.
	End time.Time
}

// Standing reports whether a request with this pair would be accepted now, and
// since when it is not. It counts as no call and changes nothing.
func (s *Simulator) Standing(psid, psidts string) Standing {
	s.sessions.mu.Lock()
	defer s.sessions.mu.Unlock()
	ss := s.sessions.byPSID[psid]
	if ss == nil {
		return Standing{Cause: CauseUnknown}
	}
	return ss.judgePair(psidts, s.now())
}

func (ss *session) judgePair(psidts string, now time.Time) Standing {
	st := Standing{Issued: ss.since}
	switch v := ss.values[psidts]; {
	case v != nil:
		st.Issued = v.issued
		st.End, st.Cause = v.endOfLife(ss.Grace)
	case ss.current == "": // lives on its PSID alone; a stray PSIDTS does no harm
	case psidts == "":
		return Standing{Cause: CauseAbsent, Issued: ss.since, End: ss.since}
	default:
		return Standing{Cause: CauseUnknown}
	}
	if !ss.revoked.IsZero() && (st.End.IsZero() || ss.revoked.Before(st.End)) {
		st.End, st.Cause = ss.revoked, CauseRevoked
	}
	st.Alive = st.End.IsZero() || now.Before(st.End)
	if st.Alive {
		st.Cause = CauseNone
	}
	st.Renewable = st.Alive && !ss.Bound && (ss.current != "" || ss.Mint)
	return st
}

// endOfLife returns when the value dies, and the cause; the zero time means never.
func (v *tsValue) endOfLife(grace time.Duration) (time.Time, Cause) {
	var end time.Time
	cause := CauseNone
	if v.life > 0 {
		end, cause = v.issued.Add(v.life), CauseAged
	}
	if !v.superseded.IsZero() {
		if t := v.superseded.Add(max(grace, 0)); end.IsZero() || t.Before(end) {
			end, cause = t, CauseSuperseded
		}
	}
	return end, cause
}
