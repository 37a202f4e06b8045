package harness

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"
)

// Session is a sign-in at the simulator, as a browser knows it.
type Session struct {
	Name         string
	PSID, PSIDTS string
}

// Stranger returns well-formed cookies of a session that nobody ever made.
func Stranger() Session {
	return Session{
		PSID:   Secret("g.a000" + strings.Repeat("StrangerAtTheDoor", 8)),
		PSIDTS: Secret("sidts-Cj" + strings.Repeat("StrangerAtTheDoor", 5)),
	}
}

// Netscape writes the session as a cookies.txt file.
func (s Session) Netscape() string {
	var b strings.Builder
	b.WriteString("# Netscape HTTP Cookie File\n\n")
	for _, c := range s.pairs() {
		fmt.Fprintf(&b, "#HttpOnly_.google.com\tTRUE\t/\tTRUE\t%d\t%s\t%s\n", inAYear(), c[0], c[1])
	}
	return b.String()
}

// JSON writes the session as browser extensions export it.
func (s Session) JSON() string {
	var list []map[string]any
	for _, c := range s.pairs() {
		list = append(list, map[string]any{
			"domain": ".google.com", "expirationDate": float64(inAYear()) + .25, "hostOnly": false, "httpOnly": true,
			"name": c[0], "path": "/", "sameSite": "no_restriction", "secure": true, "session": false, "storeId": "0", "value": c[1],
		})
	}
	text, _ := json.MarshalIndent(list, "", "    ")
	return string(text)
}

func (s Session) pairs() [][2]string {
	return [][2]string{{"__Secure-1PSID", s.PSID}, {"__Secure-1PSIDTS", s.PSIDTS}}
}

func inAYear() int64 { return time.Now().AddDate(1, 0, 0).Unix() }
