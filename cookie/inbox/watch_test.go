//go:build unix

package inbox_test

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/geminid/geminid/cookie"
	"github.com/geminid/geminid/cookie/inbox"
)

// patient is how long a test waits for what must come: far more than it takes.
const patient = 30 * time.Second

// keeper runs a watch and an inbox together as the daemon does, and notes what
// came out in the words of box.short.
type keeper struct {
	*box
	words chan string
	wakes chan inbox.Wake
}

func keep(t *testing.T, b *box) *keeper {
	t.Helper()
	k := &keeper{box: b, words: make(chan string, 100), wakes: make(chan inbox.Wake, 1)}
	ctx, cancel := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	wg.Go(func() {
		err := inbox.Watch(ctx, inbox.WatchConfig{Dir: b.dir, Unreadable: b.Unreadable, Poke: func(w inbox.Wake) {
			select {
			case k.wakes <- w:
			case <-ctx.Done():
			}
		}})
		if err != nil {
			t.Error(err)
		}
	})
	wg.Go(func() { k.look(ctx) })
	t.Cleanup(func() {
		cancel()
		wg.Wait()
	})
	return k
}

// look scans at every poke, and a while after a scan that left something open.
func (k *keeper) look(ctx context.Context) {
	again := time.NewTimer(time.Hour)
	again.Stop()
	defer again.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-k.wakes:
		case <-again.C:
		}
		s, err := k.Rescan(ctx)
		if err != nil && ctx.Err() == nil && !errors.Is(err, os.ErrNotExist) {
			k.Errorf("rescan: %v", err)
		}
		if s.Pending {
			again.Reset(time.Second)
		}
		s.Pending = false
		for word := range strings.FieldsSeq(k.short(s)) {
			k.words <- word
		}
	}
}

// next waits for a word.
func (k *keeper) next() string {
	k.Helper()
	select {
	case word := <-k.words:
		return word
	case <-time.After(patient):
		k.Fatal("nothing came")
		return ""
	}
}

// only checks that a word is the next, and the only one: a file that is dropped
// after it is the one that follows.
func (k *keeper) only(want string) {
	k.Helper()
	if got := k.next(); got != want {
		k.Errorf("got %q, want %q", got, want)
	}
	k.write("zz-last.json", exportOf(99))
	if got := k.next(); got != "zz-last.json=99" {
		k.Errorf("got %q after %q, want nothing but the file that was dropped last", got, want)
	}
}

// Every way in which programs put a file in place, against the real kernel.
func TestWatchEveryWayOfWriting(t *testing.T) {
	tests := []struct {
		name   string
		script string
	}{
		{"cat", `cat "$NEW" > cookies.json`},
		{"slow writer", `head -c 100 "$NEW" > cookies.json; sleep 0.6; tail -c +101 "$NEW" | head -c 200 >> cookies.json; sleep 0.6; tail -c +301 "$NEW" >> cookies.json`},
		{"in place, same size", `dd if="$NEW" of=cookies.json conv=notrunc 2>&1`},
		{"cp", `cp "$NEW" cookies.json`},
		{"cp keeping times", `cp -p "$NEW" cookies.json`},
		{"mv within the file system", `cp "$NEW" .new.tmp && mv .new.tmp cookies.json`},
		{"mv from another file system", `D=$(mktemp -d /dev/shm/geminid.XXXXXX) && cp "$NEW" $D/n && mv $D/n cookies.json && rmdir $D`},
		{"rename over a visible temporary", `cp "$NEW" cookies.json.part && mv cookies.json.part cookies.json`},
		{"install", `install -m 600 "$NEW" cookies.json`},
		{"sed", `sed -i s/0001Qw/0002Qw/ cookies.json`},
		{"link", `cp "$NEW" .two.json && ln -sfn .two.json cookies.json`},
		{"hard link", `cp "$NEW" .two.json && ln -f .two.json cookies.json`},
		{"remove and write", `rm cookies.json; cat "$NEW" > cookies.json`},
		{"vim", `vim -u NONE -N -i NONE -es -c '%d' -c "0r $NEW" -c wq cookies.json`},
		{"vim in place", `vim -u NONE -N -i NONE -es -c 'set nobackup nowritebackup backupcopy=yes' -c '%d' -c "0r $NEW" -c wq cookies.json`},
		{"rsync", `rsync --ignore-times "$NEW" cookies.json`},
		{"rsync in place", `rsync --ignore-times --inplace "$NEW" cookies.json`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if program, _, _ := strings.Cut(tt.script, " "); !installed(program) {
				t.Skipf("NOT TESTED, %s: it is not installed", program)
			}
			fresh := filepath.Join(t.TempDir(), "new.json")
			writeFile(t, fresh, exportOf(2))
			b := newBox(t)
			b.write("cookies.json", exportOf(1))
			k := keep(t, b)
			if got := k.next(); got != "cookies.json=1" {
				t.Fatalf("at the start: got %q", got)
			}
			cmd := exec.CommandContext(t.Context(), "sh", "-c", tt.script)
			cmd.Dir = b.dir
			cmd.Env = append(os.Environ(), "NEW="+fresh)
			if out, err := cmd.CombinedOutput(); err != nil {
				t.Fatalf("%v\n%s", err, out)
			}
			k.only("cookies.json=2")
		})
	}
}

