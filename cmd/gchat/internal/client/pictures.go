package client

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"time"
)

const (
	// pictureTimeout covers the making of several pictures, one after the other.
	pictureTimeout = 15 * time.Minute
	// maxGallery bounds the answer: ten pictures of 20 MiB.
	maxGallery = 300 << 20
)

// PictureRequest is the body of POST /v1/images/generations, and with pictures of
// /v1/images/edits.
type PictureRequest struct {
	Model  string         `json:"model,omitempty"`
	Prompt string         `json:"prompt"`
	Count  int            `json:"n"`
	Size   string         `json:"size,omitempty"`
	Images []pictureInput `json:"images,omitempty"`

	Inputs []Attachment
}

type pictureInput struct {
	URL string `json:"image_url"`
}

// GeneratePictures asks for pictures and returns their bytes.
func (c *Client) GeneratePictures(ctx context.Context, req PictureRequest) ([][]byte, error) {
	path := "/v1/images/generations"
	for _, in := range req.Inputs {
		path = "/v1/images/edits"
		req.Images = append(req.Images, pictureInput{in.dataURL()})
	}
	body, err := json.Marshal(req)
	if err != nil {
		return nil, fmt.Errorf("writing the question as JSON: %w", err)
	}
	if t, ok := c.http.Transport.(*http.Transport); ok {
		t.ResponseHeaderTimeout = pictureTimeout // nothing comes before the last picture is made
	}
	answer, err := c.doRequest(ctx, http.MethodPost, path, body)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	var gallery struct {
		Data []struct {
			Bytes []byte `json:"b64_json"`
		}
	}
	if err := json.NewDecoder(io.LimitReader(answer.Body, maxGallery)).Decode(&gallery); err != nil {
		return nil, unexpectedAnswer(answer)
	}
	var pictures [][]byte
	for _, picture := range gallery.Data {
		if len(picture.Bytes) > 0 {
			pictures = append(pictures, picture.Bytes)
		}
	}
	if len(pictures) == 0 {
		return nil, unexpectedAnswer(answer)
	}
	return pictures, nil
}
