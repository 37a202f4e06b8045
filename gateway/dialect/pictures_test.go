package dialect_test

import (
	"strings"
	"testing"

	"github.com/geminid/geminid/chat"
	"github.com/geminid/geminid/gateway/dialect"
	"github.com/geminid/geminid/gateway/dialect/dialecttest"
)

// TestSetSize: sizes and ratios, and the sentences that they become.
func TestSetSize(t *testing.T) {
	for size, want := range map[string]string{
		"": "", "auto": "", "1024x1024": "Size: 1024x1024 pixels, format 1:1.", "1536x1024": "Size: 1536x1024 pixels, format 3:2.",
		"64x64": "Size: 64x64 pixels, format 1:1.", "4096x4096": "Size: 4096x4096 pixels, format 1:1.",
		"64x512": "Size: 64x512 pixels, format 1:8.", "512x64": "Size: 512x64 pixels, format 8:1.", "63x64": "!", "64x63": "!", "4097x4096": "!",
		"4096x4097": "!", "64x513": "!", "513x64": "!", "0x64": "!", "064x64": "!", "99999x64": "!", "big": "!", "1024x1024x1": "!", "10": "!", "8K": "Resolution: 8K, the longer side about 8000 pixels.", "3K": "!",
		"1024": "Size: 1024x1024 pixels, format 1:1.", "1024*768": "Size: 1024x768 pixels, format 4:3.", "1024 × 768 px": "Size: 1024x768 pixels, format 4:3.",
		"2k": "Resolution: 2K, the longer side about 2000 pixels.", "Portrait": "Format of the picture: portrait.", "AUTO": "",
		"16:9": "Format of the picture: 16:9.", "8:1": "Format of the picture: 8:1.", "1:8": "Format of the picture: 1:8.",
		"9:1": "!", "1:9": "!", "0:1": "!", "1:99": "!", "a:b": "!", "100:99": "!",
	} {
		p := new(dialect.Pictures)
		call := &dialect.Call{Pictures: p}
		place := readField(t, `"`+size+`"`)
		err := p.SetSize(place)
		if want == "!" {
			if dialecttest.KindOf(err) != chat.BadRequest {
				t.Errorf("%s: %v", size, err)
			}
			continue
		}
		got := chat.FormatPrompt(call.PictureRequest(1))
		if err != nil || strings.TrimPrefix(got, "\n\n") != want {
			t.Errorf("%s: %q, %v; want %q", size, got, err, want)
		}
	}
}

func TestSetAspectRatio(t *testing.T) {
	for value, want := range map[string]string{`null`: "", `""`: "", `"Auto"`: "", `"3:4"`: "\n\nFormat of the picture: 3:4.", `5`: "!", `"wide"`: "!"} {
		p := new(dialect.Pictures)
		err := p.SetAspectRatio(readField(t, value))
		if got := chat.FormatPrompt((&dialect.Call{Pictures: p}).PictureRequest(1)); (err != nil) != (want == "!") || err == nil && got != want {
			t.Errorf("%s: %q, %v", value, got, err)
		}
	}
}

func TestSetCount(t *testing.T) {
	for _, test := range []struct {
		n     float64
		given bool
		want  int // 0 for an error
	}{{1, true, 1}, {10, true, 10}, {0, true, 0}, {11, true, 0}, {1.5, true, 0}, {-1, true, 0}, {0, false, 1}} {
		p := new(dialect.Pictures)
		if err := p.SetCount(dialect.Node{Path: "n"}, test.n, test.given); p.Count != test.want || (err != nil) != (test.want == 0) {
			t.Errorf("%+v: %d, %v", test, p.Count, err)
		}
	}
}

// TestPictureRequest: the parts of a question for pictures.
func TestPictureRequest(t *testing.T) {
	blob := &chat.Blob{MIME: "image/png", Data: []byte{1}}
	call := &dialect.Call{Model: "m", Chat: &chat.Request{Ignored: []string{"x"}}, Pictures: &dialect.Pictures{Inputs: []*chat.Blob{blob}}}
	if err := call.Pictures.SetPrompt(dialect.Node{Path: "prompt"}, " "); dialecttest.KindOf(err) != chat.BadRequest {
		t.Errorf("a blank prompt: %v", err)
	}
	if err := call.Pictures.SetPrompt(dialect.Node{}, "a fox"); err != nil {
		t.Fatal(err)
	}
	call.Pictures.AddWish("In blue.")
	for count, want := range map[int]string{
		0: "|user file a fox\n\nIn blue.", 1: "|user file a fox\n\nIn blue.",
		2: "|user file Create 2 different pictures, each as a file of its own:\n\na fox\n\nIn blue.",
	} {
		req := call.PictureRequest(count)
		if got := printRequest(req); got != want || req.Model != "m" || len(req.Ignored) != 1 {
			t.Errorf("%d: %q, %+v", count, got, req)
		}
	}
	call.Pictures.SetConversation([]string{"s"}, []chat.Turn{{Role: chat.User, Parts: []chat.Part{{Text: "u"}}}})
	if got := printRequest(call.PictureRequest(2)); got != "[s]|user u" {
		t.Errorf("a conversation: %q", got)
	}
}

func TestRequireOneOf(t *testing.T) {
	for word, ok := range map[string]bool{"": true, "a": true, "c": true, "d": false} {
		err := dialect.RequireOneOf(dialect.Node{Path: "f"}, word, "a", "b", "c")
		if (err == nil) != ok || !ok && err.Error() != "f must be a, b or c" {
			t.Errorf("%q: %v", word, err)
		}
	}
}