// installed reports whether a program is there; the first word of a script may
// be an assignment, which the shell understands by itself.
func installed(program string) bool {
	_, err := exec.LookPath(program)
	return err == nil || strings.Contains(program, "=")
}

func TestWatchKubernetesVolume(t *testing.T) {
	t.Parallel()
	b := newBox(t)
	projectVolume(t, b.dir, "..2026_1", map[string]string{"cookies.json": exportOf(1)})
	k := keep(t, b)
	if got := k.next(); got != "cookies.json=1" {
		t.Fatalf("at the start: got %q", got)
	}
	projectVolume(t, b.dir, "..2026_2", map[string]string{"cookies.json": exportOf(2)})
	k.only("cookies.json=2")
}

func TestWatchDirectoryReplaced(t *testing.T) {
	for _, tt := range []struct {
		name    string
		replace func(t *testing.T, dir string)
	}{
		{"renamed and made again", func(t *testing.T, dir string) {
			must(t, os.Rename(dir, dir+".old"))
			must(t, os.Mkdir(dir, 0o770))
		}},
		{"removed and made again", func(t *testing.T, dir string) {
			must(t, os.RemoveAll(dir))
			must(t, os.Mkdir(dir, 0o770))
		}},
		{"away for a while", func(t *testing.T, dir string) {
			must(t, os.RemoveAll(dir))
			time.Sleep(1500 * time.Millisecond) // so that the watcher finds nothing
			must(t, os.Mkdir(dir, 0o770))
		}},
		{"another one moved over it", func(t *testing.T, dir string) {
			must(t, os.Mkdir(dir+".new", 0o770))
			must(t, os.RemoveAll(dir))
			must(t, os.Rename(dir+".new", dir))
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			b := newBox(t)
			b.write("cookies.json", exportOf(1))
			k := keep(t, b)
			if got := k.next(); got != "cookies.json=1" {
				t.Fatalf("at the start: got %q", got)
			}
			tt.replace(t, b.dir)
			b.write("cookies.json", exportOf(2))
			k.only("cookies.json=2")
		})
	}
}

// A storm of touch and chmod is free: the watcher does not even ask for a look,
// unless a file waits for its permissions.
func TestWatchStorm(t *testing.T) {
	t.Parallel()
	b := newBox(t)
	b.write("cookies.json", exportOf(1))
	var waiting atomic.Bool
	pokes := make(chan inbox.Wake)
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error)
	go func() {
		done <- inbox.Watch(ctx, inbox.WatchConfig{Dir: b.dir, Unreadable: waiting.Load, Poke: func(w inbox.Wake) { pokes <- w }})
	}()
	if w := <-pokes; w != inbox.WakeRewatch {
		t.Errorf("the first wake is %s, want rewatch", w)
	}
	for n := range 5000 {
		stamp := time.Unix(int64(1_700_000_000+n), 0)
		must(t, os.Chtimes(b.path("cookies.json"), stamp, stamp))
		must(t, os.Chmod(b.path("cookies.json"), 0o600))
	}
	must(t, b.Refuse("cookies.json", &cookie.Rejection{Code: cookie.CodeHTML, Message: "a note is no news either"}))
	select {
	case w := <-pokes:
		t.Errorf("the storm woke somebody: %s", w)
	case <-time.After(time.Second):
	}
	waiting.Store(true)
	must(t, os.Chmod(b.path("cookies.json"), 0o640))
	select {
	case <-pokes:
	case <-time.After(patient):
		t.Error("a chmod woke nobody though a file waits for one")
	}
	cancel()
	must(t, <-done)
}

func TestWatchNeedsItsConfig(t *testing.T) {
	if err := inbox.Watch(t.Context(), inbox.WatchConfig{Dir: t.TempDir()}); err == nil {
		t.Error("nobody to poke, and no error")
	}
	if err := inbox.Watch(t.Context(), inbox.WatchConfig{Poke: func(inbox.Wake) {}}); err == nil {
		t.Error("no directory, and no error")
	}
}
