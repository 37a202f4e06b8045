package simulator_test

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/geminid/geminid/upstream/simulator"
)

// pictureLink makes pictures and returns the link to the first.
func (b *browser) pictureLink(prompt string, files ...any) string {
	b.t.Helper()
	var list any
	if len(files) > 0 {
		list = files
	}
	a := readJSON(b.t, b.generate(ask{prompt: prompt, files: list}).body)
	if len(a.pictures) == 0 {
		b.t.Fatalf("%s: no picture in %+v", prompt, a)
	}
	return at(a.pictures[0], 0, 3, 3).(string)
}

func decodePNG(t *testing.T, r replyJSON) image.Image {
	t.Helper()
	img, err := png.Decode(strings.NewReader(r.body))
	if err != nil {
		t.Fatalf("status %d, type %q: %v", r.status, r.header.Get("Content-Type"), err)
	}
	return img
}

func TestPictureChain(t *testing.T) {
	s, b := signedIn(t, simulator.Config{}, simulator.SessionConfig{})
	link := b.pictureLink("[image 640x480]")
	s.ClearJournal()
	got := b.get(link + "=s2048")
	if size := decodePNG(t, got).Bounds().Size(); size != image.Pt(640, 480) || got.header.Get("Content-Type") != "image/png" {
		t.Errorf("size %v, type %q", size, got.header.Get("Content-Type"))
	}
	var hosts []string
	for _, e := range s.Journal() {
		hosts = append(hosts, e.Host)
		login := slices.Contains(e.Cookies, "__Secure-1PSID")
		if login != (e.Host == "work.fife.usercontent.google.com") || len(e.Violations) != 0 || !strings.HasSuffix(e.Path, "/…") {
			t.Errorf("hop %s%s: cookies %v, violations %v", e.Host, e.Path, e.Cookies, e.Violations)
		}
	}
	want := []string{"lh3.googleusercontent.com", "work.fife.usercontent.google.com", "lh3.googleusercontent.com"}
	if !slices.Equal(hosts, want) {
		t.Errorf("hosts = %v, want %v", hosts, want)
	}
}

func TestPictureNeedsTheOwnersLogin(t *testing.T) {
	s, b := signedIn(t, simulator.Config{}, simulator.SessionConfig{})
	link := b.pictureLink("[image 32x32]")
	for name, who := range map[string]simulator.Credentials{"nobody": {}, "another": s.AddSession(simulator.SessionConfig{})} {
		if got := newBrowser(t, s, who).get(link); got.status != http.StatusForbidden || got.url.Host != "work.fife.usercontent.google.com" {
			t.Errorf("%s: %d at %s, want 403 at the middle host", name, got.status, got.url.Host)
		}
	}
	r, _ := http.NewRequest(http.MethodGet, link, nil)
	r.Header.Set("Cookie", "__Secure-1PSID=x")
	resp, err := s.RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if j := s.Journal(); len(j[len(j)-1].Violations) != 1 {
		t.Errorf("login cookies at the picture host are no violation: %+v", j[len(j)-1])
	}
}

func TestSizeSuffixes(t *testing.T) {
	_, b := signedIn(t, simulator.Config{}, simulator.SessionConfig{})
	link := b.pictureLink("[image 1600x800]")
	for suffix, want := range map[string]image.Point{"": {512, 256}, "=s2048": {1600, 800}, "=s0": {1600, 800}, "=s800": {800, 400}, "=s1024-rj": {1024, 512}} {
		got := b.get(link + suffix)
		img, format, err := image.Decode(strings.NewReader(got.body))
		if err != nil {
			t.Errorf("%s: %v", suffix, err)
			continue
		}
		wantFormat := "png"
		if strings.HasSuffix(suffix, "-rj") {
			wantFormat = "jpeg"
		}
		if img.Bounds().Size() != want || format != wantFormat || got.header.Get("Content-Type") != "image/"+wantFormat {
			t.Errorf("%s: %v %s, want %v %s", suffix, img.Bounds().Size(), format, want, wantFormat)
		}
	}
}

