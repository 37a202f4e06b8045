package geminiweb

import (
	"cmp"
	"context"
	"fmt"
	"mime"
	"path"
	"strings"
	"sync"
	"time"

	"github.com/geminid/geminid/chat"
	"github.com/geminid/geminid/chat/media"
	"github.com/geminid/geminid/cookie"
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

// uploadPrompt sends a request's files to the upstream and returns them in their
// order with the prompt that goes with them. A prompt over the limit becomes
// shorter and a text file.
func (t *streamCall) uploadPrompt(ctx context.Context, s *session, req *chat.Request) (prompt string, files []uploadedFile, failure *Error) {
	prompt, overflow := chat.SplitPrompt(req, t.c.cfg.MaxPrompt)
	blobs := chat.UniqueFiles(req)
	if overflow != nil {
		if len(overflow.Data) > uploadLimit {
			return "", nil, tooLongError().withDetail("a conversation of more than 20 MiB")
		}
		t.overflowed = true
		blobs = append(blobs, overflow)
	}
	files, failure = t.c.uploadAll(ctx, t.set, s, blobs)
	if failure != nil && failure.public.Kind == chat.TooLarge && t.overflowed && len(blobs) == 1 {
		failure = tooLongError().withDetail("the conversation's file was refused")
	}
	return prompt, files, failure
}

// uploadAll sends files side by side. The first failure ends the others: an
// answer that did not see a file would only look like one.
func (c *Client) uploadAll(ctx context.Context, set cookie.Set, s *session, blobs []*chat.Blob) ([]uploadedFile, *Error) {
	if len(blobs) == 0 {
		return nil, nil
	}
	ctx, cancel := context.WithTimeout(ctx, uploadTimeout)
	defer cancel()
	files := make([]uploadedFile, len(blobs))
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
			reference, failure := c.uploadFile(ctx, set, s, outgoingFile{blob, uploadName(blob, i)})
			if failure != nil {
				first.Do(func() { found = failure; cancel() })
				return
			}
			files[i] = uploadedFile{reference, uploadName(blob, i)}
		})
	}
	group.Wait()
	return files, found
}

// outgoingFile is a file on its way, under the name that the upstream is told.
type outgoingFile struct {
	*chat.Blob
	name string
}

// uploadFile sends one file: as a form, and when that is refused in the browser's
// resumable way.
func (c *Client) uploadFile(ctx context.Context, set cookie.Set, s *session, f outgoingFile) (reference string, failure *Error) {
	start := c.cfg.Now()
	defer func() { c.observeCall("upload", start, failure) }()
	if reference, failure = c.uploadForm(ctx, set, s, f); failure == nil ||
		ctx.Err() != nil || failure.public.Kind == chat.TooLarge {
		return reference, failure
	}
	return c.uploadResumable(ctx, set, s, f)
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
	return fmt.Sprintf("input_%07d%s", i+1, fileEnding(blob.MIME))
}

// endings are those of the texts that are sent most; the system's table knows
// several for each and none is the first.
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

// mediaType is a type that may stand in a header.
func mediaType(kind string) string {
	if kind == "" || !isHeaderValue(kind) {
		return "application/octet-stream"
	}
	return kind
}
