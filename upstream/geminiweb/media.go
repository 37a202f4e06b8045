package geminiweb

import (
	"context"
	"net/url"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/geminid/geminid/chat"
	"github.com/geminid/geminid/cookie"
	"github.com/geminid/geminid/upstream/geminiweb/wire"
)

const (
	mediaTimeout = 3 * time.Minute
	filmTimeout  = 5 * time.Minute // for videos and music, which take their time
	pictureSize  = "s2048"
	fullSize     = "d-I"
	rpcFullSize  = "c8o8Fe"
)

// deliverMedia fetches what the answer shows and passes it on. What can not be had is
// an error when nothing else answers the question: where a picture was asked
// for, text alone is nothing. Else the answer's text says what is missing.
func (r *answerReader) deliverMedia(ctx context.Context) *Error {
	t := r.t
	var last *Error
	var lost []wire.MediaLink
	for _, m := range r.media {
		blob, failure := t.fetchMedia(ctx, m)
		switch {
		case failure == nil:
		case failure.public.Kind == chat.Canceled:
			return failure
		default:
			last, lost = failure, append(lost, m)
			t.c.cfg.Logger.Warn("a picture or another file of an answer could not be fetched", "reason", failure.finding.Detail)
			continue
		}
		if !t.sendEvent(chat.Event{Kind: chat.Media, Blob: blob}) {
			return errLeft
		}
	}
	switch alone := len(lost) == len(r.media); {
	case len(lost) == 0:
		return nil
	case alone && (t.q.target.image || !r.texted):
		return last
	}
	if !t.sendEvent(chat.Event{Kind: chat.Text, Text: r.missingNote(lost)}) {
		return errLeft
	}
	return nil
}

// missingNote is the sentence about what an answer shows and could not be had.
func (r *answerReader) missingNote(lost []wire.MediaLink) string {
	what, it := "1 picture", "it"
	if slices.ContainsFunc(lost, func(m wire.MediaLink) bool { return !m.Picture }) {
		what = "1 file"
	}
	if len(lost) > 1 {
		what, it = strconv.Itoa(len(lost))+what[1:]+"s", "them"
	}
	sentence := "(" + what + " could not be fetched from Google; ask for " + it + " again.)"
	if r.texted {
		return "\n\n" + sentence
	}
	return sentence
}

// fetchMedia follows a link to its bytes.
func (t *streamCall) fetchMedia(ctx context.Context, m wire.MediaLink) (blob *chat.Blob, failure *Error) {
	c := t.c
	limit := mediaTimeout
	if !m.Picture {
		limit = filmTimeout
	}
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	start := c.cfg.Now()
	defer func() { c.observeCall("image", start, failure) }()
	first, err := url.Parse(m.URL)
	if err != nil {
		return nil, newError(chat.Upstream, cookie.Drift, msgStrange).withDetail("a picture's link is no address")
	}
	if !m.Picture {
		return c.fetchFile(ctx, t.set, fileSource{link: first, name: m.Name, file: true})
	}
	for _, link := range []func() *url.URL{
		func() *url.URL { return t.fullSizeLink(ctx, m) },
		func() *url.URL { return sizedLink(first, pictureSize) },
		func() *url.URL { return first },
	} {
		if to := link(); to != nil {
			if blob, failure = c.fetchFile(ctx, t.set, fileSource{link: to, name: m.Name}); failure == nil {
				return blob, nil
			}
		}
		if ctx.Err() != nil {
			return nil, callError(ctx, ctx.Err())
		}
	}
	return nil, failure
}

// fullSizeLink asks for the link to a picture in the size it was made in; nil when that
// is not to be had.
func (t *streamCall) fullSizeLink(ctx context.Context, m wire.MediaLink) *url.URL {
	if m.ID == "" || t.ids.CID == "" || t.ids.RID == "" {
		return nil
	}
	image := []any{[]any{nil, nil, nil, []any{nil, nil, nil, nil, nil, ""}}, []any{m.ID, 0}, nil, []any{19, ""}, nil, nil, nil, nil, nil, ""}
	answer := []any{t.ids.RID, t.ids.RCID, t.ids.CID, nil, ""}
	body, _, failure := t.c.callRPC(ctx, t.session, t.set, rpcFullSize, marshalJSON([]any{image, answer, 1, 0, 1}))
	if failure != nil {
		return nil
	}
	link, err := url.Parse(wire.DecodeString(wire.At(body, 0)))
	if err != nil || link.Host == "" {
		return nil
	}
	link = sizedLink(link, fullSize)
	link.RawQuery = "alr=yes" // hand out the next address as text
	return link
}

var sizeSuffix = regexp.MustCompile(`=s\d+(-rj)?$`)

// sizedLink asks a link for another size. Other transforms in it are left alone.
func sizedLink(u *url.URL, size string) *url.URL {
	large := *u
	name := path.Base(u.Path)
	if strings.Contains(name, "=") && !sizeSuffix.MatchString(name) {
		return &large
	}
	large.Path = sizeSuffix.ReplaceAllString(u.Path, "") + "=" + size
	large.RawPath = ""
	return &large
}