func TestPicturesDiffer(t *testing.T) {
	_, b := signedIn(t, simulator.Config{}, simulator.SessionConfig{})
	cat := b.get(b.pictureLink("a cat [image 64x64]")).body
	if again := b.get(b.pictureLink("a cat [image 64x64]")).body; again != cat {
		t.Error("one prompt gave two pictures")
	}
	if dog := b.get(b.pictureLink("a dog [image 64x64]")).body; dog == cat {
		t.Error("two prompts gave one picture")
	}
	a := readJSON(t, b.generate(ask{prompt: "a cat [image 2 64x64]"}).body)
	if b.get(at(a.pictures[0], 0, 3, 3).(string)).body == b.get(at(a.pictures[1], 0, 3, 3).(string)).body {
		t.Error("two pictures of one answer are the same")
	}
	if !strings.Contains(a.text(), "image_generation_content/0") || !strings.Contains(a.text(), "image_generation_content/1") {
		t.Errorf("text = %q lacks the placeholders", a.text())
	}
}

func TestEditShowsTheInput(t *testing.T) {
	_, b := signedIn(t, simulator.Config{}, simulator.SessionConfig{})
	red := color.RGBA{250, 1, 2, 255}
	ref := b.uploadForm("red.png", "image/png", solidPNG(50, 50, red)).body
	img := decodePNG(t, b.get(b.pictureLink("edit this picture, 256x256", []any{[]any{ref}, "red.png"})+"=s0"))
	if got := color.RGBAModel.Convert(img.At(128, 128)); got != red {
		t.Errorf("the middle is %v, want the input's %v", got, red)
	}
	first := readJSON(t, b.generate(ask{prompt: "[image 256x256]"}).body)
	second := readJSON(t, b.generate(ask{prompt: "edit the picture, 256x256", meta: []any{first.cid, first.rid, first.rcid}}).body)
	fresh := b.get(b.pictureLink("edit the picture, 256x256") + "=s0").body
	if b.get(at(second.pictures[0], 0, 3, 3).(string)+"=s0").body == fresh {
		t.Error("a follow-up edit does not show the earlier picture")
	}
}

func TestPictureTroubles(t *testing.T) {
	clk := newClock()
	s, b := signedIn(t, simulator.Config{Now: clk.now}, simulator.SessionConfig{})
	if got := b.get(b.pictureLink("[image expired]")); got.status != 403 {
		t.Errorf("expired: %d", got.status)
	}
	once := b.pictureLink("[image once 16x16]")
	if first, second := b.get(once), b.get(once); first.status != 200 || second.status != 403 {
		t.Errorf("single use: %d then %d", first.status, second.status)
	}
	if got := b.get(b.pictureLink("[image html]")); got.status != 200 || !strings.Contains(got.header.Get("Content-Type"), "text/html") {
		t.Errorf("html: %d %s", got.status, got.header.Get("Content-Type"))
	}
	waiting := b.pictureLink("[image pending=2 16x16]")
	for i, want := range []int{206, 206, 200} {
		if got := b.get(waiting); got.status != want {
			t.Errorf("pending, try %d: %d, want %d", i+1, got.status, want)
		}
	}
	if data := []byte(b.get(b.pictureLink("[image jpeg 64x64]")).body); http.DetectContentType(data) != "image/jpeg" {
		t.Error("jpeg: another type came")
	} else if _, err := jpeg.Decode(bytes.NewReader(data)); err != nil {
		t.Error(err)
	}
	if n := len(b.get(b.pictureLink("[image noise=300000]") + "=s0").body); n < 290_000 || n > 320_000 {
		t.Errorf("noise of 300 kB has %d bytes", n)
	}
	old := b.pictureLink("[image 16x16]")
	clk.advance(time.Hour)
	if got := b.get(old); got.status != 403 {
		t.Errorf("an hour later: %d, want 403", got.status)
	}
	s.SetFault(simulator.Fault{Kind: simulator.Status, Code: 403, Operations: []simulator.Operation{simulator.OpMedia}})
	if got := b.get(b.pictureLink("[image 16x16]")); got.status != 403 {
		t.Errorf("fault: %d", got.status)
	}
}

