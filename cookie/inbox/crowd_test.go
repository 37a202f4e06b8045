package inbox_test

import (
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

func TestInboxCrowded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBox(t)
		old := time.Now().Add(-time.Hour)
		for n := range 300 {
			name := fmt.Sprintf("f%03d.json", n)
			b.write(name, exportOf(n))
			if err := os.Chtimes(b.path(name), old, old); err != nil {
				t.Fatal(err)
			}
		}
		b.write("zz-newest.json", exportOf(9999))
		s, err := b.Rescan(t.Context())
		if err != nil || len(s.Drops) != 256 || s.Drops[0].File != "zz-newest.json" {
			t.Errorf("got %d drops, %v, want 256 with the newest file first", len(s.Drops), err)
		}
	})
}

// TestInboxCrowdedByOthers: a file that is called as exports are is found among
// thousands that are newer.
func TestInboxCrowdedByOthers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBox(t)
		for n := range 3000 {
			b.write(fmt.Sprintf("IMG_%04d%s", n, []string{".jpg", ".txt", ".json", ".pdf"}[n%4]), "{}")
		}
		old := time.Now().Add(-time.Hour)
		for n, name := range []string{"cookies.txt", "gemini.google.com_alice.json"} {
			b.write(name, exportOf(n+1))
			if err := os.Chtimes(b.path(name), old, old); err != nil {
				t.Fatal(err)
			}
		}
		b.want("cookies.txt=1 gemini.google.com_alice.json=2 ...") // {} may be growing
	})
}

// TestInboxOfOtherFiles: in a directory that serves something else only what was meant
// as an export is answered; a few strange files are answered as ever.
func TestInboxOfOtherFiles(t *testing.T) {
	strange := map[string]string{
		"photo.jpg": "\xff\xd8\xff\xe0\x00", "invoice.pdf": "%PDF-1.7\n", "setup.exe": "MZ\x00\x00", "page.html": "<html>x",
		"notes.txt": "milk, bread", "data.json": "{\"a\":1}", "empty": "", "letter.odt": "PK\x03\x04", "README.md": "# x\n",
		"package.json": "{\"name\":\"x\"}", "core": "\x7fELF\x00", "song.mp3": "ID3\x00\x00",
		"film.mkv": "\x1a\x45\xdf\xa3", "report.docx": "PK\x03\x04",
	}
	meant := map[string]string{
		"cookies.txt": "", "my-export.json": "[1]", "google.zip": "PK\x03\x04",
		"half.txt": "#HttpOnly_.google.com\tTRUE\t/\tTRUE\t0\t__Secure-1PSID", "alice.json": exportOf(1),
	}
	answered := "alice.json=1 cookies.txt!E_EMPTY google.zip!E_BINARY half.txt!E_TRUNCATED my-export.json!E_PARSE"
	for _, few := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			b := newBox(t)
			names := slices.Sorted(maps.Keys(strange))
			if few {
				names = names[:3]
			}
			for _, name := range names {
				b.write(name, strange[name])
			}
			first := b.scan()
			time.Sleep(time.Minute) // nothing grows any more
			first = strings.TrimPrefix(first+" "+b.scan(), "... ")
			if few != strings.Contains(first, "README.md!E_PARSE") || !few && strings.Trim(first, " .") != "" {
				t.Errorf("%d strange files: %q", len(names), first)
			}
			for _, name := range slices.Sorted(maps.Keys(meant)) {
				b.write(name, meant[name])
			}
			all := strings.Fields(b.scan())
			time.Sleep(time.Minute)
			all = append(all, strings.Fields(b.scan())...)
			all = slices.DeleteFunc(all, func(word string) bool { return word == "..." })
			slices.Sort(all)
			if got := strings.Join(all, " "); got != answered {
				t.Errorf("%d strange files: got %q, want %q", len(names), got, answered)
			}
			b.write("photo-2.jpg", strange["photo.jpg"])
			if got := b.scan(); few != (got == "photo-2.jpg!E_BINARY") {
				t.Errorf("one more of %d strange files: %q", len(names), got)
			}
		})
	}
}
