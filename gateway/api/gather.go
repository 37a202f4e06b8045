package api

import (
	"cmp"
	"context"
	"errors"
	"regexp"
	"strconv"
	"strings"
	"sync"

	"golang.org/x/sync/errgroup"

	"github.com/geminid/geminid/chat"
	"github.com/geminid/geminid/gateway/dialect"
	"github.com/geminid/geminid/gateway/remote"
	"github.com/geminid/geminid/internal/contain"
)

// The limits of the files of one question.
const (
	maxFileBytes = 32 << 20 // of all files together
	fetchAtOnce  = 4
)

const fileName = `/files/([0-9a-z]+-[a-z2-7]{26}\.[0-9a-z]{3,4})`

// ownLink is the address of a kept file. Its name is the only key to it, so the host
// does not matter.
var ownLink = regexp.MustCompile(`^https?://[^/?#\s]+(?:/[^?#\s]*)?` + fileName + `$`)

// ownUpload is the address of a file that was uploaded. It belongs to the key, so that
// the host does not matter here either.
var ownUpload = regexp.MustCompile(`^https?://[^/?#\s]+(?:/[^?#\s]*)?/v1(?:beta|alpha)/files/([0-9a-z-]{1,40})(?:\?.*)?$`)

// source is the place of a file that a question names: in the server's own store
// under the name kept, among the key's uploads under the ID upload, else at an address.
// Equal sources are read once.
type source struct{ kept, upload, address string }

// locateFile returns the source of a linked file and its size, as far as that is
// known without reading it.
func (a *API) locateFile(st *requestState, blob *chat.Blob) (from source, size int64, err error) {
	// The part behind # is not sent.
	address, _, _ := strings.Cut(blob.Link.URL, "#")
	if found := ownLink.FindStringSubmatch(address); found != nil && a.files != nil {
		if info, err := a.files.DescribeFile(found[1]); err == nil && info.Size > 0 {
			return source{kept: found[1]}, info.Size, checkPicture(blob, info.MIME)
		}
	}
	if found := ownUpload.FindStringSubmatch(address); found != nil && a.uploads != nil {
		file, err := a.uploads.Describe(st.owner(), found[1])
		if err != nil {
			return source{}, 0, badFileError(blob, "leads to a file that is not kept: "+noUpload)
		}
		return source{upload: found[1]}, file.Size, checkPicture(blob, file.MIME)
	}
	if !st.settings.FetchRemote {
		return source{}, 0, badFileError(blob, "must hold the file itself, as base64 (in a data: URL); remote addresses are not fetched unless the owner sets fetch_remote")
	}
	return source{address: address}, 0, nil
}

// checkFiles refuses the faults of the files of a question that show without reading
// one: so no question waits for its model in vain, and no file is held in memory
// while it waits.
func (a *API) checkFiles(st *requestState, req *chat.Request) error {
	files := chat.UniqueFiles(req)
	if len(files) > dialect.MaxFiles {
		return chat.NewError(chat.BadRequest, "the conversation has more than "+strconv.Itoa(dialect.MaxFiles)+" files; send fewer")
	}
	var sum int64
	seen := make(map[source]bool)
	for _, blob := range files {
		size := int64(len(blob.Data))
		if blob.Link != nil {
			from, length, err := a.locateFile(st, blob)
			if err != nil {
				return err
			}
			if size = length; seen[from] {
				size = 0
			}
			seen[from] = true
		}
		if sum += size; sum > maxFileBytes {
			return filesTooLarge(blob)
		}
	}
	return nil
}

// gatherFiles reads the files that a question names without holding them: those of
// the server's own store and, if Settings.FetchRemote is on, those at addresses.
// Each is read once, however often it is named, and all files of the question
// together have a bound. Then it recalls the pictures of the latest answer.
func (a *API) gatherFiles(ctx context.Context, st *requestState, req *chat.Request) error {
	g := &fileGatherer{api: a, owner: st.owner(), hold: st.reserveMemory, left: maxFileBytes, read: make(map[source]*chat.Blob)}
	files := chat.UniqueFiles(req)
	if len(files) > 0 {
		if err := g.fetchLinked(ctx, st, files); err != nil {
			return err
		}
	}
	g.recallPictures(req, dialect.MaxFiles-len(files))
	return nil
}

