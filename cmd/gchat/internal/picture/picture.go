package picture

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"image"
	_ "image/gif"
	"image/jpeg"
	"image/png"
	"io/fs"
	"mime"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/geminid/geminid/chat/media"
	"github.com/geminid/geminid/cmd/gchat/internal/exit"
	"github.com/geminid/geminid/cmd/gchat/internal/terminal"
	"github.com/geminid/geminid/internal/printable"
)

// pictures that are read may be of this kind

const (
	defaultPicture = "picture.png"
	maxPixels      = 100_000_000 // a small file may unfold to gigabytes
)

// Target is where pictures go: to the file of a name, to names that are still
// free, or to standard output.
type Target struct {
	name   string
	free   bool
	stdout bool
}

// NewTarget returns the target that -o names. It is checked before the pictures are
// made, count of them: an error means that they could not be written. terminal says
// that standard output is one.
func NewTarget(given string, count int, terminal bool) (Target, error) {
	switch {
	case given == "-" && count > 1:
		return Target{}, exit.UsageError("standard output takes one picture", "leave -n out, or name a file or directory with -o")
	case given == "-" && terminal:
		return Target{}, exit.UsageError("standard output is the terminal", "send it on: gchat image … -o - > FILE")
	case given == "-":
		return Target{stdout: true}, nil
	}
	to := Target{name: given, free: given == ""}
	if info, err := os.Stat(given); err == nil && info.IsDir() || strings.HasSuffix(given, string(filepath.Separator)) {
		to = Target{name: filepath.Join(given, defaultPicture), free: true}
	}
	to.name = cmp.Or(to.name, defaultPicture)
	switch ending := strings.ToLower(filepath.Ext(to.name)); ending {
	case "", ".png", ".jpg", ".jpeg":
	default:
		return Target{}, exit.UsageError(to.name+" ends in "+ending+"; pictures are written as PNG or JPEG", "let the name end in .png or .jpg")
	}
	return to, to.checkWritable(count)
}

// checkWritable tries to write and leaves nothing behind.
func (to Target) checkWritable(count int) error {
	info, err := os.Stat(to.name)
	if err == nil && count == 1 && !to.free {
		if !info.Mode().IsRegular() {
			return nil // a device or a pipe is tried by using it
		}
		f, err := os.OpenFile(to.name, os.O_WRONLY, 0)
		if err != nil {
			return unwritableError(to.name, err)
		}
		return f.Close()
	}
	dir := filepath.Dir(to.name)
	f, err := os.CreateTemp(dir, ".gchat-*")
	if err != nil {
		return unwritableError("the directory "+dir, err)
	}
	return errors.Join(f.Close(), os.Remove(f.Name()))
}

func unwritableError(place string, err error) error {
	var path *fs.PathError
	if errors.As(err, &path) {
		err = path.Err
	}
	return exit.New(exit.Unwritable, place+" cannot be written to: "+err.Error(), "give another place with -o")
}

// WritePictures writes the pictures and shows them.
func (to Target) WritePictures(c *terminal.Console, pictures [][]byte) error {
	if to.stdout {
		_, err := c.Out.Write(pictures[0])
		return err
	}
	names := fileNames(to.name, len(pictures), to.free)
	for at, data := range pictures {
		name, err := savePicture(names[at], data)
		if err != nil {
			return unwritableError(names[at], err)
		}
		showPreview(c, data)
		fmt.Fprintln(c.Out, printable.Text(name))
	}
	return nil
}

// fileNames are the names of so many pictures: the given one, with a number if
// there are several, or names that are still free.
func fileNames(name string, count int, free bool) []string {
	ending := filepath.Ext(name)
	base := strings.TrimSuffix(name, ending)
	var names []string
	for number := 1; len(names) < count; number++ {
		next := base + "-" + strconv.Itoa(number) + ending
		if number == 1 && (count == 1 || free) {
			next = name
		}
		if _, err := os.Lstat(next); free && !errors.Is(err, fs.ErrNotExist) {
			continue
		}
		names = append(names, next)
	}
	return names
}

// savePicture writes a picture in the format that the name asks for. If it cannot
// be turned into that it gets the ending of its own format. It returns the name.
func savePicture(name string, data []byte) (string, error) {
	ending := strings.ToLower(filepath.Ext(name))
	data, err := convertPicture(data, ending)
	if err != nil {
		return "", fmt.Errorf("writing %s: %w", name, err)
	}
	kind := media.DetectType(data)
	if fitting := media.FileExtension(kind); ending != "" && fitting != "" && mime.TypeByExtension(ending) != kind {
		name = fileNames(strings.TrimSuffix(name, filepath.Ext(name))+fitting, 1, true)[0]
	}
	return name, os.WriteFile(name, data, 0o644)
}

// convertPicture is the picture as PNG or JPEG where the ending asks for the other
// one of the two.
func convertPicture(data []byte, ending string) ([]byte, error) {
	cfg, kind, err := image.DecodeConfig(bytes.NewReader(data))
	var write func(*bytes.Buffer, image.Image) error
	switch {
	case err != nil || cfg.Width*cfg.Height > maxPixels:
		return data, nil //nolint:nilerr // a format that is not known is left as it is
	case ending == ".png" && kind != "png":
		write = func(b *bytes.Buffer, img image.Image) error { return png.Encode(b, img) }
	case (ending == ".jpg" || ending == ".jpeg") && kind != "jpeg":
		write = func(b *bytes.Buffer, img image.Image) error {
			return jpeg.Encode(b, img, &jpeg.Options{Quality: 92})
		}
	default:
		return data, nil
	}
	img, _, err := image.Decode(bytes.NewReader(data))
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	err = write(&out, img)
	return out.Bytes(), err
}
