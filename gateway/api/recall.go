package api

import (
	"context"
	"regexp"
	"strings"

	"github.com/geminid/geminid/chat"
)

// maxRecalls is how many pictures of an earlier answer are shown again.
const maxRecalls = 8

// shownLink is the address of a kept file as answers show it.
var shownLink = regexp.MustCompile(`!\[[^\]\n]*\]\(https?://[^/?#()\s]+(?:/[^?#()\s]*)?` + fileName + `\)`)

// recallPictures puts the pictures of the latest answer that had some back into the
// conversation, at most as many as room: clients of chat completions send back the
// links to them alone, and "make it blue" needs the picture. Those that do not fit
// beside the files of the question stay links, since the client did not ask for them
// by name.
func (g *fileGatherer) recallPictures(req *chat.Request, room int) {
	for i := len(req.Turns) - 1; i >= 0; i-- {
		turn := &req.Turns[i]
		if turn.Role != chat.Agent {
			continue
		}
		if parts, found := g.expandLinks(turn.Parts, min(room, maxRecalls)); found {
			turn.Parts = parts
			return
		}
	}
}

// expandLinks replaces links to kept pictures by the pictures.
func (g *fileGatherer) expandLinks(parts []chat.Part, room int) (out []chat.Part, found bool) {
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
		for _, at := range shownLink.FindAllStringSubmatchIndex(part.Text, maxRecalls) {
			if recalled == room {
				break
			}
			blob := g.keptPicture(part.Text[at[2]:at[3]])
			if blob == nil {
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

// keptPicture returns a kept picture, nil if there is none of that name or too
// little memory is left for it.
func (g *fileGatherer) keptPicture(name string) *chat.Blob {
	if g.api.files == nil {
		return nil
	}
	if info, err := g.api.files.DescribeFile(name); err != nil || !strings.HasPrefix(info.MIME, "image/") {
		return nil
	}
	file, err := g.openSource(context.Background(), source{kept: name}) // reads no network
	if err != nil {
		return nil
	}
	return &chat.Blob{MIME: file.MIME, Data: file.Data}
}
