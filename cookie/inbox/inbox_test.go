package inbox_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/geminid/geminid/cookie"
	"github.com/geminid/geminid/cookie/export"
	"github.com/geminid/geminid/cookie/inbox"
	"github.com/geminid/geminid/cookie/internal/cookietest"
)

// export is a cookie file of account n, as an extension writes it.
func exportOf(n int) string {
	return fmt.Sprintf(`[
  {"domain": ".google.com", "path": "/", "secure": true, "httpOnly": true, "name": "__Secure-1PSID",   "value": "g.a000%04dQwErTyUiOpAsDfGhJkLzXcVbNm0123456789"},
  {"domain": ".google.com", "path": "/", "secure": true, "httpOnly": true, "name": "__Secure-1PSIDTS", "value": "sidts-CjEB%04dQwErTyUiOpAsDfGhJkLzXcVbNm"}
]
`, n, n)
}

// netscape is the same file as curl writes it.
func netscape(n int) string {
	return "# Netscape HTTP Cookie File\n" +
		fmt.Sprintf("#HttpOnly_.google.com\tTRUE\t/\tTRUE\t0\t__Secure-1PSID\tg.a000%04dQwErTyUiOpAsDfGhJkLzXcVbNm0123456789\n", n) +
		fmt.Sprintf("#HttpOnly_.google.com\tTRUE\t/\tTRUE\t0\t__Secure-1PSIDTS\tsidts-CjEB%04dQwErTyUiOpAsDfGhJkLzXcVbNm\n", n)
}

// accountOf returns the n of an export.
func accountOf(t *testing.T, e *export.Result) int {
	t.Helper()
	var n int
	if _, err := fmt.Sscanf(e.Set.PSIDTS().Reveal(), "sidts-CjEB%04d", &n); err != nil {
		t.Errorf("no export of ours: %v", err)
	}
	return n
}

// box is an inbox under test with what it brought so far.
type box struct {
	*testing.T
	*inbox.Inbox
	dir string
}

func newBox(t *testing.T) *box {
	t.Helper()
	return reopen(t, filepath.Join(t.TempDir(), "inbox"))
}

func reopen(t *testing.T, dir string) *box {
	t.Helper()
	i, err := inbox.New(inbox.Config{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	return &box{t, i, dir}
}

func (b *box) path(name string) string { return filepath.Join(b.dir, name) }

func (b *box) write(name, content string) {
	b.Helper()
	writeFile(b.T, b.path(name), content)
}

// scan looks once and writes what came in short: "a.json=1" for account 1 from
// a.json, "b.txt!E_EMPTY" for a refusal, "-c.json" for a file that is gone, and
// "..." when something is pending.
func (b *box) scan() string {
	b.Helper()
	s, err := b.Rescan(b.Context())
	if err != nil {
		b.Errorf("rescan: %v", err)
	}
	return b.short(s)
}

func (b *box) short(s inbox.Scan) string {
	b.Helper()
	var words []string
	for _, d := range s.Drops {
		if (d.Export == nil) == (d.Rejection == nil) {
			b.Errorf("%s: want either an export or a rejection", d.File)
			continue
		}
		if d.Rejection != nil {
			words = append(words, d.File+"!"+string(d.Rejection.Code))
			continue
		}
		words = append(words, fmt.Sprintf("%s=%d", d.File, accountOf(b.T, d.Export)))
	}
	for _, name := range s.Gone {
		words = append(words, "-"+name)
	}
	if s.Pending {
		words = append(words, "...")
	}
	return strings.Join(words, " ")
}

func (b *box) want(want string) {
	b.Helper()
	if got := b.scan(); got != want {
		b.Errorf("got %q, want %q", got, want)
	}
}

func TestInboxHandsOutNewContentOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBox(t)
		b.want("")
		b.write("cookies.json", exportOf(1))
		b.want("cookies.json=1")
		b.want("")
		b.write("cookies.json", exportOf(1))
		if err := os.Chtimes(b.path("cookies.json"), time.Time{}, time.Now().Add(time.Hour)); err != nil {
			t.Fatal(err)
		}
		b.want("")
		b.write("cookies.json", netscape(2))
		b.want("cookies.json=2")
		b.write("cookies.json", "<html><title>Sign in</title>")
		b.want("cookies.json!E_HTML")
		b.want("")
		b.write("cookies.json", exportOf(1))
		b.want("cookies.json=1")
	})
}

