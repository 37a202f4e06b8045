package geminiweb

import (
	"cmp"
	"context"
	"fmt"
	"mime"
	"path"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/geminid/geminid/chat"
	"github.com/geminid/geminid/chat/media"
	"github.com/geminid/geminid/cookie"
	"github.com/geminid/geminid/internal/contain"
)

const (
	defaultFeed    = "feeds/mcudyrk2a4khkz" // for pages that name none
	uploadTenant   = "bard-storage"
	uploadTimeout  = 3 * time.Minute
	uploadsAtOnce  = 6
	uploadLimit    = 20 << 20
	referenceLimit = 1 << 10
)

// uploadedFile is a file that the upstream holds.
type uploadedFile struct{ reference, name string }

// uploadPrompt sends the files of a request to the upstream. It returns them in
// their order, with the prompt that goes with them. A prompt over the limit
// becomes a shorter one and a text file.
func (t *streamCall) uploadPrompt(ctx context.Context, s *session, req *chat.Request) (prompt string, files []uploadedFile, err error) {
	prompt, overflow, err := chat.SplitPrompt(req, t.c.cfg.MaxPrompt)
	if err != nil {
		return "", nil, err
	}
	blobs := chat.UniqueFiles(req)
	if overflow != nil {
		if len(overflow.Data) > uploadLimit {
			return "", nil, tooLongError().withDetail("a conversation of more than 20 MiB")
		}
		t.overflowed = true
		blobs = append(blobs, overflow)
	}
	files, err = t.c.uploadAll(ctx, t.set, s, blobs)
	if err != nil && kindOf(err) == chat.TooLarge && t.overflowed && len(blobs) == 1 {
		err = tooLongError().withDetail("the conversation's file was refused")
	}
	return prompt, files, err
}

// uploadAll sends files in parallel. The first failure cancels the others,
// because an answer to a part of the files would look like a real one.
func (c *Client) uploadAll(ctx context.Context, set cookie.Set, s *session, blobs []*chat.Blob) ([]uploadedFile, error) {
	if len(blobs) == 0 {
		return nil, nil
	}
	ctx, cancel := context.WithTimeout(ctx, uploadTimeout)
	defer cancel()
	files := make([]uploadedFile, len(blobs))
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(uploadsAtOnce)
	for i, blob := range blobs {
		group.Go(func() error {
			return contain.Call(func() error {
				name := uploadName(blob, i)
				reference, err := c.uploadFile(ctx, set, s, outgoingFile{blob, name})
				files[i] = uploadedFile{reference, name}
				return err
			})
		})
	}
	if err := group.Wait(); err != nil {
		contain.Rethrow(err)
		return nil, err
	}
	return files, nil
}

// outgoingFile is a file with the name under which it is sent.
type outgoingFile struct {
	*chat.Blob
	name string
}

// uploadFile sends one file: as a form, and if that is refused in the browser's
// resumable way.
func (c *Client) uploadFile(ctx context.Context, set cookie.Set, s *session, f outgoingFile) (reference string, err error) {
	start := c.cfg.Now()
	defer func() { c.observeCall("upload", start, err) }()
	reference, err = c.uploadForm(ctx, set, s, f)
	if err == nil || ctx.Err() != nil || kindOf(err) == chat.TooLarge {
		return reference, err
	}
	return c.uploadResumable(ctx, set, s, f)
}

// quoteName makes a name safe inside the quotes of a header.
var quoteName = strings.NewReplacer(`\`, `\\`, `"`, `\"`)

// uploadName is the file's own name on one line, or an invented one with the
// extension of its type, because the upstream looks at extensions too.
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
	return fmt.Sprintf("input_%07d%s", i+1, fileEnding(blob.MIME))
}

// endings are the extensions of common texts; the system's table has several for
// each, in no order.
var endings = map[string]string{
	"application/json": ".json",
	"text/plain":       ".txt", "text/markdown": ".md", "text/csv": ".csv", "text/html": ".html",
}

func fileEnding(kind string) string {
	if e := cmp.Or(media.FileExtension(kind), endings[kind]); e != "" {
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

// mediaType is kind if it may be sent in a header, else the type of any bytes.
func mediaType(kind string) string {
	if kind == "" || !isHeaderValue(kind) {
		return "application/octet-stream"
	}
	return kind
}
