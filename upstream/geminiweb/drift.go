package geminiweb

import (
	"strconv"
	"strings"

	"github.com/geminid/geminid/chat"
	"github.com/geminid/geminid/upstream/geminiweb/wire"
)

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
	// SignBody, SignCandidate and SignContainer are places of an answer that hold
	// something and that no recording has: of the body, the candidate and its container
	// of media. The detail is the index alone.
	SignBody      Sign = "body_index"
	SignCandidate Sign = "candidate_index"
	SignContainer Sign = "container_index"
	// SignRefusal is a refusal inside an answer; the detail is its code, or the status
	// if it has none, and "trailing" if it came behind a complete answer.
	SignRefusal Sign = "refusal"
	// SignMedia is a picture or file that could not be fetched; the detail is the host
	// of its link and what happened.
	SignMedia Sign = "media"
	// SignExtended is an answer for which extended thinking was asked; the detail says
	// whether thoughts came.
	SignExtended Sign = "extended_thinking"
	// SignOvertaken is an answer in a temporary chat that broke off while another
	// question of the account began; the detail is the mode.
	SignOvertaken Sign = "overtaken_cut"
)

// maxDetail bounds the detail of a sign, in bytes.
const maxDetail = 96

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

// noticeAnswer reports the signs of an answer that has ended.
func (r *answerReader) noticeAnswer() {
	c := r.t.c
	for _, part := range []struct {
		sign   Sign
		places wire.Places
	}{{SignBody, r.unknown.Body}, {SignCandidate, r.unknown.Candidate}, {SignContainer, r.unknown.Container}} {
		for place := range part.places.All() {
			c.notice(part.sign, strconv.Itoa(place))
		}
	}
	if refused := r.refused; refused != nil {
		code := "status " + strconv.Itoa(refused.Status)
		if refused.Code != 0 {
			code = strconv.Itoa(refused.Code)
		}
		if r.answer.Done() {
			code += " trailing"
		}
		c.notice(SignRefusal, code)
	}
}

// noticeThinking reports whether extended thinking shows, once all of the answer was
// sent.
func (r *answerReader) noticeThinking() {
	if r.t.q.target.thinking == chat.ThinkingExtended && r.answer.Done() {
		thoughts := "without thoughts"
		if r.thought {
			thoughts = "with thoughts"
		}
		r.t.c.notice(SignExtended, thoughts)
	}
}
