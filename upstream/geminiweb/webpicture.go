package geminiweb

import (
	"context"
	"net/url"
	"time"

	"github.com/geminid/geminid/chat"
	"github.com/geminid/geminid/cookie"
	"github.com/geminid/geminid/upstream/geminiweb/wire"
)

// webPictureTimeout bounds the wait for one picture from the web, which is there
// already.
const webPictureTimeout = 10 * time.Second

// deliverWebPictures fetches the pictures from the web that the app shows beside an
// answer and sends them as files; the pages that they are from become sources. One
// that cannot be fetched, because it is gone or not at a host of pictures, is no
// loss: its page is a source all the same.
func (r *answerReader) deliverWebPictures(ctx context.Context) error {
	seen := make(map[string]bool)
	for _, m := range r.media {
		if !m.Web || seen[m.URL] {
			continue
		}
		seen[m.URL] = true
		r.sources = append(r.sources, wire.Source{URL: m.Page, Title: m.Title})
		blob, err := r.t.fetchWebPicture(ctx, m)
		switch {
		case err == nil:
			if err := r.t.sendEvent(chat.Event{Kind: chat.Media, Blob: blob}); err != nil {
				return err
			}
		case ctx.Err() != nil:
			return callError(ctx, err)
		default:
			r.t.c.notice(SignMedia, hostOf(m.URL), findingOf(err).Detail)
		}
	}
	return nil
}

func (t *streamCall) fetchWebPicture(ctx context.Context, m wire.MediaLink) (blob *chat.Blob, err error) {
	ctx, cancel := context.WithTimeout(ctx, webPictureTimeout)
	defer cancel()
	start := t.c.cfg.Now()
	defer func() { t.c.observeCall("image", start, err) }()
	link, err := url.Parse(m.URL)
	if err != nil {
		return nil, newError(chat.Upstream, cookie.Drift, msgStrange).withDetail("a picture's link is no address")
	}
	return t.c.fetchFile(ctx, t.set, fileSource{link: link, name: m.Name, web: true})
}