func TestInboxSameSizeSameTimeOtherContent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBox(t)
		stamp := time.Unix(1_700_000_000, 0)
		for n := range 3 { // as cp --preserve and rsync --times do
			b.write("a.json", exportOf(n))
			if err := os.Chtimes(b.path("a.json"), stamp, stamp); err != nil {
				t.Fatal(err)
			}
			b.want(fmt.Sprintf("a.json=%d", n))
		}
	})
}

func TestInboxSeen(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBox(t)
		b.write("good.json", exportOf(1))
		b.write("bad.json", "")
		b.write("gone.json", exportOf(3))
		_ = b.scan()
		time.Sleep(11 * time.Second)
		b.want("bad.json!E_EMPTY")
		if want, got := []string{"bad.json", "gone.json", "good.json"}, slices.Sorted(maps.Keys(b.Seen())); !slices.Equal(got, want) {
			t.Errorf("seen %v, want %v", got, want)
		}
		if err := os.Remove(b.path("gone.json")); err != nil {
			t.Fatal(err)
		}
		b.want("-gone.json")
		if want, got := []string{"bad.json", "good.json"}, slices.Sorted(maps.Keys(b.Seen())); !slices.Equal(got, want) {
			t.Errorf("seen %v, want %v", got, want)
		}
		b = reopen(t, b.dir)
		b.want("good.json=1 ...")
	})
}

// TestInboxNewestOfOneLook: of files that are found together the file system's times
// tell which is the newest, whatever they are called.
func TestInboxNewestOfOneLook(t *testing.T) {
	b := newBox(t)
	clock := time.Now() // it moves on while the files are looked at
	i, err := inbox.New(inbox.Config{Dir: b.dir, Now: func() time.Time { clock = clock.Add(time.Millisecond); return clock }})
	if err != nil {
		t.Fatal(err)
	}
	b.Inbox = i
	for n, name := range []string{"c.json", "a.json", "d.json", "b.json"} {
		b.write(name, exportOf(n))
		stamp := time.Now().Add(-time.Duration(n) * time.Hour)
		if err := os.Chtimes(b.path(name), stamp, stamp); err != nil {
			t.Fatal(err)
		}
	}
	b.want("c.json=0 a.json=1 d.json=2 b.json=3")
}

func TestInboxGone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBox(t)
		b.write("a.json", exportOf(1))
		b.want("a.json=1")
		if err := os.Remove(b.path("a.json")); err != nil {
			t.Fatal(err)
		}
		b.want("-a.json")
		b.want("")
		b.write("a.json", exportOf(1)) // somebody wants it taken over again
		b.want("a.json=1")
		if err := os.Rename(b.path("a.json"), b.path("b.json")); err != nil {
			t.Fatal(err)
		}
		b.want("b.json=1 -a.json")
	})
}

func TestInboxReplacedByRemoveAndCreate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBox(t)
		b.write("a.json", exportOf(1))
		b.want("a.json=1")
		if err := os.Remove(b.path("a.json")); err != nil {
			t.Fatal(err)
		}
		go func() { // the other half of what install(1) does
			time.Sleep(100 * time.Millisecond)
			_ = os.WriteFile(b.path("a.json"), []byte(exportOf(1)), 0o600)
		}()
		b.want("...")
		b.want("")
	})
}

