package gemini_test

import (
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/geminid/geminid/gateway/dialect/dialecttest"
)

// hugePNG is a PNG header that states a million pixels a side.
func hugePNG() string {
	size := binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(nil, 1<<20), 1<<20)
	return "\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + string(size) + "\x08\x02\x00\x00\x00"
}

const vector = `<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><script/></svg>`

func TestBadPictures(t *testing.T) {
	const verb = "POST /v1beta/models/gemini-2.5-flash-image:"
	for _, tt := range []struct{ verb, body string }{
		{"predict", `{}`},
		{"predict", `{"instances":[{"prompt":"a"},{"prompt":"b"}]}`},
		{"predict", `{"instances":[{"prompt":"a"}],"parameters":{"sampleCount":11}}`},
		{"predict", `{"instances":[{"prompt":"a"}],"parameters":{"sampleCount":"two"}}`},
		{"predict", `{"instances":[{"prompt":"a"}],"parameters":{"aspectRatio":"wide"}}`},
		{"editImage", `{"prompt":"a"}`},
		{"editImage", `{"prompt":"a","image":{"mimeType":"image/png","data":"***"}}`},
		{"editImage", `{"prompt":"a","image":{"mimeType":"image/png","data":""}}`},
		{"editImage", `{"prompt":"a","image":{"mimeType":"text/plain","data":"aGVsbG8="}}`},
		{"editImage", `{"prompt":"a","image":{"data":"iVBORw0KGgpyZXN0"},"mask":{}}`},
		{"predict", `{"instances":[{"prompt":"a","referenceImages":[{"referenceType":"REFERENCE_TYPE_MASK","referenceImage":{"bytesBase64Encoded":"iVBORw0KGgpyZXN0"}}]}]}`},
		{"editImage", `{"image":{"data":"iVBORw0KGgpyZXN0"}}`},
		{"generateContent", `{"contents":[{"parts":[{"text":"a"}]}],"generationConfig":{"imageConfig":{"aspectRatio":"1:99"}}}`},
		{"generateContent", `{"contents":[{"parts":[{"fileData":{"fileUri":"gs://bucket/x"}}]}]}`},
		{"generateContent", `{"contents":[{"parts":[{"inlineData":{"mimeType":"image/svg+xml","data":"` + base64.StdEncoding.EncodeToString([]byte(vector)) + `"}}]}]}`},
		{"generateContent", `{"contents":[{"parts":[{"inlineData":{"mimeType":"image/png","data":"` + base64.StdEncoding.EncodeToString([]byte(hugePNG())) + `"}}]}]}`},
	} {
		w := dialecttest.NewServer().SendLine(t, verb+tt.verb, tt.body)
		if failure := readError(t, w); w.Code != http.StatusBadRequest || failure["status"] != "INVALID_ARGUMENT" {
			t.Errorf("%s %.80s: status %d, %v", tt.verb, tt.body, w.Code, failure)
		}
	}
}

// readError decodes the error of an answer.
func readError(t *testing.T, w *httptest.ResponseRecorder) map[string]any {
	t.Helper()
	var body struct{ Error map[string]any }
	if err := json.Unmarshal(w.Body.Bytes(), &body); err != nil {
		t.Fatalf("%v: %s", err, w.Body)
	}
	return body.Error
}
