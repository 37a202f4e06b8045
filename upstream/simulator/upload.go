package simulator

import (
	"bytes"
	"errors"
	"io"
	"mime"
	"net/http"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"
)

const granularity = 262144

// uploadForm is the multipart form of an upload: one part named file.
func (c *call) uploadForm() {
	if c.r.Method != http.MethodPost || !c.uploadHeaders() {
		return
	}
	parts, err := c.r.MultipartReader()
	if err != nil {
		c.uploadError(http.StatusBadRequest)
		return
	}
	for {
		part, err := parts.NextPart()
		if err != nil {
			c.uploadError(http.StatusBadRequest)
			return
		}
		if part.FormName() != "file" {
			continue
		}
		c.takeUpload(part.FileName(), orWord(part.Header.Get("Content-Type"), "application/octet-stream"), part)
		return
	}
}

// uploadHeaders checks the headers that both forms need.
func (c *call) uploadHeaders() bool {
	if !strings.HasPrefix(c.r.Header.Get("Push-Id"), "feeds/") || c.r.Header.Get("X-Tenant-Id") != "bard-storage" {
		c.noteEntry(func(e *Entry) { e.Refusal = "upload headers" })
		c.uploadError(http.StatusBadRequest)
		return false
	}
	return true
}

func (c *call) uploadError(status int) {
	c.w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	c.w.WriteHeader(status)
}

// takeUpload stores a file and answers its reference.
func (c *call) takeUpload(name, mime string, from io.Reader) {
	switch ref, err := c.s.storeFile(name, mime, from); {
	case errors.Is(err, errTooLarge):
		c.uploadError(http.StatusRequestEntityTooLarge)
	case err != nil:
		c.uploadError(http.StatusBadRequest)
	default:
		c.w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		c.w.WriteString(ref)
	}
}

// transfer is a resumable upload under way.
type transfer struct {
	id, name, mime string
	length         int
	data           []byte
	touched        time.Time
}

// uploadResumable is the browser's form: a start that hands out an address,
// then the bytes in one or more steps.
func (c *call) uploadResumable() {
	if c.r.Method != http.MethodPost && c.r.Method != http.MethodPut {
		c.uploadError(http.StatusMethodNotAllowed)
		return
	}
	command := c.r.Header.Get("X-Goog-Upload-Command")
	if command == "start" {
		c.startTransfer()
		return
	}
	t := c.s.files.findTransfer(c.r.URL.Query().Get("upload_id"))
	switch {
	case t == nil:
		c.uploadError(http.StatusNotFound)
	case command == "query":
		c.transferStatus("active", len(t.data))
	case command == "cancel":
		c.s.files.endTransfer(t)
		c.transferStatus("cancelled", 0)
	default:
		c.continueTransfer(t, command)
	}
}

func (c *call) startTransfer() {
	h := c.r.Header
	length, err := strconv.Atoi(h.Get("X-Goog-Upload-Header-Content-Length"))
	if !c.uploadHeaders() {
		return
	}
	if err != nil || length < 0 || length > maxFile || h.Get("X-Goog-Upload-Protocol") != "resumable" {
		c.uploadError(http.StatusBadRequest)
		return
	}
	body, _ := io.ReadAll(io.LimitReader(c.r.Body, 4096))
	name := strings.TrimSpace(strings.TrimPrefix(string(body), "File name:"))
	kind := orWord(h.Get("X-Goog-Upload-Header-Content-Type"), mime.TypeByExtension(path.Ext(name)))
	t := &transfer{id: c.s.nextID() + c.s.nextID(), name: name, mime: kind, length: length, touched: c.s.now()}
	c.s.files.addTransfer(t)
	host := c.host
	if !c.known {
		host = hostPush
	}
	c.w.Header().Set("X-Goog-Upload-URL", c.baseURL(host)+"/upload/?upload_id="+t.id+"&upload_protocol=resumable")
	c.w.Header().Set("X-Goog-Upload-Chunk-Granularity", itoa(granularity))
	c.transferStatus("active", -1)
}

// continueTransfer takes bytes in; "finalize" in the command ends the upload.
func (c *call) continueTransfer(t *transfer, command string) {
	offset, err := strconv.Atoi(c.r.Header.Get("X-Goog-Upload-Offset"))
	data, readErr := io.ReadAll(io.LimitReader(c.r.Body, int64(t.length)+1))
	final := strings.Contains(command, "finalize")
	f := &c.s.files
	f.mu.Lock()
	fits := err == nil && readErr == nil && offset == len(t.data) && len(t.data)+len(data) <= t.length &&
		(final || len(data)%granularity == 0)
	if fits && strings.Contains(command, "upload") {
		t.data = append(t.data, data...)
	}
	complete := len(t.data) == t.length
	have := len(t.data)
	f.mu.Unlock()
	switch {
	case !fits || final && !complete:
		c.w.Header().Set("X-Goog-Upload-Status", "active")
		c.uploadError(http.StatusBadRequest)
	case final:
		f.endTransfer(t)
		c.w.Header().Set("X-Goog-Upload-Status", "final")
		c.takeUpload(t.name, t.mime, bytes.NewReader(t.data))
	default:
		c.transferStatus("active", have)
	}
}

func (c *call) transferStatus(word string, have int) {
	c.w.Header().Set("X-Goog-Upload-Status", word)
	if have >= 0 {
		c.w.Header().Set("X-Goog-Upload-Size-Received", itoa(have))
	}
	c.uploadError(http.StatusOK)
}

func (f *files) addTransfer(t *transfer) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.started = append(f.started, t)
	if len(f.started) > 100 {
		f.started = slices.Clone(f.started[1:])
	}
}

func (f *files) findTransfer(id string) *transfer {
	f.mu.Lock()
	defer f.mu.Unlock()
	i := slices.IndexFunc(f.started, func(t *transfer) bool { return t.id == id })
	if i < 0 {
		return nil
	}
	return f.started[i]
}

func (f *files) endTransfer(t *transfer) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.started = slices.DeleteFunc(f.started, func(o *transfer) bool { return o == t })
}
