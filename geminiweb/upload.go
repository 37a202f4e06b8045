package geminiweb

import (
	"bytes"
	"cmp"
	"context"
	"crypto/rand"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"path"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/geminid/geminid/chat"
	"github.com/geminid/geminid/cookie"
	"github.com/geminid/geminid/media"
)

// The hosts that take files. The first one takes a plain form and lies outside
// google.com, so no cookie goes there; the second is the browser's and gets the
// session's.
const (
	hostUpload    = "content-push.googleapis.com"
	hostResumable = "push.clients6.google.com"

	defaultFeed    = "feeds/mcudyrk2a4khkz" // for pages that name none
	uploadTenant   = "bard-storage"
	uploadTimeout  = 3 * time.Minute
	uploadsAtOnce  = 6
	uploadLimit    = 20 << 20
	referenceLimit = 1 << 10
)

// upload is a file that the upstream holds.
type upload struct{ reference, name string }

// carry sends a request's files to the upstream and returns them in their
// order with the prompt that goes with them. A prompt over the limit becomes
// shorter and a text file.
func (t *turn) carry(ctx context.Context, s *session, req *chat.Request) (prompt string, files []upload, failure *Error) {
	prompt, overflow := chat.Split(req, t.c.cfg.MaxPrompt)
	blobs := chat.Files(req)
	if overflow != nil {
		if len(overflow.Data) > uploadLimit {
			return "", nil, tooLong().detail("a conversation of more than 20 MiB")
		}
		t.overflowed = true
		blobs = append(blobs, overflow)
	}
	files, failure = t.c.uploadAll(ctx, t.set, s, blobs)
	if failure != nil && failure.told.Kind == chat.TooLarge && t.overflowed && len(blobs) == 1 {
		failure = tooLong().detail("the conversation's file was refused")
	}
	return prompt, files, failure
}

func tooLong() *Error {
	return fail(chat.ContextLength, cookie.Silent, "the conversation is too long for Google's web chat; shorten it")
}

// uploadAll sends files side by side. The first failure ends the others: an
// answer that did not see a file would only look like one.
func (c *Client) uploadAll(ctx context.Context, set cookie.Set, s *session, blobs []*chat.Blob) ([]upload, *Error) {
	if len(blobs) == 0 {
		return nil, nil
	}
	ctx, cancel := context.WithTimeout(ctx, uploadTimeout)
	defer cancel()
	files := make([]upload, len(blobs))
	places := make(chan struct{}, uploadsAtOnce)
	var (
		group sync.WaitGroup
		first sync.Once
		found *Error
	)
	for i, blob := range blobs {
		places <- struct{}{}
		group.Go(func() {
			defer func() { <-places }()
			reference, failure := c.upload(ctx, set, s, outgoing{blob, uploadName(blob, i)})
			if failure != nil {
				first.Do(func() { found = failure; cancel() })
				return
			}
			files[i] = upload{reference, uploadName(blob, i)}
		})
	}
	group.Wait()
	return files, found
}

// outgoing is a file on its way, under the name that the upstream is told.
type outgoing struct {
	*chat.Blob
	name string
}

// upload sends one file: as a form, and when that is refused in the browser's
// resumable way.
func (c *Client) upload(ctx context.Context, set cookie.Set, s *session, f outgoing) (reference string, failure *Error) {
	start := c.cfg.Now()
	defer func() { c.observe("upload", start, failure) }()
	if reference, failure = c.uploadForm(ctx, set, s, f); failure == nil || ctx.Err() != nil || failure.told.Kind == chat.TooLarge {
		return reference, failure
	}
	return c.uploadResumable(ctx, set, s, f)
}

// uploadForm sends a file as the one part of a multipart form. The bytes are
// read from where they lie.
func (c *Client) uploadForm(ctx context.Context, set cookie.Set, s *session, f outgoing) (string, *Error) {
	boundary := rand.Text() // nothing that a file could hold
	head := "--" + boundary + "\r\n" +
		`Content-Disposition: form-data; name="file"; filename="` + quoteName.Replace(f.name) + "\"\r\n" +
		"Content-Type: " + mediaType(f.MIME) + "\r\n\r\n"
	tail := "\r\n--" + boundary + "--\r\n"
	body := func() (io.ReadCloser, error) {
		return io.NopCloser(io.MultiReader(strings.NewReader(head), bytes.NewReader(f.Data), strings.NewReader(tail))), nil
	}
	req, _ := http.NewRequestWithContext(ctx, http.MethodPost, "https://"+hostUpload+"/upload", nil)
	req.Body, _ = body()
	req.GetBody = body
	req.ContentLength = int64(len(head) + len(f.Data) + len(tail))
	uploadHeaders(req.Header, s)
	req.Header.Set("Content-Type", "multipart/form-data; boundary="+boundary)
	_, answer, failure := c.push(ctx, req, set)
	if failure != nil {
		return "", failure
	}
	return c.readReference(answer)
}