// The half-written file of the fault list: no word while it arrives, one load
// when it is whole, and one refusal when the rest never comes.
func TestInboxHalfWritten(t *testing.T) {
	whole := exportOf(7)
	parts := []string{whole[:40], whole[40:130], whole[130:]}
	for _, tt := range []struct {
		name string
		rest bool
		want string
	}{
		{"with the rest", true, "cookies.json=7"},
		{"without the rest", false, "cookies.json!E_TRUNCATED"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				b := newBox(t)
				go func() {
					f, err := os.Create(b.path("cookies.json"))
					if err != nil {
						t.Error(err)
						return
					}
					defer f.Close()
					for i, part := range parts {
						if i == 2 && !tt.rest {
							return
						}
						time.Sleep([]time.Duration{0, 300 * time.Millisecond, 5 * time.Second}[i])
						_, _ = f.WriteString(part)
					}
				}()
				var got []string
				start := time.Now()
				for time.Since(start) < 40*time.Second {
					if s := strings.TrimSuffix(strings.TrimSuffix(b.scan(), "..."), " "); s != "" {
						got = append(got, s)
						if at := time.Since(start); !tt.rest && at < 10*time.Second {
							t.Errorf("refused after %v", at)
						}
					}
					time.Sleep(time.Second)
				}
				if !slices.Equal(got, []string{tt.want}) {
					t.Errorf("got %q, want %q and nothing else", got, tt.want)
				}
			})
		})
	}
}

// A slow uploader truncates first and then sends a few bytes at a time, of a
// format in which any beginning of the file is well-formed.
func TestInboxSlowUpload(t *testing.T) {
	for _, gap := range []time.Duration{50 * time.Millisecond, 250 * time.Millisecond, 600 * time.Millisecond} {
		t.Run(gap.String(), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				b := newBox(t)
				b.write("cookies.txt", netscape(1))
				b.want("cookies.txt=1")
				done := make(chan struct{})
				go func() {
					defer close(done)
					f, err := os.Create(b.path("cookies.txt"))
					if err != nil {
						t.Error(err)
						return
					}
					defer f.Close()
					for rest := netscape(2); rest != ""; {
						n := min(20, len(rest))
						time.Sleep(gap)
						_, _ = f.WriteString(rest[:n])
						rest = rest[n:]
					}
				}()
				var got []string
				for range 60 {
					if s := strings.TrimSuffix(strings.TrimSuffix(b.scan(), "..."), " "); s != "" {
						got = append(got, s)
					}
					time.Sleep(time.Second)
				}
				<-done
				if !slices.Equal(got, []string{"cookies.txt=2"}) {
					t.Errorf("got %q, want one load of the whole file", got)
				}
			})
		})
	}
}

func TestInboxOneSlowFileDoesNotHoldTheOthers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBox(t)
		b.write("quick.json", exportOf(1))
		stop := make(chan struct{})
		go func() {
			f, _ := os.Create(b.path("slow.json"))
			defer f.Close()
			for {
				select {
				case <-stop:
					return
				case <-time.After(100 * time.Millisecond):
					_, _ = f.WriteString("x")
				}
			}
		}()
		time.Sleep(time.Second)
		start := time.Now()
		b.want("quick.json=1 ...")
		if took := time.Since(start); took > time.Second {
			t.Errorf("took %v", took)
		}
		start = time.Now()
		b.want("...")
		if took := time.Since(start); took > 3*time.Second {
			t.Errorf("a scan took %v, want at most 3s", took)
		}
		close(stop)
	})
}

func TestInboxNewestFirst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBox(t)
		now := time.Now()
		for i, name := range []string{"b.json", "c.json", "a.json"} {
			b.write(name, exportOf(i))
			stamp := now.Add(time.Duration(i) * time.Minute)
			if err := os.Chtimes(b.path(name), stamp, stamp); err != nil {
				t.Fatal(err)
			}
		}
		b.want("a.json=2 c.json=1 b.json=0")
	})
}

func TestInboxCancelled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBox(t)
		b.write("a.json", exportOf(1))
		ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
		defer cancel()
		if s, err := b.Rescan(ctx); err == nil || len(s.Drops) > 0 {
			t.Errorf("got %v, %v, want the context's error", s, err)
		}
		b.want("a.json=1") // nothing was lost
	})
}