// fetchLinked reads the files that have a link in place of their bytes.
func (g *fileGatherer) fetchLinked(ctx context.Context, st *requestState, files []*chat.Blob) error {
	wanted := make(map[source][]*chat.Blob)
	for _, blob := range files {
		if blob.Link == nil {
			g.left -= int64(len(blob.Data))
			continue
		}
		from, _, err := g.api.locateFile(st, blob)
		if err != nil {
			return err
		}
		wanted[from] = append(wanted[from], blob)
	}
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(fetchAtOnce)
	for from, blobs := range wanted {
		group.Go(func() error { return contain.Call(func() error { return g.fillBlobs(ctx, from, blobs) }) })
	}
	err := group.Wait()
	contain.Rethrow(err)
	return err
}

// fileGatherer holds the files that were read for one question.
type fileGatherer struct {
	api   *API
	owner string                  // of uploads
	hold  func(bytes int64) error // takes memory for the request

	mu   sync.Mutex
	left int64                 // bytes that the files may still take
	read map[source]*chat.Blob // MIME, Data and the Name of uploads alone
}

// errFilesTooLarge is the error of a file for which too little is left.
var errFilesTooLarge = errors.New("the files of the question hold too much together")

// reserveBytes takes some of the bytes that are left, and memory for them.
func (g *fileGatherer) reserveBytes(bytes int64) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	if bytes > g.left {
		return errFilesTooLarge
	}
	g.left -= bytes
	return g.hold(bytes)
}

// fillBlobs reads a file and gives it to all that name it. They share its bytes.
func (g *fileGatherer) fillBlobs(ctx context.Context, from source, blobs []*chat.Blob) error {
	file, err := g.openSource(ctx, from)
	var refusal remote.Refusal
	switch {
	case errors.Is(err, errFilesTooLarge):
		return filesTooLarge(blobs[0])
	case errors.As(err, &refusal):
		return badFileError(blobs[0], refusal.Error())
	case err != nil:
		return err
	}
	for _, blob := range blobs {
		if err := checkPicture(blob, file.MIME); err != nil {
			return err
		}
		blob.MIME, blob.Data, blob.Link, blob.Name = file.MIME, file.Data, nil, cmp.Or(blob.Name, file.Name)
	}
	return nil
}

// openSource returns the file at a source, read now or before.
func (g *fileGatherer) openSource(ctx context.Context, from source) (*chat.Blob, error) {
	g.mu.Lock()
	known := g.read[from]
	g.mu.Unlock()
	if known != nil {
		return known, nil
	}
	file := new(chat.Blob)
	switch {
	case from.kept != "":
		if err := g.readKept(from.kept, file); err != nil {
			return nil, err
		}
	case from.upload != "":
		if err := g.readUpload(from.upload, file); err != nil {
			return nil, err
		}
	default:
		found, err := g.api.remote.FetchFile(ctx, from.address, g.reserveBytes)
		if err != nil {
			return nil, err
		}
		file.MIME, file.Data = found.MIME, found.Data
	}
	g.mu.Lock()
	g.read[from] = file
	g.mu.Unlock()
	return file, nil
}

// checkPicture refuses another file where only a picture is allowed.
func checkPicture(blob *chat.Blob, mime string) error {
	if blob.Link.Picture && !strings.HasPrefix(mime, "image/") {
		return badFileError(blob, "leads to something that is no picture")
	}
	return nil
}

func badFileError(blob *chat.Blob, reason string) error {
	return &chat.Error{Kind: chat.BadRequest, Param: blob.Field, Message: blob.Field + " " + reason}
}

func filesTooLarge(blob *chat.Blob) error {
	return &chat.Error{Kind: chat.TooLarge, Param: blob.Field,
		Message: blob.Field + " brings the files of the question over 32 MiB; send fewer or smaller files"}
}
