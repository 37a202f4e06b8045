package simulator

import (
	"encoding/json"
	"fmt"
	"net/http"
	"time"
)

// shownSession is a SessionConfig on the wire. A field that is left out of a PATCH
// stays as it is.
type shownSession struct {
	Name             string         `json:"name"`
	PSID             string         `json:"psid"`
	PSIDTS           string         `json:"psidts"`
	NoPSIDTS         bool           `json:"no_psidts"`
	Mint             *bool          `json:"mint"`
	Life             *shownLife     `json:"life"`
	Grace            *span          `json:"grace"`
	Bound            *bool          `json:"bound"`
	TokenPerRotation *bool          `json:"token_per_rotation"`
	Account          *string        `json:"account"`
	User             *int           `json:"user"`
	Status           *int           `json:"status"`
	Consent          *bool          `json:"consent"`
	Plan             *Plan          `json:"plan"`
	Models           []Model        `json:"models"`
	Quota            map[string]int `json:"quota"`
	Usage            *Usage         `json:"usage"`
	Abuse            *int           `json:"abuse"`
	Guest            *GuestMode     `json:"guest"`
	// Revoke and Renew are things to do, in a PATCH only.
	Revoke bool `json:"revoke"`
	Renew  bool `json:"renew"`
}

// shownLife is "15m", a list of such, or {"from":"15m","to":"120h"}.
type shownLife struct{ Life }

func (l *shownLife) UnmarshalJSON(b []byte) error {
	var one span
	if json.Unmarshal(b, &one) == nil {
		l.Life = Fixed(time.Duration(one))
		return nil
	}
	var several []span
	if json.Unmarshal(b, &several) == nil {
		lives := make([]time.Duration, len(several))
		for i, d := range several {
			lives[i] = time.Duration(d)
		}
		l.Life = Listed(lives...)
		return nil
	}
	var drawn struct{ From, To span }
	if json.Unmarshal(b, &drawn) == nil && drawn.From > 0 && drawn.To >= drawn.From {
		l.Life = Between(time.Duration(drawn.From), time.Duration(drawn.To))
		return nil
	}
	return fmt.Errorf(`life is "15m", a list of such, or {"from":"15m","to":"120h"}`)
}

// applyTo sets the given fields in a config.
func (w *shownSession) applyTo(cfg *SessionConfig) {
	putField(&cfg.Mint, w.Mint)
	putField(&cfg.Bound, w.Bound)
	putField(&cfg.TokenPerRotation, w.TokenPerRotation)
	putField(&cfg.Account, w.Account)
	putField(&cfg.User, w.User)
	putField(&cfg.Status, w.Status)
	putField(&cfg.Consent, w.Consent)
	putField(&cfg.Plan, w.Plan)
	putField(&cfg.Usage, w.Usage)
	putField(&cfg.Abuse, w.Abuse)
	putField(&cfg.Guest, w.Guest)
	if w.Grace != nil {
		cfg.Grace = time.Duration(*w.Grace)
	}
	if w.Life != nil {
		cfg.Life = w.Life.Life
	}
	if w.Models != nil {
		cfg.Models = w.Models
	}
	if w.Quota != nil {
		cfg.Quota = w.Quota
	}
}

func putField[T any](field *T, given *T) {
	if given != nil {
		*field = *given
	}
}

func (s *Simulator) postSession(r *http.Request) (any, error) {
	var in shownSession
	if err := readJSON(r, &in); err != nil {
		return nil, err
	}
	if in.Revoke || in.Renew {
		return nil, badInput{fmt.Errorf("revoke and renew are for a session that exists: PATCH it")}
	}
	cfg := SessionConfig{Name: in.Name, PSID: in.PSID, PSIDTS: in.PSIDTS, NoPSIDTS: in.NoPSIDTS}
	in.applyTo(&cfg)
	return s.AddSession(cfg), nil
}

func (s *Simulator) patchSession(r *http.Request) (any, error) {
	var in shownSession
	if err := readJSON(r, &in); err != nil {
		return nil, err
	}
	if in.Name != "" || in.PSID != "" || in.PSIDTS != "" || in.NoPSIDTS {
		return nil, badInput{fmt.Errorf("name and values of a session stay as they were made")}
	}
	have, err := s.Cookies(r.PathValue("name"))
	if err != nil {
		return nil, err
	}
	err = s.Configure(have.PSID, in.applyTo)
	if err == nil && in.Renew {
		_, err = s.Renew(have.PSID)
	}
	if err == nil && in.Revoke {
		err = s.Revoke(have.PSID)
	}
	if err != nil {
		return nil, err
	}
	return s.Session(have.PSID)
}

// netscape is a cookie file as browsers' extensions write it.
type netscape string

func (s *Simulator) getCookies(r *http.Request) (any, error) {
	have, err := s.Cookies(r.PathValue("name"))
	if err != nil || r.FormValue("format") != "netscape" {
		return have, err
	}
	return netscape(have.Netscape(s.now().Add(year))), nil
}

// Netscape writes the cookies in the format of cookies.txt.
func (c Credentials) Netscape(expires time.Time) string {
	text := "# Netscape HTTP Cookie File\n\n"
	for _, ck := range [][2]string{{namePSID, c.PSID}, {namePSIDTS, c.PSIDTS}} {
		if ck[1] != "" {
			text += fmt.Sprintf("#HttpOnly_.google.com\tTRUE\t/\tTRUE\t%d\t%s\t%s\n", expires.Unix(), ck[0], ck[1])
		}
	}
	return text
}
