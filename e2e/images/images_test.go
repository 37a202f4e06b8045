// Package images_test makes, edits and looks at pictures with real clients
// against the built geminid, follows a picture's link with a real browser, and
// tries to break in by what a picture can be.
package images_test

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"image"
	"image/color"
	_ "image/jpeg"
	"image/png"
	"math/rand/v2"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/geminid/geminid/e2e/harness"
)

func TestMain(m *testing.M) { os.Exit(harness.Main(m)) }

const painter = "gemini-2.5-flash-image"

// world is a daemon with a session of a pretend upstream.
type world struct {
	*harness.Daemon
	sim *harness.Simulator
}

func newWorld(t *testing.T, config ...string) world {
	t.Helper()
	sim := harness.Simulate(t)
	home := harness.NewHome(t)
	home.Configure(t, append(config, "upstream_url: "+sim.URL)...)
	home.Drop(t, "cookies.txt", sim.Session(t, "owner").Netscape())
	key := home.AddKey(t, "tests")
	d := harness.Serve(t, home)
	d.Key = key
	return world{d, sim}
}

// TestClients lets every kind of client make, edit and look at pictures.
func TestClients(t *testing.T) {
	w := newWorld(t)
	t.Run("openai-go", func(t *testing.T) { testOpenAI(t, w) })
	t.Run("genai", func(t *testing.T) { testGemini(t, w) })
	t.Run("curl", func(t *testing.T) { testCurl(t, w) })
	t.Run("login cookies", func(t *testing.T) { testJournal(t, w) })
}

// testJournal looks at which hosts the login cookies went to while all that
// happened.
func testJournal(t *testing.T, w world) {
	hosts := make(map[string]int)
	for _, call := range w.sim.Journal(t, "") {
		hosts[call.Host]++
		login := slices.Contains(call.Cookies, "__Secure-1PSID")
		if google := strings.HasSuffix(call.Host, ".google.com"); login && !google {
			t.Errorf("a %s call brought the login cookies to %s", call.Operation, call.Host)
		}
		if len(call.Violations) > 0 {
			t.Errorf("a %s call to %s breaks cookie rules: %v", call.Operation, call.Host, call.Violations)
		}
	}
	for _, host := range []string{"lh3.googleusercontent.com", "work.fife.usercontent.google.com", "content-push.googleapis.com", "gemini.google.com"} {
		if hosts[host] == 0 {
			t.Errorf("no call to %s; the test shows nothing", host)
		}
	}
	t.Logf("calls by host: %v", hosts)
}

// sketch is a PNG of one colour.
func sketch(t testing.TB, c color.RGBA) []byte {
	t.Helper()
	img := image.NewPaletted(image.Rect(0, 0, 60, 60), color.Palette{c})
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

var red = color.RGBA{R: 255, A: 255}

// noise is a PNG of about so many bytes.
func noise(t testing.TB, size int, seed uint64) []byte {
	t.Helper()
	side := 1
	for side*side*3 < size {
		side++
	}
	rnd := rand.New(rand.NewPCG(seed, 1))
	img := image.NewRGBA(image.Rect(0, 0, side, side))
	for i := range img.Pix {
		img.Pix[i] = uint8(rnd.Uint32()) | map[bool]uint8{true: 255}[i%4 == 3]
	}
	var b bytes.Buffer
	if err := (&png.Encoder{CompressionLevel: png.NoCompression}).Encode(&b, img); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// decoded is a picture that must be one of the wanted size, such as "320x200".
func decoded(t *testing.T, data []byte, size string) image.Image {
	t.Helper()
	img, kind, err := image.Decode(bytes.NewReader(data))
	if err != nil || kind != "png" && kind != "jpeg" {
		t.Fatalf("%d bytes are no picture: %q, %v", len(data), kind, err)
	}
	if got := fmt.Sprintf("%dx%d", img.Bounds().Dx(), img.Bounds().Dy()); got != size {
		t.Errorf("a picture of %s, want %s", got, size)
	}
	return img
}

func unbase64(t *testing.T, text string) []byte {
	t.Helper()
	data, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		t.Fatalf("no base64: %v", err)
	}
	return data
}

// shows checks that the colour stands at a place of the picture, given in
// hundredths of its sides.
func shows(t *testing.T, img image.Image, x, y int, want color.RGBA) {
	t.Helper()
	b := img.Bounds()
	got := color.RGBAModel.Convert(img.At(b.Min.X+b.Dx()*x/100, b.Min.Y+b.Dy()*y/100)).(color.RGBA)
	near := func(a, b uint8) bool { return max(a, b)-min(a, b) < 16 }
	if !near(got.R, want.R) || !near(got.G, want.G) || !near(got.B, want.B) {
		t.Errorf("at %d%% %d%% the picture has %v, want the input's %v", x, y, got, want)
	}
}

// fetched follows a link without any key.
func fetched(t *testing.T, address string) (status int, data []byte) {
	t.Helper()
	response, err := http.Get(address) //nolint:gosec // an address of our own server
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	var b bytes.Buffer
	if _, err := b.ReadFrom(response.Body); err != nil {
		t.Fatal(err)
	}
	if response.StatusCode == http.StatusOK && response.Header.Get("X-Content-Type-Options") != "nosniff" {
		t.Error("the link lets browsers guess the type")
	}
	return response.StatusCode, b.Bytes()
}
