package geminiweb_test

import (
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/geminid/geminid/chat"
	"github.com/geminid/geminid/upstream/geminiweb"
	"github.com/geminid/geminid/upstream/geminiweb/internal/wiretest"
	"github.com/geminid/geminid/upstream/simulator"
)

// Pictures from the web come as files, fetched without the session, and their pages
// as sources.
func TestWebPictures(t *testing.T) {
	t.Parallel()
	for _, prompt := range []string{"[web][say Two pictures:]", "[web tags][say Two pictures:]", "[web][sparse][say Two pictures:]"} {
		t.Run(prompt, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, simulator.SessionConfig{}, geminiweb.Config{})
				got, err := w.ask(t.Context(), prompt)
				if err != nil || !strings.HasPrefix(got.Text, "Two pictures:") || got.Reason != chat.Stop {
					t.Fatalf("%+v, %v", got, err)
				}
				if len(got.Media) != 2 || !strings.HasPrefix(got.Media[0].MIME, "image/") {
					t.Errorf("%d files", len(got.Media))
				}
				var pages []string
				for _, s := range got.Sources {
					pages = append(pages, s.URL+" "+s.Title)
				}
				if want := []string{"https://pages.example/gallery/1 Page 1", "https://pages.example/gallery/2 Page 2"}; !slices.Equal(pages, want) {
					t.Errorf("pages %q", pages)
				}
				for _, e := range w.sim.Journal() {
					if strings.Contains(e.Host, "gstatic") && len(e.Cookies) > 0 || len(e.Violations) > 0 {
						t.Errorf("%s with the cookies %v: %v", e.Host, e.Cookies, e.Violations)
					}
				}
			})
		})
	}
}

// A picture elsewhere is asked of nobody, least of all with the session; its page
// stays a source.
func TestWebPicturesElsewhere(t *testing.T) {
	t.Parallel()
	for _, link := range []string{"https://pages.example/a.png", "https://lh3.google.com/a.png", "https://gstatic.com.example/a", "http://t0.gstatic.com/a", "https://u@t0.gstatic.com/a", "::"} {
		picture := []any{[]any{[]any{link, 1, 1}, nil, nil, nil, "alt"}, []any{[]any{"https://pages.example/1"}}}
		row := wiretest.Row{Text: "Here.", Done: true, Media: []any{nil, []any{picture}}}.String()
		got, asked, _, err := askScripted(t, true, row)
		if err != nil || got.Text != "Here." || len(got.Media) != 0 || asked != 1 {
			t.Errorf("%s: %+v, %v", link, got, err)
		}
		if len(got.Sources) != 1 || got.Sources[0].URL != "https://pages.example/1" || got.Sources[0].Title != "alt" {
			t.Errorf("%s: sources %+v", link, got.Sources)
		}
	}
}
