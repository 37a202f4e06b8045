package simulator

import (
	"net/http"
	"strconv"
	"strings"
)

// A link to a picture leads over three places: the start, a middle host under
// google.com which is the only one that wants (and gets) the login cookies, and
// the end. The token in the path names the place for which it is valid.
const (
	markMiddle = "m"
	markEnd    = "f"
)

// mediaToken splits a path's last element into token and size suffix.
func (c *call) mediaToken() (token, suffix string) {
	path := c.r.URL.Path
	token, suffix, _ = strings.Cut(path[strings.LastIndex(path, "/")+1:], "=")
	return token, suffix
}

// mediaStart is the link from the answer.
func (c *call) mediaStart() {
	token, suffix := c.mediaToken()
	pic := c.s.pictures.findPicture(func(p *picture) bool { return p.token == token && p.kind == "" })
	if pic == nil {
		c.notFound()
		return
	}
	if !c.mediaReady(pic) {
		return
	}
	c.sendNext(hostMiddle, "/rd-gg-dl/"+markMiddle+token, suffix)
}

// mediaReady answers for a picture that is gone or not made yet.
func (c *call) mediaReady(pic *picture) bool {
	c.s.pictures.mu.Lock()
	gone := pic.dead || c.hasFault(Expired) || pic.once && pic.used || c.s.now().Sub(pic.made) >= c.s.cfg.LinkLife
	waiting := pic.pending > 0 || c.hasFault(Pending)
	if waiting && !gone && pic.pending > 0 {
		pic.pending--
	}
	c.s.pictures.mu.Unlock()
	switch {
	case gone:
		c.serveForbidden("link expired")
		return false
	case waiting:
		c.w.WriteHeader(http.StatusPartialContent)
		return false
	}
	return true
}

func (c *call) serveForbidden(why string) {
	c.noteEntry(func(e *Entry) { e.Refusal = why })
	c.serveHTML(http.StatusForbidden, "<html><title>Error 403 (Forbidden)!!1</title><p><b>403.</b> That’s an error.</html>\n")
}

// sendNext sends the client on: with a redirect, or with the link as text to a
// client that asked for that.
func (c *call) sendNext(host, path, suffix string) {
	target := c.baseURL(host) + path
	if suffix != "" {
		target += "=" + suffix
	}
	if c.r.URL.Query().Get("alr") == "yes" {
		c.w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		c.w.WriteString(target + "?alr=yes")
		return
	}
	c.w.Header().Set("Location", target)
	c.serveHTML(http.StatusFound, "")
}

// mediaHop is the middle and the end of the chain.
func (c *call) mediaHop() {
	marked, suffix := c.mediaToken()
	token, middle := strings.CutPrefix(marked, markMiddle)
	if !middle {
		token = strings.TrimPrefix(marked, markEnd)
	}
	pic := c.s.pictures.findPicture(func(p *picture) bool { return p.token == token && p.kind == "" })
	rightHost := !c.known || middle == (c.host == hostMiddle)
	if pic == nil || !rightHost {
		c.notFound()
		return
	}
	if middle {
		if !c.alive || pic.session != c.session {
			c.serveForbidden("no valid login at the middle host")
			return
		}
		c.sendNext(hostMedia, "/rd-gg-dl/"+markEnd+token, suffix)
		return
	}
	c.showPicture(pic, suffix)
}

func (c *call) showPicture(pic *picture, suffix string) {
	if pic.html {
		c.signIn()
		return
	}
	limit, asJPEG := sizeSuffix(suffix)
	data, kind := pic.encodeImage(limit, asJPEG || pic.jpeg)
	c.s.pictures.mu.Lock()
	pic.used = true
	c.s.pictures.mu.Unlock()
	c.serveBytes(kind, data)
}

// sizeSuffix reads "s2048", "s1024-rj", "s0", "d-I": the longest side (0 for no
// limit) and whether JPEG is wanted. Without one a preview is given.
func sizeSuffix(suffix string) (limit int, asJPEG bool) {
	limit = 512
	for _, word := range strings.Split(suffix, "-") {
		switch n, err := strconv.Atoi(strings.TrimPrefix(word, "s")); {
		case word == "rj":
			asJPEG = true
		case word == "d" || word == "s0":
			limit = 0
		case strings.HasPrefix(word, "s") && err == nil && n > 0:
			limit = n
		}
	}
	return limit, asJPEG
}

func (c *call) serveBytes(kind string, data []byte) {
	h := c.w.Header()
	h.Set("Content-Type", kind)
	h.Set("Content-Length", itoa(len(data)))
	h.Set("Cache-Control", "private, max-age=86400")
	c.w.WriteHeader(http.StatusOK)
	if c.r.Method == http.MethodHead {
		return
	}
	for len(data) > 0 {
		n := min(len(data), 64<<10)
		if _, err := c.w.Write(data[:n]); err != nil {
			return
		}
		data = data[n:]
	}
}

// mediaPreview serves a thumbnail, which needs no cookies.
func (c *call) mediaPreview() {
	pic := picture{seed: c.s.seededDigest("preview", c.r.URL.RequestURI()), width: 256, height: 256}
	data, kind := pic.encodeImage(0, true)
	c.serveBytes(kind, data)
}

// mediaFile is a video or a piece of music.
func (c *call) mediaFile() {
	token := c.r.URL.Query().Get("c")
	file := c.s.pictures.findPicture(func(p *picture) bool { return p.token == token && p.kind != "" })
	switch {
	case file == nil:
		c.notFound()
	case !c.alive || file.session != c.session:
		c.serveForbidden("no valid login")
	case !c.mediaReady(file):
	case file.kind == "audio":
		c.serveBytes("audio/mpeg", append([]byte("ID3\x04\x00\x00\x00\x00\x00\x00"), make([]byte, 2048)...))
	default:
		head := "\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00mp42isom\x00\x00\x08\x08mdat"
		c.serveBytes("video/mp4", append([]byte(head), make([]byte, 2048)...))
	}
}
