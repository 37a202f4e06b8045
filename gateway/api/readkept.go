package api

import (
	"io"
	"os"

	"github.com/geminid/geminid/chat"
	"github.com/geminid/geminid/chat/media"
	"github.com/geminid/geminid/gateway/dialect"
	"github.com/geminid/geminid/gateway/remote"
)

// readKept reads a file of the server's own store.
func (g *fileGatherer) readKept(name string, file *chat.Blob) error {
	f, err := g.api.files.OpenFile(name)
	if err != nil {
		return errFileExpired
	}
	defer f.Close()
	file.MIME = f.MIME
	return g.readWhole(f.File, file)
}

// readUpload reads a file that was uploaded. Its type was found out from its beginning;
// now its bytes are all there to decide.
func (g *fileGatherer) readUpload(id string, file *chat.Blob) error {
	f, about, err := g.api.uploads.OpenFile(g.owner, id)
	if err != nil {
		return errFileExpired
	}
	defer f.Close()
	if err := g.readWhole(f, file); err != nil {
		return err
	}
	if file.MIME, err = media.ResolveType(about.MIME, file.Data); err != nil {
		return remote.Refusal("leads to a file that " + err.Error())
	}
	if media.TooManyPixels(file.Data) {
		return remote.TooManyPixels
	}
	file.Name = dialect.CleanFileName(about.DisplayName)
	return nil
}

// readWhole reads the bytes of an open file.
func (g *fileGatherer) readWhole(f *os.File, file *chat.Blob) error {
	info, err := f.Stat()
	if err != nil || info.Size() == 0 {
		return errFileExpired
	}
	if err := g.reserveBytes(info.Size()); err != nil {
		return err
	}
	file.Data = make([]byte, info.Size())
	if _, err := io.ReadFull(f, file.Data); err != nil {
		return errFileExpired
	}
	return nil
}

// errFileExpired is the refusal of a kept file that expired while its question waited.
const errFileExpired remote.Refusal = "leads to a file that is kept no longer"