func TestInboxIgnores(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBox(t)
		for _, name := range []string{
			".cookies.json", ".name.tmp", "a.json~", "a.tmp", "a.json.part", "a.crdownload", "a.swp", "a.swx",
			"A.TMP", "4913", "#a.json#", "a.json.rejected.txt", "a.json.filepart", "cookies.sqlite-wal",
		} {
			b.write(name, exportOf(1))
		}
		for _, copied := range []string{
			"cookies.txt.bak", "cookies.bak", "cookies.json.old", "a.orig", "a.txt.save", "cookies.txt.1", "a.json.12", "a.bak2",
			"cookies.txt.dpkg-old", "cookies.txt.rpmsave", "cookies.txt.pacsave", "Cookies.TXT.BAK", "cookies.txt.backup",
			"cookies.txt.2.gz", "cookies.json.~1~",
			"cookies.sync-conflict-20260901-101010-ABCDEFG.txt", "cookies (conflicted copy 2026-09-01).txt",
			"cookies (Alice's conflicted copy 2026-09-01).txt", "cookies (SFConflict a@b.org 2026-09-01).txt", "cookies [Conflict].txt",
			"cookies_box_Nov-23-1010-2026_Conflict.txt", "cookies.Conflict.txt", "cookies (Alice in Konflikt stehende Kopie 2026-09-01).txt",
			"cookies (Copie en conflit de Alice 2026-09-01).txt", "cookies (Copia en conflicto de Alice 2026-09-01).txt",
			"cookies (Copia in conflitto di Alice 2026-09-01).txt", "cookies (Cópia em conflito de Alice 2026-09-01).txt",
			"cookies (Конфликтующая копия Alice 2026-09-01).txt",
			"cookies (Alice 的冲突副本 2026-09-01).txt", "cookies (Alice 的衝突複本 2026-09-01).txt",
			"cookies (Alice の競合コピー 2026-09-01).txt", "cookies (Alice의 충돌된 복사본 2026-09-01).txt",
		} {
			b.write(copied, exportOf(1))
		}
		if err := os.Mkdir(b.path("folder"), 0o700); err != nil {
			t.Fatal(err)
		}
		b.want("")
		for _, name := range []string{"conflict.json", "old.json", "cookies_2026.11.23", "bakery.json", "cookies (1).txt"} {
			b.write(name, exportOf(3))
		}
		if got := b.scan(); strings.Count(got, "=3") != 5 {
			t.Errorf("got %q, want the five that only look like a copy", got)
		}
		b.write("14913", exportOf(1))
		b.write("#a.json", exportOf(2))
		if got := b.scan(); !strings.Contains(got, "14913=1") || !strings.Contains(got, "#a.json=2") {
			t.Errorf("got %q, want the two that only look similar", got)
		}
	})
}

// TestInboxDirectoryForFile: a directory in the place of a file is told once, and gives
// way to the file.
func TestInboxDirectoryForFile(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBox(t)
		b.write("cookies.txt", exportOf(1))
		b.want("cookies.txt=1")
		for range 2 {
			if err := errors.Join(os.Remove(b.path("cookies.txt")), os.Mkdir(b.path("cookies.txt"), 0o700)); err != nil {
				t.Fatal(err)
			}
			s, err := b.Rescan(t.Context())
			if err != nil || len(s.Drops) != 1 || !strings.Contains(s.Drops[0].Rejection.Line(), "E_NOT_A_FILE: cookies.txt is a directory") {
				t.Fatalf("got %s, %v", b.short(s), err)
			}
			if err := b.Refuse("cookies.txt", s.Drops[0].Rejection); err != nil {
				t.Error(err)
			}
			b.want("")
			if b.Unreadable() {
				t.Error("it waits for permissions")
			}
			if err := os.Remove(b.path("cookies.txt")); err != nil {
				t.Fatal(err)
			}
			b.write("cookies.txt", exportOf(2))
			if got := b.scan(); got != "cookies.txt=2" {
				t.Errorf("the file in its place: %q", got)
			}
		}
	})
}

func TestInboxTooBig(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBox(t)
		b.write("big.json", "")
		if err := os.Truncate(b.path("big.json"), export.MaxFile+1); err != nil {
			t.Fatal(err)
		}
		b.want("big.json!E_TOO_BIG")
		b.want("")
		b.write("big.json", exportOf(1))
		b.want("big.json=1")
	})
}

