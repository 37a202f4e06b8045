package api

import (
	"encoding/base64"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/geminid/geminid/chat"
	"github.com/geminid/geminid/gateway/dialect"
	"github.com/geminid/geminid/gateway/uploads"
)

// fileBody is a file in Google's format.
type fileBody struct {
	Name           string `json:"name"`
	DisplayName    string `json:"displayName,omitempty"`
	MIMEType       string `json:"mimeType"`
	SizeBytes      string `json:"sizeBytes"`
	CreateTime     string `json:"createTime"`
	UpdateTime     string `json:"updateTime"`
	ExpirationTime string `json:"expirationTime"`
	SHA256Hash     string `json:"sha256Hash"`
	URI            string `json:"uri"`
	State          string `json:"state"`
	Source         string `json:"source"`
}

func newFileBody(r *http.Request, f uploads.File) fileBody {
	made := f.Created.UTC().Format(time.RFC3339Nano)
	return fileBody{
		Name: "files/" + f.ID, DisplayName: f.DisplayName, MIMEType: f.MIME, SizeBytes: strconv.FormatInt(f.Size, 10),
		CreateTime: made, UpdateTime: made, ExpirationTime: f.Expires.UTC().Format(time.RFC3339Nano),
		SHA256Hash: base64.StdEncoding.EncodeToString(f.SHA256),
		URI:        stateOf(r).settings.baseURL(r) + "/gemini/v1beta/files/" + f.ID,
		State:      "ACTIVE", Source: "UPLOADED",
	}
}

// The sizes of a page of the list.
const (
	defaultPage = 10
	maxPage     = 100
)

// listUploads lists the files of the key, the newest first.
func (a *API) listUploads(w http.ResponseWriter, r *http.Request) {
	var page struct {
		Files         []fileBody `json:"files,omitempty"`
		NextPageToken string     `json:"nextPageToken,omitempty"`
	}
	size, after, err := readPage(r)
	if err != nil {
		a.writeError(w, r, err)
		return
	}
	if a.uploads != nil {
		var last uploads.File
		for _, f := range a.uploads.ListFiles(stateOf(r).owner()) {
			if after != nil && !comesAfter(f, *after) {
				continue
			}
			if len(page.Files) == size {
				page.NextPageToken = pageToken(last)
				break
			}
			page.Files = append(page.Files, newFileBody(r, f))
			last = f
		}
	}
	writeBody(w, http.StatusOK, dialect.NewBody(page))
}

// readPage reads which page of the list is asked for. after is the last file of the one
// before, nil for the first page.
func readPage(r *http.Request) (size int, after *uploads.File, fault *chat.Error) {
	query := r.URL.Query()
	size = defaultPage
	if text := query.Get("pageSize"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n < 0 {
			return 0, nil, &chat.Error{Kind: chat.BadRequest, Param: "pageSize", Message: "pageSize must be a number from 1 to 100"}
		}
		if n > 0 {
			size = min(n, maxPage)
		}
	}
	token := query.Get("pageToken")
	if token == "" {
		return size, nil, nil
	}
	text, _ := base64.RawURLEncoding.DecodeString(token)
	made, id, _ := strings.Cut(string(text), "-")
	nanos, err := strconv.ParseInt(made, 10, 64)
	if err != nil {
		return 0, nil, &chat.Error{Kind: chat.BadRequest, Param: "pageToken", Message: "pageToken must be the nextPageToken of the page before"}
	}
	return size, &uploads.File{ID: id, Created: time.Unix(0, nanos)}, nil
}

func pageToken(f uploads.File) string {
	return base64.RawURLEncoding.EncodeToString([]byte(strconv.FormatInt(f.Created.UnixNano(), 10) + "-" + f.ID))
}

// comesAfter reports whether f stands behind last in the list.
func comesAfter(f, last uploads.File) bool {
	if !f.Created.Equal(last.Created) {
		return f.Created.Before(last.Created)
	}
	return f.ID > last.ID
}

// describeUpload describes a file.
func (a *API) describeUpload(w http.ResponseWriter, r *http.Request) {
	id := r.PathValue("file")
	if strings.HasSuffix(id, ":download") {
		a.writeError(w, r, chat.NewError(chat.Unsupported, "files that were uploaded cannot be downloaded"))
		return
	}
	f, err := a.describeKept(r, id)
	if err != nil {
		a.writeError(w, r, clientErrorOf(r.Context(), uploadError(err)))
		return
	}
	writeBody(w, http.StatusOK, dialect.NewBody(newFileBody(r, f)))
}

func (a *API) describeKept(r *http.Request, id string) (uploads.File, error) {
	if a.uploads == nil {
		return uploads.File{}, errNoUploads
	}
	return a.uploads.Describe(stateOf(r).owner(), id)
}

// deleteUpload removes a file.
func (a *API) deleteUpload(w http.ResponseWriter, r *http.Request) {
	err := error(errNoUploads)
	if a.uploads != nil {
		err = a.uploads.DeleteFile(stateOf(r).owner(), r.PathValue("file"))
	}
	if err != nil {
		a.writeError(w, r, clientErrorOf(r.Context(), uploadError(err)))
		return
	}
	writeBody(w, http.StatusOK, dialect.NewBody(struct{}{}))
}

// owner returns who the files of a request belong to: the key that let it in. All who
// need none share one.
func (st *requestState) owner() string { return string(st.key[:]) }

var errNoUploads = chat.NewError(chat.Unsupported, "the server cannot keep files; send the file itself as inlineData")

// noUpload is what is said about a file that the key does not have.
const noUpload = "there is no such file, or not any more: files are kept for 48 hours, and used by the key alone that uploaded them; upload it again"

// uploadError returns the error that the client gets for one of the store of uploads.
func uploadError(err error) error {
	var refusal uploads.Refusal
	var full *uploads.FullError
	var ready *chat.Error
	switch {
	case errors.As(err, &ready):
		return err
	case errors.Is(err, uploads.ErrNotFound):
		return chat.NewError(chat.UnknownRecord, noUpload)
	case errors.Is(err, uploads.ErrTooLarge), errors.As(err, &full):
		return &chat.Error{Kind: chat.TooLarge, Message: err.Error(), Err: err}
	case errors.Is(err, uploads.ErrBusy), errors.Is(err, uploads.ErrMany):
		return &chat.Error{Kind: chat.RateLimited, Message: err.Error(), Err: err}
	case errors.As(err, &refusal):
		return chat.NewError(chat.BadRequest, refusal.Error())
	}
	return &chat.Error{Kind: chat.Unavailable, Err: err,
		Message: "the server's disk does not take the file; the owner finds the cause in the log. Send the file itself as inlineData, or try again later"}
}
