package api

import (
	"context"
	"errors"
	"io"
	"regexp"
	"strings"

	"golang.org/x/sync/errgroup"

	"github.com/geminid/geminid/chat"
	"github.com/geminid/geminid/remote"
)

const (
	mostFiles   = 64 // of one question
	mostRecalls = 8  // pictures of an earlier answer that are shown again
	fetchAtOnce = 4
)

// gather brings together the files that a question names without holding them:
// pictures of earlier answers that lie in our own store, and addresses, if the
// owner lets us fetch those.
func (a *API) gather(ctx context.Context, x *exchange, req *chat.Request) error {
	a.recall(req)
	files := chat.Files(req)
	if len(files) > mostFiles {
		return chat.Fault(chat.BadRequest, "the conversation has more than 64 files; send fewer")
	}
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(fetchAtOnce)
	for _, blob := range files {
		if blob.Link != nil {
			group.Go(func() error { return a.fetch(ctx, x, blob) })
		}
	}
	return group.Wait()
}

// fetch fills a file that is told by its address, and sees that it is a picture
// where nothing else will do.
func (a *API) fetch(ctx context.Context, x *exchange, blob *chat.Blob) error {
	link := *blob.Link
	if err := a.fill(ctx, x, blob, link); err != nil {
		return err
	}
	if link.Picture && !strings.HasPrefix(blob.MIME, "image/") {
		return badLink(link, "leads to something that is no picture")
	}
	return nil
}

func (a *API) fill(ctx context.Context, x *exchange, blob *chat.Blob, link chat.Link) error {
	if found := ownLink.FindStringSubmatch(link.URL); found != nil && a.kept(found[1], blob) {
		return nil
	}
	if !x.live.FetchRemote {
		return badLink(link, "must hold the file itself, as base64 (in a data: URL); remote addresses are not fetched unless the owner sets fetch_remote")
	}
	file, err := a.remote.Get(ctx, link.URL)
	var refusal remote.Refusal
	switch {
	case errors.As(err, &refusal):
		return badLink(link, refusal.Error())
	case err != nil:
		return err
	}
	blob.MIME, blob.Data, blob.Link = file.MIME, file.Data, nil
	return nil
}

func badLink(link chat.Link, reason string) error {
	return &chat.Error{Kind: chat.BadRequest, Param: link.Field, Message: link.Field + " " + reason}
}

const fileName = `/files/([0-9a-z]+-[a-z2-7]{26}\.[0-9a-z]{3,4})`

var (
	// ownLink is the address of a kept file. Whoever knows its name may have it,
	// so the host does not matter.
	ownLink = regexp.MustCompile(`^https?://[^/?#\s]+(?:/[^?#\s]*)?` + fileName + `$`)
	// shownLink is such an address as answers show it.
	shownLink = regexp.MustCompile(`!\[[^\]\n]*\]\(https?://[^/?#()\s]+(?:/[^?#()\s]*)?` + fileName + `\)`)
)

// kept fills a file from the store.
func (a *API) kept(name string, blob *chat.Blob) bool {
	if a.files == nil {
		return false
	}
	f, err := a.files.Get(name)
	if err != nil {
		return false
	}
	defer f.Close()
	data, err := io.ReadAll(f)
	if err != nil || len(data) == 0 {
		return false
	}
	blob.MIME, blob.Data, blob.Link = f.MIME, data, nil
	return true
}

// recall puts the pictures of the latest answer that had some back into the
// conversation: clients of chat completions send back the links to them alone,
// and "make it blue" needs the picture.
func (a *API) recall(req *chat.Request) {
	for i := len(req.Turns) - 1; i >= 0; i-- {
		turn := &req.Turns[i]
		if turn.Role != chat.Agent {
			continue
		}
		if parts, found := a.unfold(turn.Parts); found {
			turn.Parts = parts
			return
		}
	}
}

// unfold replaces links to kept pictures by the pictures.
func (a *API) unfold(parts []chat.Part) (out []chat.Part, found bool) {
	recalled := 0
	text := func(s string) {
		if strings.TrimSpace(s) != "" {
			out = append(out, chat.Part{Text: s})
		}
	}
	for _, part := range parts {
		if part.Blob != nil {
			out, found = append(out, part), true
			continue
		}
		rest := part.Text
		for _, at := range shownLink.FindAllStringSubmatchIndex(part.Text, mostRecalls) {
			blob := new(chat.Blob)
			if recalled == mostRecalls || !a.kept(part.Text[at[2]:at[3]], blob) || !strings.HasPrefix(blob.MIME, "image/") {
				continue
			}
			recalled++
			begin := len(part.Text) - len(rest)
			text(part.Text[begin:at[0]])
			out, found = append(out, chat.Part{Blob: blob}), true
			rest = part.Text[at[1]:]
		}
		text(rest)
	}
	return out, found
}