func TestInboxDirectory(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBox(t)
		b.write("a.json", exportOf(1))
		b.want("a.json=1")
		if err := os.Rename(b.dir, b.dir+".old"); err != nil {
			t.Fatal(err)
		}
		s, err := b.Rescan(t.Context())
		if err == nil || !strings.Contains(err.Error(), "missing") || len(s.Gone) > 0 {
			t.Errorf("without a directory: got %+v, %v, want an error and no file called gone", s, err)
		}
		if err := os.Mkdir(b.dir, 0o770); err != nil {
			t.Fatal(err)
		}
		b.write("a.json", exportOf(1))
		b.write("b.json", exportOf(2))
		b.want("b.json=2")
	})
}

func TestAccountFor(t *testing.T) {
	tests := []struct {
		file, account string
		generic       bool
	}{
		{"cookies.json", "default", true},
		{"cookies.txt", "default", true},
		{"Cookies (3).txt", "default", true},
		{"cookies - Copy (2).json", "default", true},
		{"cookies-2026-11-23.json", "default", true},
		{"gemini.google.com_cookies.txt", "default", true},
		{"gemini.google.com_cookies (1).txt", "default", true},
		{"gemini.google.com_23-11-2026.json", "default", true},
		{"google.com.json", "default", true},
		{"cookies.sqlite", "default", true},
		{"work.json", "work", false},
		{"Work.JSON", "work", false},
		{"work.json.txt", "work", false},
		{"work (1).json", "work", false},
		{"work copy 2.txt", "work", false},
		{"cookies-1.txt", "default", true},
		{"cookies 2.txt", "default", true},
		{"cookies-firefox.txt", "default", true},
		{"firefox130_cookies_20261123T101500Z.txt", "default", true},
		{"cookies - 副本.txt", "default", true},
		{"cookies - Kopie (2).txt", "default", true},
		{"www.youtube.com_cookies.txt", "default", true},
		{"standard input", "default", true},
		{"cookies_alice.json", "alice", false},
		{"cookies_a.txt", "a", false},
		{"cookies-work.txt", "work", false},
		{"cookies.alice.txt", "alice", false},
		{"alice-cookies (1).txt", "alice", false},
		{"gemini.google.com_alice.txt", "alice", false},
		{"john@google.com.json", "john", false},
		{"gemini-1.json", "gemini-1", false},
		{"google2.txt", "google2", false},
		{"account1.txt", "account1", false},
		{"work-cookies.txt", "work", false},
		{"google-work.har", "work", false},
		{"cookies.jsonl", "default", true},
		{"work.ndjson", "work", false},
		{"alice_google.csv", "alice", false},
		{"firefox_cookie.csv", "default", true},
		{"john.doe@example.org.json", "john-doe-example-org", false},
		{"__x__.env", "x", false},
		{"2nd.yaml", "2nd", false},
		{"noending", "noending", false},
		{strings.Repeat("long-name-", 9) + ".json", "long-name-long-name-long-name-lo", false},
	}
	for _, tt := range tests {
		account, generic := cookie.AccountFor(tt.file)
		if !cookie.ValidAccount(account) {
			t.Errorf("%s: %q is no account name", tt.file, account)
		}
		if account != tt.account || generic != tt.generic {
			t.Errorf("%s: got %s, %v, want %s, %v", tt.file, account, generic, tt.account, tt.generic)
		}
	}
}

// TestAccountForOtherScripts: whatever is lost of a name, no two names become
// one account, and a copy of a file asks for the account of the file.
func TestAccountForOtherScripts(t *testing.T) {
	files := []string{
		"小明.json", "小红.json", "张三 gemini cookies.txt", "李四 gemini cookies.txt",
		"иван-google.json", "мария-google.json", "gemini.google.com_张三a.txt",
		"gemini.google.com_李四a.txt", "работа-1.txt", "дом-1.txt",
		"हि cookies.txt", "ही cookies.txt", "άννα_cookies.txt",
		"cookies_ÕÅ.txt", "cookies_Àî.txt", "cookies_林@home.txt",
	}
	seen := make(map[string]string)
	for _, file := range files {
		account, generic := cookie.AccountFor(file)
		if !cookie.ValidAccount(account) || generic || account == cookie.DefaultName {
			t.Errorf("%q: got %s, %v", file, account, generic)
		}
		if other := seen[account]; other != "" {
			t.Errorf("%q and %q both ask for %s", other, file, account)
		}
		seen[account] = file
		ending := filepath.Ext(file)
		if again, _ := cookie.AccountFor(strings.TrimSuffix(file, ending) + " (1)" + ending); again != account {
			t.Errorf("%q: its copy asks for %s, not %s", file, again, account)
		}
	}
}

