package geminiweb

import (
	"bytes"
	"cmp"
	"context"
	"crypto/rand"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/geminid/geminid/chat"
	"github.com/geminid/geminid/cookie"
	"github.com/geminid/geminid/upstream/geminiweb/wire"
)

// uploadForm sends a file as the one part of a multipart form. The file is not
// copied.
func (c *Client) uploadForm(ctx context.Context, set cookie.Set, s *session, f outgoingFile) (string, error) {
	boundary := rand.Text() // a file cannot contain it
	head := "--" + boundary + "\r\n" +
		`Content-Disposition: form-data; name="file"; filename="` + quoteName.Replace(f.name) + "\"\r\n" +
		"Content-Type: " + mediaType(f.MIME) + "\r\n\r\n"
	tail := "\r\n--" + boundary + "--\r\n"
	body := func() (io.ReadCloser, error) {
		return io.NopCloser(io.MultiReader(strings.NewReader(head), bytes.NewReader(f.Data), strings.NewReader(tail))), nil
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, "https://"+hostUpload+"/upload", nil)
	if err != nil {
		return "", requestError(err)
	}
	req.Body, _ = body()
	req.GetBody = body
	req.ContentLength = int64(len(head) + len(f.Data) + len(tail))
	uploadHeaders(req.Header, s)
	req.Header.Set("Content-Type", "multipart/form-data; boundary="+boundary)
	_, answer, err := c.callUpload(ctx, req, set)
	if err != nil {
		return "", err
	}
	return c.readReference(answer)
}

// uploadResumable asks for an address and sends the file there in one step.
func (c *Client) uploadResumable(ctx context.Context, set cookie.Set, s *session, f outgoingFile) (string, error) {
	start, err := http.NewRequestWithContext(ctx, http.MethodPost, "https://"+hostResumable+"/upload/", strings.NewReader("File name: "+f.name))
	if err != nil {
		return "", requestError(err)
	}
	uploadHeaders(start.Header, s)
	start.Header.Set("Content-Type", formType)
	start.Header.Set("X-Goog-Upload-Protocol", "resumable")
	start.Header.Set("X-Goog-Upload-Command", "start")
	start.Header.Set("X-Goog-Upload-Header-Content-Length", strconv.Itoa(len(f.Data)))
	start.Header.Set("X-Goog-Upload-Header-Content-Type", mediaType(f.MIME))
	header, _, err := c.callUpload(ctx, start, set)
	if err != nil {
		return "", err
	}
	target, err := url.Parse(header.Get("X-Goog-Upload-Url"))
	if err != nil || !isUploadURL(target) {
		c.cfg.Drifted("schema")
		return "", newError(chat.Upstream, cookie.Drift, msgStrange).withDetail("an upload without a usable address")
	}
	send, err := http.NewRequestWithContext(ctx, http.MethodPost, target.String(), bytes.NewReader(f.Data))
	if err != nil {
		return "", requestError(err)
	}
	uploadHeaders(send.Header, s)
	send.Header.Set("Content-Type", formType)
	send.Header.Set("X-Goog-Upload-Command", "upload, finalize")
	send.Header.Set("X-Goog-Upload-Offset", "0")
	_, answer, err := c.callUpload(ctx, send, set)
	if err != nil {
		return "", err
	}
	return c.readReference(answer)
}

func uploadHeaders(h http.Header, s *session) {
	h.Set("Push-Id", cmp.Or(s.Feed, defaultFeed))
	h.Set("X-Tenant-Id", uploadTenant)
	h.Set("Origin", "https://"+hostApp)
	h.Set("Referer", "https://"+hostApp+"/")
}

// callUpload makes one call to an upload host and reads its short answer.
func (c *Client) callUpload(ctx context.Context, req *http.Request, set cookie.Set) (http.Header, []byte, error) {
	resp, err := c.sendRequest(req, set)
	if err != nil {
		return nil, nil, callError(ctx, err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxErrorBody))
	if err != nil {
		return nil, nil, callError(ctx, err)
	}
	switch resp.StatusCode {
	case http.StatusOK:
		return resp.Header, body, nil
	case http.StatusRequestEntityTooLarge:
		return nil, nil, newError(chat.TooLarge, cookie.Silent, "the file is too large for Google's web chat; send a smaller one").
			withDetail("an upload was refused as too large")
	case http.StatusBadRequest, http.StatusNotFound, http.StatusMethodNotAllowed:
		return nil, nil, newError(chat.Upstream, cookie.Silent, "Google did not take the file; if this stays, look for an update of geminid").
			withDetail("an upload was answered with status %d", resp.StatusCode)
	}
	return nil, nil, httpStatusError(resp.StatusCode, resp.Header, body)
}

// readReference checks the reference that the answer of an upload is.
func (c *Client) readReference(body []byte) (string, error) {
	reference := strings.TrimSpace(string(body))
	if !strings.HasPrefix(reference, "/") || len(reference) > referenceLimit || !wire.IsToken(reference) {
		c.cfg.Drifted("schema")
		return "", newError(chat.Upstream, cookie.Drift, msgStrange).withDetail("an upload without a reference")
	}
	return reference, nil
}
