package geminiweb

import "strings"

// Sign is a sign that the upstream changed: something that is counted while the
// calls go on.
type Sign string

// The signs.
const (
	// SignStaleLabel is a call that was refused until the page was read anew; the
	// detail is the status.
	SignStaleLabel Sign = "stale_label"
	// SignServed is an answer under another model id than the one asked for; the
	// detail is both, and the name.
	SignServed Sign = "served_model"
	// SignComponent is an element of an answer's text that is none of the app's known
	// components, though it begins a line as they do; the detail is its name.
	SignComponent Sign = "component"
	// SignCanvas is an answer with the chip of a document that did not come.
	SignCanvas Sign = "canvas"
	// SignOvertaken is an answer in a temporary chat that broke off while another
	// question of the account began; the detail is the mode.
	SignOvertaken Sign = "overtaken_cut"
)

// maxDetail bounds the detail of a sign, in bytes.
const maxDetail = 64

// notice reports a sign. The parts of its detail may come from the upstream: of them
// letters, digits and a few marks are left.
func (c *Client) notice(sign Sign, detail ...string) {
	text := strings.Map(func(r rune) rune {
		switch {
		case 'a' <= r && r <= 'z', 'A' <= r && r <= 'Z', '0' <= r && r <= '9', strings.ContainsRune(" .-_[]:/", r):
			return r
		}
		return -1
	}, strings.Join(detail, " "))
	c.cfg.Noticed(sign, strings.TrimSpace(text[:min(len(text), maxDetail)]))
}
