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
	mediaPause   = 10 * time.Second // between two requests for one that is being made
	linkLimit    = 8 << 10
)

// pictureTypes are the formats of pictures that every client shows. The bytes
// decide which one a picture has.
var pictureTypes = []string{"image/png", "image/jpeg", "image/webp", "image/gif"}

// fileSource is the place of a file of an answer.
type fileSource struct {
	link *url.URL
	name string
	file bool // a video or a piece of music
	web  bool // a picture from the web
}

// allows reports whether the file, or a link on the way to it, may be at u.
func (s fileSource) allows(u *url.URL) bool {
	if s.web {
		return isWebPictureURL(u)
	}
	return isMediaURL(u)
}

func (s fileSource) maxBytes() int64 {
	if s.file {
		return fileLimit
	}
	return pictureLimit
}

// acceptsType reports whether files of a MIME type are sent to the client.
func (s fileSource) acceptsType(kind string) bool {
	if slices.Contains(pictureTypes, kind) {
		return true
	}
	general, _, _ := strings.Cut(kind, "/")
	return s.file && (general == "video" || general == "audio")
}

// fetchFile follows the link of a file, with cookies only for the hosts that they
// belong to, and reads the file. A link may lead on by a redirect or by an answer
// of text, and may ask to wait for a file that is still being made.
func (c *Client) fetchFile(ctx context.Context, set cookie.Set, s fileSource) (*chat.Blob, error) {
	u := s.link
	for hops := 0; hops < mediaHops; {
		if !s.allows(u) {
			return nil, newError(chat.Upstream, cookie.Drift, msgStrange).withDetail("a picture's link leads to a foreign host")
		}
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil)
		if err != nil {
			return nil, requestError(err)
		}
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
		next, end, err := nextHop(ctx, resp, u)
		switch {
		case err != nil:
			return nil, err
		case end:
			return readFile(ctx, resp, s)
		}
		u = next
		hops++
	}
	return nil, newError(chat.Upstream, cookie.Silent, "the picture could not be fetched from Google; ask again").
		withDetail("a picture's link does not come to an end")
}

// nextHop returns the address that an answer leads to. If end is set the answer is
// the file itself, and its body is not read yet.
func nextHop(ctx context.Context, resp *http.Response, from *url.URL) (next *url.URL, end bool, err error) {
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
	next, err = from.Parse(location)
	if resp.StatusCode >= 400 || location == "" || err != nil {
		return nil, false, newError(chat.Upstream, cookie.Silent, "the picture could not be fetched from Google; ask again").
			withDetail("a picture's link answers with status %d", resp.StatusCode)
	}
	return next, false, nil
}

// readFile reads the file at the end of the links and checks its type.
func readFile(ctx context.Context, resp *http.Response, s fileSource) (*chat.Blob, error) {
	defer resp.Body.Close()
	data, err := readWhole(resp, s.maxBytes())
	if errors.Is(err, errTooLarge) {
		return nil, newError(chat.Upstream, cookie.Silent, "the picture is too large to be passed on; ask for a smaller one").withCause(err)
	}
	if err == nil {
		err = ctx.Err() // a body may end whole to the eye because the context ended
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

// readWhole reads a body of at most limit bytes. If the length is known the slice
// is allocated once.
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

// plainName is the name of a file without its extension, in ASCII letters, digits
// and a few marks.
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

// sleepContext waits for d, or returns the error of ctx if that ends first.
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
