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

// deliverMedia fetches the media of the answer and sends them. A file that cannot
// be fetched is an error if nothing else answers the question: if a picture was
// asked for, text alone is no answer. Else the answer's text says that it is
// missing.
func (r *answerReader) deliverMedia(ctx context.Context) error {
	t := r.t
	var last error
	var lost []wire.MediaLink
	made := slices.DeleteFunc(slices.Clone(r.media), func(m wire.MediaLink) bool { return m.Web })
	for _, m := range made {
		blob, err := t.fetchMedia(ctx, m)
		switch {
		case err == nil:
			if err := t.sendEvent(chat.Event{Kind: chat.Media, Blob: blob}); err != nil {
				return err
			}
		case kindOf(err) == chat.Canceled:
			return err
		default:
			last, lost = err, append(lost, m)
			t.c.notice(SignMedia, hostOf(m.URL), findingOf(err).Detail)
			t.c.cfg.Logger.Warn("a picture or another file of an answer could not be fetched", "reason", findingOf(err).Detail)
		}
	}
	switch alone := len(lost) == len(made); {
	case len(lost) == 0:
		return nil
	case alone && (t.q.target.makesFile() || !r.texted):
		return last
	}
	return t.sendEvent(chat.Event{Kind: chat.Text, Text: r.missingNote(lost)})
}

// missingNote is the sentence about files that could not be fetched.
func (r *answerReader) missingNote(lost []wire.MediaLink) string {
	noun, it := "1 picture", "it"
	if slices.ContainsFunc(lost, func(m wire.MediaLink) bool { return !m.Picture }) {
		noun = "1 file"
	}
	if len(lost) > 1 {
		noun, it = strconv.Itoa(len(lost))+noun[1:]+"s", "them"
	}
	return r.startParagraph() + "(" + noun + " could not be fetched from Google; ask for " + it + " again.)"
}

// fetchMedia follows a link to its file.
func (t *streamCall) fetchMedia(ctx context.Context, m wire.MediaLink) (blob *chat.Blob, err error) {
	c := t.c
	limit := mediaTimeout
	if !m.Picture {
		limit = filmTimeout
	}
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	start := c.cfg.Now()
	defer func() { c.observeCall("image", start, err) }()
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
			if blob, err = c.fetchFile(ctx, t.set, fileSource{link: to, name: m.Name}); err == nil {
				return blob, nil
			}
		}
		if ctx.Err() != nil {
			return nil, callError(ctx, ctx.Err())
		}
	}
	return nil, err
}

// fullSizeLink asks for the link to a picture in its original size. It returns nil
// if there is none.
func (t *streamCall) fullSizeLink(ctx context.Context, m wire.MediaLink) *url.URL {
	if m.ID == "" || t.ids.CID == "" || t.ids.RID == "" {
		return nil
	}
	image := []any{[]any{nil, nil, nil, []any{nil, nil, nil, nil, nil, ""}}, []any{m.ID, 0}, nil, []any{19, ""}, nil, nil, nil, nil, nil, ""}
	answer := []any{t.ids.RID, t.ids.RCID, t.ids.CID, nil, ""}
	body, _, err := t.c.callRPC(ctx, t.session, t.set, rpcFullSize, marshalJSON([]any{image, answer, 1, 0, 1}))
	if err != nil {
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

// sizedLink returns the link to a picture in another size. A link with other
// transforms is returned as it is.
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
