package harness

import (
	"encoding/base64"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestMain(m *testing.M) { os.Exit(Main(m)) }

func TestLeaksFindsEveryShape(t *testing.T) {
	const secret = "g.a000 a secret/with signs="
	turned := []byte(secret)
	slices.Reverse(turned)
	for shape, text := range map[string]string{
		"as it is":        "level=info cookie=" + secret,
		"percent-encoded": "GET /?key=g.a000+a+secret%2Fwith+signs%3D",
		"in base64":       base64.StdEncoding.EncodeToString([]byte(secret)),
		"backwards":       string(turned),
		"":                "level=info cookie=[redacted] g.a000",
	} {
		if got := leaks(text, secret); got != shape {
			t.Errorf("in %q it is found %q, want %q", text, got, shape)
		}
	}
}

func TestEachLine(t *testing.T) {
	var got []string
	err := EachLine(strings.NewReader("data: a\n\ndata: b"), func(line string) { got = append(got, line) })
	if want := []string{"data: a", "", "data: b"}; err != nil || !slices.Equal(got, want) {
		t.Errorf("got %q, %v, want %q", got, err, want)
	}
}

func TestSessionFiles(t *testing.T) {
	s := Stranger()
	var list []struct{ Name, Value, Domain string }
	if err := json.Unmarshal([]byte(s.JSON()), &list); err != nil {
		t.Fatal(err)
	}
	if len(list) != 2 || list[0].Name != "__Secure-1PSID" || list[0].Value != s.PSID || list[1].Domain != ".google.com" {
		t.Errorf("got %+v", list)
	}
	rows := 0
	for line := range strings.Lines(s.Netscape()) {
		if fields := strings.Split(strings.TrimSpace(line), "\t"); len(fields) == 7 {
			rows++
		}
	}
	if rows != 2 {
		t.Errorf("the cookies.txt has %d rows of seven columns, want 2", rows)
	}
}

func TestHomeIsFurnished(t *testing.T) {
	h := NewHome(t)
	h.Configure(t, "listen: 127.0.0.1:9", "model_interval: 7s")
	content, err := os.ReadFile(h.Config())
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"listen: 127.0.0.1:9\n", "model_interval: 7s\n", "requests_per_hour: 0\n"} {
		if strings.Count(string(content), want) != 1 {
			t.Errorf("the configuration lacks %q:\n%s", want, content)
		}
	}
	if strings.Contains(string(content), "127.0.0.1:0") {
		t.Error("a given line does not win")
	}
	h.Drop(t, "cookies.txt", "hello")
	entries, err := os.ReadDir(h.Inbox())
	if err != nil || len(entries) != 1 || entries[0].Name() != "cookies.txt" {
		t.Errorf("the inbox holds %v, %v", entries, err)
	}
}

func TestRootIsTheModuleAbove(t *testing.T) {
	content, err := os.ReadFile(filepath.Join(Root(), "go.mod"))
	if err != nil || !strings.HasPrefix(string(content), "module github.com/geminid/geminid\n") {
		t.Errorf("%s: %v", Root(), err)
	}
}
