package geminiweb

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/geminid/geminid/chat"
	"github.com/geminid/geminid/chat/media"
	"github.com/geminid/geminid/cookie"
)

const (
	pictureLimit = 20 << 20
	fileLimit    = 64 << 20 // of a video or a piece of music
	mediaHops    = 10
	mediaPause   = 10 * time.Second // between two looks at one that is being made
	linkLimit    = 8 << 10
)

// pictureTypes are the formats of pictures that are passed on: those that every
// client shows. The bytes decide which one it is.
var pictureTypes = []string{"image/png", "image/jpeg", "image/webp", "image/gif"}

// fileSource is where a file of an answer lies.
type fileSource struct {
	link *url.URL
	name string
	file bool // a video or a piece of music
}

func (s fileSource) maxBytes() int64 {
	if s.file {
		return fileLimit
	}
	return pictureLimit
}

// acceptsType reports whether files of a type are passed on.
func (s fileSource) acceptsType(kind string) bool {
	if slices.Contains(pictureTypes, kind) {
		return true
	}
	general, _, _ := strings.Cut(kind, "/")
	return s.file && (general == "video" || general == "audio")
}

// fetchFile goes along the redirects by hand, with cookies only where they belong,
// and reads what is at their end. A link may lead on with a redirect or with an
// answer of text, and ask to wait for what is still being made.
func (c *Client) fetchFile(ctx context.Context, set cookie.Set, s fileSource) (*chat.Blob, *Error) {
	u := s.link
	for hops := 0; hops < mediaHops; {
		if !isMediaURL(u) {
			return nil, newError(chat.Upstream, cookie.Drift, msgStrange).withDetail("a picture's link leads to a foreign host")
		}
		req, _ := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil)
		req.Header.Set("Accept", "image/*,video/*,audio/*,text/plain")
		req.Header.Set("Referer", "https://"+hostApp+"/")
		resp, err := c.sendRequest(req, set)
		if err != nil {
			return nil, callError(ctx, err)
		}
		if resp.StatusCode == http.StatusPartialContent {
			drainBody(resp.Body)
			if err := sleepContext(ctx, mediaPause); err != nil {
				return nil, callError(ctx, err)
			}
			continue
		}
		next, end, failure := nextHop(ctx, resp, u)
		switch {
		case failure != nil:
			return nil, failure
		case end:
			return readFile(ctx, resp, s)
		}
		u = next
		hops++
	}
	return nil, newError(chat.Upstream, cookie.Silent, "the picture could not be fetched from Google; ask again").
		withDetail("a picture's link does not come to an end")
}

// nextHop says where an answer leads on; end means that it is the file itself,
// whose body is still to be read.
func nextHop(ctx context.Context, resp *http.Response, from *url.URL) (next *url.URL, end bool, failure *Error) {
	location := resp.Header.Get("Location")
	switch {
	case resp.StatusCode == http.StatusOK && strings.HasPrefix(resp.Header.Get("Content-Type"), "text/plain"):
		text, err := io.ReadAll(io.LimitReader(resp.Body, linkLimit))
		_ = resp.Body.Close()
		if err != nil {
			return nil, false, callError(ctx, err)
		}
		location = strings.TrimSpace(string(text))
	case resp.StatusCode == http.StatusOK:
		return nil, true, nil
	default:
		drainBody(resp.Body)
	}
	next, err := from.Parse(location)
	if resp.StatusCode >= 400 || location == "" || err != nil {
		return nil, false, newError(chat.Upstream, cookie.Silent, "the picture could not be fetched from Google; ask again").
			withDetail("a picture's link answers with status %d", resp.StatusCode)
	}
	return next, false, nil
}

// readFile reads the end of a chain and looks at what it is.
func readFile(ctx context.Context, resp *http.Response, s fileSource) (*chat.Blob, *Error) {
	defer resp.Body.Close()
	data, err := readWhole(resp, s.maxBytes())
	if errors.Is(err, errTooLarge) {
		return nil, newError(chat.Upstream, cookie.Silent, "the picture is too large to be passed on; ask for a smaller one").withCause(err)
	}
	if err == nil {
		err = ctx.Err() // a body may end whole to the eye because we left
	}
	if err != nil {
		return nil, callError(ctx, err)
	}
	kind := media.DetectType(data)
	if !s.acceptsType(kind) {
		return nil, newError(chat.Upstream, cookie.Silent, "Google sent something that is no picture; ask again").
			withDetail("a picture's link leads to something else")
	}
	return &chat.Blob{MIME: kind, Name: plainName(s.name) + media.FileExtension(kind), Data: data}, nil
}

var errTooLarge = errors.New("larger than the limit for files of answers")

// readWhole reads a body of at most limit bytes into a slice that is made once
// when the length is told.
func readWhole(resp *http.Response, limit int64) ([]byte, error) {
	var b bytes.Buffer
	if resp.ContentLength > 0 && resp.ContentLength <= limit {
		b.Grow(int(resp.ContentLength) + bytes.MinRead)
	}
	if _, err := b.ReadFrom(io.LimitReader(resp.Body, limit+1)); err != nil {
		return nil, err
	}
	if int64(b.Len()) > limit {
		return nil, errTooLarge
	}
	return b.Bytes(), nil
}

// plainName is a file's name without its ending, in plain letters.
func plainName(name string) string {
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
	return name
}

// sleepContext waits, or returns the end of ctx.
func sleepContext(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func isWord(c byte) bool {
	return c == '_' || '0' <= c && c <= '9' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z'
}
