package api

import (
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/geminid/geminid/chat"
	"github.com/geminid/geminid/gateway/auth"
	"github.com/geminid/geminid/gateway/dialect"
	"github.com/geminid/geminid/gateway/uploads"
)

// The names of Google's protocol for uploads, as its SDKs use it: a first request that
// starts one, then requests with the bytes to the address that it was answered with.
const (
	uploadPath     = "/gemini/upload/v1beta/files"
	uploadProtocol = "X-Goog-Upload-Protocol"
	uploadCommand  = "X-Goog-Upload-Command"
	uploadOffset   = "X-Goog-Upload-Offset"
	uploadStatus   = "X-Goog-Upload-Status"

	maxUploadHead = 64 << 10 // what a client says about a file
)

// serveUpload takes files. A request with the ID of an upload needs no key: the ID was
// given to one who had it, cannot be guessed, and clients send the bytes without one.
func (a *API) serveUpload(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Cache-Control", "no-store")
	if err := a.takeUpload(w, r); err != nil {
		a.writeError(w, r, clientErrorOf(r.Context(), uploadError(err)))
	}
}

func (a *API) takeUpload(w http.ResponseWriter, r *http.Request) error {
	query := r.URL.Query()
	id := query.Get("upload_id")
	if id == "" {
		if err := a.authorize(r, auth.RoleAPI); err != nil {
			return err
		}
	}
	if a.uploads == nil {
		return errNoUploads
	}
	if err := paceBody(w, r, a.uploads.MaxFile()+maxUploadHead, func(int64) error { return nil }); err != nil {
		return err
	}
	kind, params, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	protocol := strings.ToLower(r.Header.Get(uploadProtocol) + query.Get("uploadType"))
	switch {
	case id != "":
		return a.resumeUpload(w, r, id)
	case protocol == "resumable":
		return a.startUpload(w, r)
	case strings.HasPrefix(kind, "multipart/"):
		return a.takeParts(w, r, multipart.NewReader(r.Body, params["boundary"]))
	case protocol == "raw", protocol == "media":
		return a.takeWhole(w, r, uploads.Wanted{MIME: kind, DisplayName: uploadName(r), Size: r.ContentLength}, r.Body)
	}
	return chat.NewError(chat.BadRequest, "an upload is resumable ("+uploadProtocol+": resumable), of parts (Content-Type: multipart/related) or of bytes alone ("+uploadProtocol+": raw)")
}

// startUpload answers with the address that takes the bytes.
func (a *API) startUpload(w http.ResponseWriter, r *http.Request) error {
	wanted, err := readWanted(r, r.Body)
	if err != nil {
		return err
	}
	wanted.MIME = headerOr(r, "X-Goog-Upload-Header-Content-Type", wanted.MIME)
	if wanted.DisplayName == "" {
		wanted.DisplayName = uploadName(r)
	}
	if wanted.Size, err = readCount(r, "X-Goog-Upload-Header-Content-Length", -1); err != nil {
		return err
	}
	base := stateOf(r).settings.baseURL(r)
	if base == "" {
		return chat.NewError(chat.BadRequest, "the Host header holds no host, so there is no address to send the bytes to")
	}
	id, err := a.uploads.Begin(stateOf(r).owner(), wanted)
	if err != nil {
		return err
	}
	header := w.Header()
	header.Set("X-Goog-Upload-URL", base+uploadPath+"?upload_id="+id+"&upload_protocol=resumable")
	header.Set("X-Goog-Upload-Chunk-Granularity", "1")
	header.Set(uploadStatus, "active")
	writeBody(w, http.StatusOK, dialect.NewBody(struct{}{}))
	return nil
}

// resumeUpload does what the command of a request says with an upload under way.
func (a *API) resumeUpload(w http.ResponseWriter, r *http.Request, id string) error {
	var commands []string
	for command := range strings.SplitSeq(strings.ToLower(r.Header.Get(uploadCommand)), ",") {
		commands = append(commands, strings.TrimSpace(command))
	}
	up, err := a.uploads.Resume(id)
	if err != nil {
		return err
	}
	defer up.Close()
	status, final := "active", slices.Contains(commands, "finalize")
	switch {
	case slices.Contains(commands, "upload"):
		offset, err := readCount(r, uploadOffset, up.Received())
		if err == nil {
			err = receiveBytes(r, up, offset, r.Body)
		}
		if err != nil {
			return err
		}
	case slices.Contains(commands, "query"):
		w.Header().Set("X-Goog-Upload-Size-Received", strconv.FormatInt(up.Received(), 10))
	case slices.Contains(commands, "cancel"):
		up.Cancel()
		status = "cancelled"
	case !final:
		return chat.NewError(chat.BadRequest, uploadCommand+" must be upload, finalize, query or cancel, or upload and finalize with a comma between them")
	}
	if final {
		return a.finishUpload(w, r, up)
	}
	w.Header().Set(uploadStatus, status)
	writeBody(w, http.StatusOK, dialect.NewBody(struct{}{}))
	return nil
}

// takeParts takes a file that comes with what is said about it in one body.
func (a *API) takeParts(w http.ResponseWriter, r *http.Request, parts *multipart.Reader) error {
	head, err := parts.NextPart()
	if err != nil {
		return uploadReadError(r, err)
	}
	wanted, err := readWanted(r, head)
	if err != nil {
		return err
	}
	data, err := parts.NextPart()
	if err != nil {
		return uploadReadError(r, err)
	}
	if kind := data.Header.Get("Content-Type"); kind != "" {
		wanted.MIME = kind
	}
	wanted.Size = -1
	return a.takeWhole(w, r, wanted, data)
}

// takeWhole takes a file whose bytes come at once.
func (a *API) takeWhole(w http.ResponseWriter, r *http.Request, wanted uploads.Wanted, data io.Reader) error {
	id, err := a.uploads.Begin(stateOf(r).owner(), wanted)
	if err != nil {
		return err
	}
	up, err := a.uploads.Resume(id)
	if err != nil {
		return err
	}
	defer up.Close()
	defer up.Cancel() // nothing, once it is finished
	if err := receiveBytes(r, up, 0, data); err != nil {
		return err
	}
	return a.finishUpload(w, r, up)
}

func (a *API) finishUpload(w http.ResponseWriter, r *http.Request, up *uploads.Upload) error {
	file, err := up.Finish()
	if err != nil {
		return err
	}
	w.Header().Set(uploadStatus, "final")
	writeBody(w, http.StatusOK, dialect.NewBody(struct {
		File fileBody `json:"file"`
	}{newFileBody(r, file)}))
	return nil
}

// receiveBytes adds bytes to an upload. What arrived before an error is kept.
func receiveBytes(r *http.Request, up *uploads.Upload, offset int64, data io.Reader) error {
	if err := up.SetOffset(offset); err != nil {
		return err
	}
	if _, err := io.Copy(up, data); err != nil {
		if failure := up.Failure(); failure != nil {
			return failure
		}
		return uploadReadError(r, err)
	}
	return nil
}

// uploadReadError explains why a body could not be read.
func uploadReadError(r *http.Request, err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, multipart.ErrMessageTooLarge) {
		return chat.NewError(chat.BadRequest, "the body must be multipart/related with two parts: the file's metadata as JSON, and its bytes")
	}
	return dialect.ExplainReadError(r, err)
}
