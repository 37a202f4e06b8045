package simulator

import (
	"bytes"
	"image"
	"image/color"
	_ "image/gif" // uploads may be of any of these kinds
	"image/jpeg"
	"image/png"
	"io"
	"math/rand/v2"

	"golang.org/x/image/draw"
)

const thumbSide = 192

// makeThumbnail is a small copy of an uploaded picture, nil if it is none that can
// be read, or one of absurd size. head is the beginning of data.
func makeThumbnail(head []byte, data io.Reader) image.Image {
	cfg, _, err := image.DecodeConfig(bytes.NewReader(head))
	if err != nil || cfg.Width <= 0 || cfg.Height <= 0 || cfg.Width*cfg.Height > 50_000_000 {
		return nil
	}
	img, _, err := image.Decode(data)
	if err != nil {
		return nil
	}
	w, h := fitSize(cfg.Width, cfg.Height, thumbSide)
	return scaleImage(img, w, h)
}

// fitSize shrinks a size so that no side is longer than limit.
func fitSize(w, h, limit int) (int, int) {
	long := max(w, h)
	if limit <= 0 || long <= limit {
		return w, h
	}
	return max(1, w*limit/long), max(1, h*limit/long)
}

// scaleImage copies a picture to another size, nearest pixel.
func scaleImage(src image.Image, w, h int) *image.RGBA {
	dst := image.NewRGBA(image.Rect(0, 0, w, h))
	draw.NearestNeighbor.Scale(dst, dst.Bounds(), src, src.Bounds(), draw.Src, nil)
	return dst
}

// drawAt makes the picture at the given size: squares in colours that the prompt
// decides, and in the middle the pictures that were uploaded with it.
func (p *picture) drawAt(w, h int) image.Image {
	rnd := rand.New(rand.NewPCG(p.seed, 2))
	palette := make(color.Palette, 16)
	for i := range palette {
		palette[i] = color.RGBA{uint8(rnd.IntN(256)), uint8(rnd.IntN(256)), uint8(rnd.IntN(256)), 255}
	}
	var cells [16][16]uint8
	for y := range cells {
		for x := range cells[y] {
			cells[y][x] = uint8(rnd.IntN(len(palette)))
		}
	}
	if p.noise > 0 {
		return drawNoise(rnd, w, h)
	}
	img := image.NewPaletted(image.Rect(0, 0, w, h), palette)
	for y := range h {
		for x := range w {
			img.Pix[y*img.Stride+x] = cells[y*16/h][x*16/w]
		}
	}
	if len(p.inputs) == 0 {
		return img
	}
	return drawCollage(img, p.inputs)
}

// drawCollage lays the inputs side by side over the middle of a picture.
func drawCollage(base *image.Paletted, inputs []image.Image) image.Image {
	b := base.Bounds()
	out := scaleImage(base, b.Dx(), b.Dy())
	box := b.Dx() / (len(inputs) + 1)
	for i, in := range inputs {
		w, h := fitSize(in.Bounds().Dx()*1000, in.Bounds().Dy()*1000, min(box, b.Dy()/2))
		small := scaleImage(in, max(w, 1), max(h, 1))
		left, top := (i+1)*b.Dx()/(len(inputs)+1)-w/2, (b.Dy()-h)/2
		for y := range h {
			for x := range w {
				out.Set(left+x, top+y, small.At(x, y))
			}
		}
	}
	return out
}

// drawNoise is a picture that does not compress: three bytes a pixel.
func drawNoise(rnd *rand.Rand, w, h int) image.Image {
	img := image.NewRGBA(image.Rect(0, 0, w, h))
	for i := range img.Pix {
		img.Pix[i] = uint8(rnd.Uint32())
		if i%4 == 3 {
			img.Pix[i] = 255
		}
	}
	return img
}

// encodeImage renders a picture no larger than limit on its longer side.
func (p *picture) encodeImage(limit int, asJPEG bool) (data []byte, kind string) {
	w, h := fitSize(p.width, p.height, limit)
	var b bytes.Buffer
	if asJPEG {
		_ = jpeg.Encode(&b, p.drawAt(w, h), &jpeg.Options{Quality: 85})
		return b.Bytes(), "image/jpeg"
	}
	level := png.BestSpeed
	if p.noise > 0 {
		level = png.NoCompression
	}
	_ = (&png.Encoder{CompressionLevel: level}).Encode(&b, p.drawAt(w, h))
	return b.Bytes(), "image/png"
}