func TestFullSizeByText(t *testing.T) {
	_, b := signedIn(t, simulator.Config{}, simulator.SessionConfig{})
	a := readJSON(t, b.generate(ask{prompt: "[image 900x600]"}).body)
	for _, id := range []string{at(a.pictures[0], 8).(string), at(a.pictures[0], 1, 0).(string)} {
		body, status := b.rpc("c8o8Fe", fmt.Sprintf(`[[[null,null,null,[null,null,null,null,null,""]],[%q,0],null,[19,""],null,null,null,null,null,""],[%q,%q,%q,null,""],1,0,1]`, id, a.rid, a.rcid, a.cid))
		if status != 0 {
			t.Fatalf("c8o8Fe %s: status %d", id, status)
		}
		link := body[0].(string) + "=d-I?alr=yes"
		for range 2 {
			step := b.get(link)
			if !strings.HasPrefix(step.header.Get("Content-Type"), "text/plain") || step.status != 200 {
				t.Fatalf("step: %d %s", step.status, step.header.Get("Content-Type"))
			}
			link = step.body
		}
		if size := decodePNG(t, b.get(link)).Bounds().Size(); size != image.Pt(900, 600) {
			t.Errorf("size = %v", size)
		}
	}
	if _, status := b.rpc("c8o8Fe", `[[null,["im_nobody",0]],["","",""]]`); status != 5 {
		t.Errorf("unknown picture: %d", status)
	}
}

func TestPicturesInTheHistory(t *testing.T) {
	_, b := signedIn(t, simulator.Config{}, simulator.SessionConfig{})
	a := readJSON(t, b.generate(ask{prompt: "[image readback 16x16] [dense]"}).body)
	chat, _ := b.rpc("hNvQHb", fmt.Sprintf("[%q,1]", a.cid))
	link, _ := at(chat, 0, 0, 3, 0, 0, 12, 7, 0, 0, 0, 3, 3).(string)
	if got := b.get(link); got.status != 200 {
		t.Errorf("link %q: %d", link, got.status)
	}
}

func TestMediaThatTakesItsTime(t *testing.T) {
	clk := newClock()
	_, b := signedIn(t, simulator.Config{Now: clk.now}, simulator.SessionConfig{})
	for prompt, path := range map[string][]int{
		"[video pending 1m] [sparse]":          {12, 59, 0, 0, 0, 0, 7, 1},
		"[video pending 1m] [dense]":           {12, 59, 0, 0, 0, 0, 7, 1},
		"[image readback=1m 16x16] [sparse]":   {12, 7, 0, 0, 0, 3, 3},
		"[image readback=1m 2 16x16] [dense]x": {12, 7, 0, 1, 0, 3, 3},
	} {
		a := readJSON(t, b.generate(ask{prompt: prompt}).body)
		chat := fmt.Sprintf("[%q,1]", a.cid)
		early, _ := b.rpc("hNvQHb", chat)
		clk.advance(time.Minute)
		late, _ := b.rpc("hNvQHb", chat)
		first, last := at(early, 0, 0, 3, 0, 0), at(late, 0, 0, 3, 0, 0)
		if a.done || at(first, 8, 0) != 1.0 || at(first, 12, 6, 0) != 1.0 || at(first, path...) != nil {
			t.Errorf("%s: early candidate = %v", prompt, first)
		}
		link, _ := at(last, path...).(string)
		if at(last, 8, 0) != 2.0 || at(last, 12, 6) != nil || b.get(link).status != 200 {
			t.Errorf("%s: late candidate = %v", prompt, last)
		}
	}
}

func TestVideoAndMusic(t *testing.T) {
	s, b := signedIn(t, simulator.Config{}, simulator.SessionConfig{})
	video := readJSON(t, b.generate(ask{prompt: "[video]"}).body)
	music := readJSON(t, b.generate(ask{prompt: "[music]"}).body)
	for link, kind := range map[string]string{
		at(video.candidate, 12, 59, 0, 0, 0, 0, 7, 1).(string): "video/mp4",
		at(music.candidate, 12, 86, 0, 1, 7, 1).(string):       "audio/mpeg",
		at(music.candidate, 12, 86, 1, 1, 7, 1).(string):       "video/mp4",
		at(music.candidate, 12, 86, 1, 1, 7, 0).(string):       "image/jpeg",
	} {
		got := b.get(link)
		if got.status != 200 || got.header.Get("Content-Type") != kind || http.DetectContentType([]byte(got.body)) != kind {
			t.Errorf("%s: %d %s", link, got.status, got.header.Get("Content-Type"))
		}
	}
	link := at(video.candidate, 12, 59, 0, 0, 0, 0, 7, 1).(string)
	if got := newBrowser(t, s, simulator.Credentials{}).get(link); got.status != 403 {
		t.Errorf("video without login: %d", got.status)
	}
	if got := b.get("https://contribution.usercontent.google.com/download?c=x"); got.status != 404 {
		t.Errorf("no such video: %d", got.status)
	}
}