func FuzzAccountFor(f *testing.F) {
	for _, seed := range []string{"cookies.json", "a (1) (2).txt.json", "..", "", "\xff", "/", "- copy", "(1)"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, file string) {
		if account, _ := cookie.AccountFor(file); !cookie.ValidAccount(account) {
			t.Errorf("%q: %q is no account name", file, account)
		}
	})
}

// Every sample goes through a real drop as it goes through Parse.
func TestInboxTakesEverySample(t *testing.T) {
	for _, folder := range []string{"samples", "exports"} {
		entries, err := os.ReadDir(filepath.Join("../export/testdata", folder))
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range entries {
			t.Run(folder+"/"+e.Name(), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					data := readFile(t, filepath.Join("../export/testdata", folder, e.Name()))
					want, wantErr := export.Parse(e.Name(), []byte(data), time.Now())
					b := newBox(t)
					b.write(e.Name(), data)
					var drops []inbox.Drop
					for range 20 {
						s, err := b.Rescan(t.Context())
						if err != nil {
							t.Fatal(err)
						}
						drops = append(drops, s.Drops...)
						time.Sleep(time.Second)
					}
					if len(drops) != 1 {
						t.Fatalf("got %d drops, want one", len(drops))
					}
					got := drops[0]
					if wantErr != nil {
						if got.Rejection == nil || got.Rejection.Message != wantErr.Error() {
							t.Errorf("got %v, want %v", got.Rejection, wantErr)
						}
						return
					}
					if got.Export == nil || cookietest.RevealSet(got.Export.Set) != cookietest.RevealSet(want.Set) {
						t.Errorf("got another set than Parse gives (%v)", got.Rejection)
					}
				})
			})
		}
	}
}

// The regular look that finds nothing is what a quiet day consists of.
func BenchmarkInboxIdle(b *testing.B) {
	dir := b.TempDir()
	for n := range 3 {
		if err := os.WriteFile(filepath.Join(dir, fmt.Sprintf("%d.json", n)), []byte(exportOf(n)), 0o600); err != nil {
			b.Fatal(err)
		}
	}
	i, err := inbox.New(inbox.Config{Dir: dir})
	if err != nil {
		b.Fatal(err)
	}
	if s, err := i.Rescan(b.Context()); err != nil || len(s.Drops) != 3 {
		b.Fatal(s, err)
	}
	for b.Loop() {
		if s, err := i.Rescan(b.Context()); err != nil || len(s.Drops) > 0 {
			b.Fatal(s, err)
		}
	}
}

// TestInboxSweepsHalfNotes: what was left of notes goes at a start, and nothing
// that people brought.
func TestInboxSweepsHalfNotes(t *testing.T) {
	dir := t.TempDir()
	files := map[string]bool{ // name → survives
		".a.txt.rejected.txt123": false, ".b.txt.rejected.txt9": false, ".c.txt.rejected.txt1": true,
		".a.txt.rejected.txt": true, ".d.txt123": true,
	}
	for name := range files {
		content := map[string]string{".b.txt.rejected.txt9": "", ".c.txt.rejected.txt1": "my own"}
		text, special := content[name]
		if !special {
			text = "geminid did not take this file over.\n\nand why"
		}
		writeFile(t, filepath.Join(dir, name), text)
	}
	if _, err := inbox.New(inbox.Config{Dir: dir}); err != nil {
		t.Fatal(err)
	}
	for name, survives := range files {
		if _, err := os.Stat(filepath.Join(dir, name)); (err == nil) != survives {
			t.Errorf("%s: survived %v, want %v", name, err == nil, survives)
		}
	}
}
