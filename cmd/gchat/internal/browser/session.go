package browser

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/geminid/geminid/cookie"
	"github.com/geminid/geminid/cookie/export"
)

// sessionCookie is one cookie in the form of the common export extensions, which
// the server reads as it reads any export.
type sessionCookie struct {
	Name     string  `json:"name"`
	Value    string  `json:"value"`
	Domain   string  `json:"domain"`
	Path     string  `json:"path"`
	Secure   bool    `json:"secure"`
	HTTPOnly bool    `json:"httpOnly"`
	Expires  float64 `json:"expirationDate,omitempty"` // seconds since 1970
}

// EncodeSession writes the session's cookies for carrying. This is the one place of
// gchat where their values are taken out of their wrapping.
func EncodeSession(e *export.Result) ([]byte, error) {
	list := []sessionCookie{newSessionCookie(cookie.NamePSID, e.Set.PSID(), e.PSIDExpires)}
	if ts := e.Set.PSIDTS(); !ts.IsZero() {
		list = append(list, newSessionCookie(cookie.NamePSIDTS, ts, e.PSIDTSExpires))
	}
	for _, extra := range e.Set.Extra() {
		list = append(list, newSessionCookie(extra.Name, extra.Value, time.Time{}))
	}
	data, err := json.MarshalIndent(list, "", " ")
	if err != nil {
		return nil, fmt.Errorf("writing the cookies as JSON: %w", err)
	}
	return append(data, '\n'), nil
}

func newSessionCookie(name string, value cookie.Value, expires time.Time) sessionCookie {
	c := sessionCookie{Name: name, Value: value.Reveal(), Domain: ".google.com", Path: "/", Secure: true, HTTPOnly: true}
	if !expires.IsZero() {
		c.Expires = float64(expires.Unix())
	}
	return c
}