// uploadResumable asks for an address and sends the bytes there in one step.
func (c *Client) uploadResumable(ctx context.Context, set cookie.Set, s *session, f outgoing) (string, *Error) {
	start, _ := http.NewRequestWithContext(ctx, http.MethodPost, "https://"+hostResumable+"/upload/", strings.NewReader("File name: "+f.name))
	uploadHeaders(start.Header, s)
	start.Header.Set("Content-Type", formType)
	start.Header.Set("X-Goog-Upload-Protocol", "resumable")
	start.Header.Set("X-Goog-Upload-Command", "start")
	start.Header.Set("X-Goog-Upload-Header-Content-Length", strconv.Itoa(len(f.Data)))
	start.Header.Set("X-Goog-Upload-Header-Content-Type", mediaType(f.MIME))
	header, _, failure := c.push(ctx, start, set)
	if failure != nil {
		return "", failure
	}
	target, err := url.Parse(header.Get("X-Goog-Upload-Url"))
	if err != nil || !isUploadHost(target) {
		c.cfg.Drifted("schema")
		return "", fail(chat.Upstream, cookie.Drift, msgStrange).detail("an upload without a usable address")
	}
	send, _ := http.NewRequestWithContext(ctx, http.MethodPost, target.String(), bytes.NewReader(f.Data))
	uploadHeaders(send.Header, s)
	send.Header.Set("Content-Type", formType)
	send.Header.Set("X-Goog-Upload-Command", "upload, finalize")
	send.Header.Set("X-Goog-Upload-Offset", "0")
	_, answer, failure := c.push(ctx, send, set)
	if failure != nil {
		return "", failure
	}
	return c.readReference(answer)
}

func uploadHeaders(h http.Header, s *session) {
	h.Set("Push-Id", cmp.Or(s.feed, defaultFeed))
	h.Set("X-Tenant-Id", uploadTenant)
	h.Set("Origin", "https://"+hostApp)
	h.Set("Referer", "https://"+hostApp+"/")
}

// push makes one call to an upload host and reads its short answer.
func (c *Client) push(ctx context.Context, req *http.Request, set cookie.Set) (http.Header, []byte, *Error) {
	resp, err := c.send(req, set)
	if err != nil {
		return nil, nil, failedCall(ctx, err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, errorHead))
	if err != nil {
		return nil, nil, failedCall(ctx, err)
	}
	switch resp.StatusCode {
	case http.StatusOK:
		return resp.Header, body, nil
	case http.StatusRequestEntityTooLarge:
		return nil, nil, fail(chat.TooLarge, cookie.Silent, "the file is too large for Google's web chat; send a smaller one").
			detail("an upload was refused as too large")
	case http.StatusBadRequest, http.StatusNotFound, http.StatusMethodNotAllowed:
		return nil, nil, fail(chat.Upstream, cookie.Silent, "Google did not take the file; if this stays, look for an update of geminid").
			detail("an upload was answered with status %d", resp.StatusCode)
	}
	return nil, nil, httpStatus(resp.StatusCode, resp.Header, body)
}

// readReference checks what a finished upload answers.
func (c *Client) readReference(body []byte) (string, *Error) {
	reference := strings.TrimSpace(string(body))
	if !strings.HasPrefix(reference, "/") || len(reference) > referenceLimit || !isToken(reference) {
		c.cfg.Drifted("schema")
		return "", fail(chat.Upstream, cookie.Drift, msgStrange).detail("an upload without a reference")
	}
	return reference, nil
}

// isUploadHost bounds where an upload may be sent to.
func isUploadHost(u *url.URL) bool {
	host := strings.ToLower(u.Hostname())
	return u.Scheme == "https" && u.User == nil && (u.Port() == "" || u.Port() == "443") &&
		(host == hostUpload || host == hostResumable)
}

// quoteName makes a name safe inside quotes of a header.
var quoteName = strings.NewReplacer(`\`, `\\`, `"`, `\"`)

// uploadName is the file's own name on one line, or one made up with the ending
// of its type: the upstream goes by endings too.
func uploadName(blob *chat.Blob, i int) string {
	name := path.Base(strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return -1
		}
		return r
	}, blob.Name))
	if blob.Name != "" && name != "." && name != "/" {
		return name
	}
	return fmt.Sprintf("input_%07d%s", i+1, ending(blob.MIME))
}

// endings are those of the texts that are sent most; the system's table knows
// several for each and none is the first.
var endings = map[string]string{
	"application/json": ".json",
	"text/plain":       ".txt", "text/markdown": ".md", "text/csv": ".csv", "text/html": ".html",
}

func ending(kind string) string {
	if e := cmp.Or(media.Ending(kind), endings[kind]); e != "" {
		return e
	}
	if known, err := mime.ExtensionsByType(kind); err == nil && len(known) > 0 {
		return known[0]
	}
	if strings.HasPrefix(kind, "text/") {
		return ".txt"
	}
	return ".bin"
}

// mediaType is a type that may stand in a header.
func mediaType(kind string) string {
	if kind == "" || !isHeader(kind) {
		return "application/octet-stream"
	}
	return kind
}
