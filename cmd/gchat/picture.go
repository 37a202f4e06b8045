package main

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	_ "image/gif" // pictures that are read may be of this kind
	"image/jpeg"
	"image/png"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

const (
	defaultPicture = "picture.png"
	maxPixels      = 100_000_000 // a small file may unfold to gigabytes
)

// fileNames are the names of so many pictures: the given one, with a number when
// there are several, or names that are still free.
func fileNames(given string, count int) []string {
	name := given
	if name == "" {
		name = defaultPicture
	}
	ending := filepath.Ext(name)
	base := strings.TrimSuffix(name, ending)
	var names []string
	for number := 1; len(names) < count; number++ {
		next := base + "-" + strconv.Itoa(number) + ending
		if number == 1 && (count == 1 || given == "") {
			next = name
		}
		if _, err := os.Lstat(next); given == "" && !errors.Is(err, fs.ErrNotExist) {
			continue
		}
		names = append(names, next)
	}
	return names
}

// savePicture writes a picture in the format that the name asks for.
func savePicture(name string, data []byte) error {
	data, err := converted(data, strings.ToLower(filepath.Ext(name)))
	if err != nil {
		return fmt.Errorf("writing %s: %w", name, err)
	}
	return os.WriteFile(name, data, 0o644)
}

// converted is the picture as PNG or JPEG where the ending asks for the other
// one of the two.
func converted(data []byte, ending string) ([]byte, error) {
	cfg, kind, err := image.DecodeConfig(bytes.NewReader(data))
	var write func(*bytes.Buffer, image.Image) error
	switch {
	case err != nil || cfg.Width*cfg.Height > maxPixels:
		return data, nil // not ours to understand
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
