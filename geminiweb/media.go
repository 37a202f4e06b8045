package geminiweb

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"path"
	"regexp"
	"strings"
	"time"

	"github.com/geminid/geminid/chat"
	"github.com/geminid/geminid/cookie"
)

const (
	pictureLimit   = 20 << 20
	pictureHops    = 10
	pictureTimeout = 90 * time.Second
	pictureSize    = "s2048"
	picturePause   = 5 * time.Second // between two looks at one that is being made
)

// pictureTypes are the formats that are passed on, with their file endings; the
// bytes decide which one it is.
var pictureTypes = map[string]string{
	"image/png": ".png", "image/jpeg": ".jpg", "image/webp": ".webp", "image/gif": ".gif",
}

// deliver fetches the answer's pictures and passes them on. One that can not be
// had is left out when the answer has something else to show.
func (r *reading) deliver(ctx context.Context) *Error {
	t := r.t
	var last *Error
	for _, p := range r.pictures {
		blob, failure := t.c.fetchPicture(ctx, t.set, p)
		switch {
		case failure == nil:
		case failure.told.Kind == chat.Canceled:
			return failure
		default:
			last = failure
			t.c.cfg.Logger.Warn("a picture of an answer could not be fetched", "reason", failure.finding.Detail)
			continue
		}
		if !t.send(chat.Event{Kind: chat.Media, Blob: blob}) {
			return errLeft
		}
	}
	if !t.begun {
		return last
	}
	return nil
}

// fetchPicture follows a picture's link to its bytes: in full size first, then
// as the preview that the link shows by itself.
func (c *Client) fetchPicture(ctx context.Context, set cookie.Set, p picture) (blob *chat.Blob, failure *Error) {
	ctx, cancel := context.WithTimeout(ctx, pictureTimeout)
	defer cancel()
	start := c.cfg.Now()
	defer func() { c.observe("image", start, failure) }()
	first, err := url.Parse(p.url)
	if err != nil {
		return nil, fail(chat.Upstream, cookie.Drift, msgStrange).detail("a picture's link is no address")
	}
	data, kind, failure := c.fetch(ctx, set, sized(first))
	if failure != nil && ctx.Err() == nil {
		data, kind, failure = c.fetch(ctx, set, first)
	}
	if failure != nil {
		return nil, failure
	}
	return &chat.Blob{MIME: kind, Name: pictureName(p.name, kind), Data: data}, nil
}

var sizeSuffix = regexp.MustCompile(`=s\d+(-rj)?$`)

// sized asks for a large picture. Other transforms in a link are left alone.
func sized(u *url.URL) *url.URL {
	large := *u
	name := path.Base(u.Path)
	if strings.Contains(name, "=") && !sizeSuffix.MatchString(name) {
		return &large
	}
	large.Path = sizeSuffix.ReplaceAllString(u.Path, "") + "=" + pictureSize
	large.RawPath = ""
	return &large
}

// fetch goes along the redirects by hand, with cookies only where they belong,
// and reads what is at their end.
func (c *Client) fetch(ctx context.Context, set cookie.Set, u *url.URL) (data []byte, kind string, failure *Error) {
	for range pictureHops {
		if !isMediaHost(u) {
			return nil, "", fail(chat.Upstream, cookie.Drift, msgStrange).detail("a picture's link leads to a foreign host")
		}
		req, _ := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil)
		req.Header.Set("Accept", "image/*")
		req.Header.Set("Referer", "https://"+hostApp+"/")
		resp, err := c.send(req, set)
		if err != nil {
			return nil, "", failedCall(ctx, err)
		}
		switch status := resp.StatusCode; {
		case status == http.StatusOK:
			return readPicture(ctx, resp)
		case status == http.StatusPartialContent:
			drain(resp.Body)
			if err := pause(ctx, picturePause); err != nil {
				return nil, "", failedCall(ctx, err)
			}
			continue
		}
		drain(resp.Body)
		next, err := u.Parse(resp.Header.Get("Location"))
		if resp.StatusCode < 300 || resp.StatusCode > 399 || resp.Header.Get("Location") == "" || err != nil {
			return nil, "", fail(chat.Upstream, cookie.Silent, "the picture could not be fetched from Google; ask again").
				detail("a picture's link answers with status %d", resp.StatusCode)
		}
		u = next
	}
	return nil, "", fail(chat.Upstream, cookie.Silent, "the picture was not ready in time; ask again").
		detail("a picture's link does not come to an end")
}

var errTooLarge = errors.New("larger than 20 MiB")

func readPicture(ctx context.Context, resp *http.Response) ([]byte, string, *Error) {
	defer resp.Body.Close()
	data, err := io.ReadAll(io.LimitReader(resp.Body, pictureLimit+1))
	if err == nil && len(data) > pictureLimit {
		err = fmt.Errorf("a picture is %w", errTooLarge)
	}
	if err != nil {
		if errors.Is(err, errTooLarge) {
			return nil, "", fail(chat.Upstream, cookie.Silent, "the picture is larger than 20 MiB; ask for a smaller one").because(err)
		}
		return nil, "", failedCall(ctx, err)
	}
	kind := http.DetectContentType(data)
	if pictureTypes[kind] == "" {
		return nil, "", fail(chat.Upstream, cookie.Silent, "Google sent something that is no picture; ask again").
			detail("a picture's link leads to something else")
	}
	return data, kind, nil
}

// isMediaHost bounds where links and redirects may lead.
func isMediaHost(u *url.URL) bool {
	host := strings.ToLower(u.Hostname())
	return u.Scheme == "https" && u.User == nil && (u.Port() == "" || u.Port() == "443") &&
		(strings.HasSuffix(host, ".google.com") || strings.HasSuffix(host, ".googleusercontent.com"))
}

// pictureName makes a plain file name with the ending of the real format.
func pictureName(name, kind string) string {
	name = strings.TrimSuffix(path.Base(path.Clean("/"+name)), path.Ext(name))
	name = strings.Map(func(r rune) rune {
		if r < 0x80 && (isWord(byte(r)) || r == '-' || r == '.') {
			return r
		}
		return -1
	}, name)
	if name == "" || len(name) > 100 {
		name = "picture"
	}
	return name + pictureTypes[kind]
}

// pause waits, or returns the end of ctx.
func pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
