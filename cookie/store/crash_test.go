//go:build unix

package store_test

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/geminid/geminid/cookie"
	"github.com/geminid/geminid/cookie/internal/cookietest"
	"github.com/geminid/geminid/cookie/store"
)

func init() {
	cookietest.Children["saver"] = saver
	cookietest.Children["holder"] = holder
}

// generation is a record that tells its number in every part, so that a mixture
// of two is seen. The padding makes a write take several pages.
func generation(n int) cookie.Record {
	tag := strconv.Itoa(n)
	return cookie.Record{
		Current:  cookietest.MakeSet("g.a-identity-"+tag, "sidts-"+tag, "NID", tag),
		Previous: cookietest.MakeSet("g.a-identity-"+tag, "sidts-"+strconv.Itoa(n-1)),
		Memo:     json.RawMessage(`{"n":` + tag + `,"pad":"` + strings.Repeat(tag+" ", 4000) + `"}`),
	}
}

// numberOf returns the number of a generation, or an error when its parts
// disagree.
func numberOf(r cookie.Record) (int, error) {
	var memo struct {
		N   int
		Pad string
	}
	if err := json.Unmarshal(r.Memo, &memo); err != nil {
		return 0, err
	}
	want := generation(memo.N)
	if cookietest.RevealSet(r.Current) != cookietest.RevealSet(want.Current) || cookietest.RevealSet(r.Previous) != cookietest.RevealSet(want.Previous) || string(r.Memo) != string(want.Memo) {
		return 0, fmt.Errorf("generation %d is mixed with another", memo.N)
	}
	return memo.N, nil
}

// saver saves one generation after another and says which ones are safe.
func saver() error {
	s, err := store.Open(store.Config{Dir: os.Getenv("STATE")})
	if err != nil {
		return err
	}
	records, _, err := s.Load()
	if err != nil {
		return err
	}
	n := 0
	if r, ok := records["default"]; ok {
		if n, err = numberOf(r); err != nil {
			return err
		}
	}
	fmt.Println("ready")
	for {
		n++
		if err := s.Save("default", generation(n)); err != nil {
			return err
		}
		fmt.Println(n)
	}
}

// holder owns the directory until it is killed.
func holder() error {
	s, err := store.Open(store.Config{Dir: os.Getenv("STATE")})
	if err != nil {
		return err
	}
	defer s.Close()
	fmt.Println("ready")
	time.Sleep(time.Minute)
	return nil
}

func TestStoreSurvivesKills(t *testing.T) {
	kills := 40
	if testing.Short() {
		kills = 8
	}
	dir := t.TempDir()
	path := filepath.Join(dir, "accounts", "default.json")
	ctx, cancel := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	defer wg.Wait()
	defer cancel()
	wg.Go(func() { readAllTheTime(ctx, t, path) })

	last := 0
	for range kills {
		safe := killedSaver(t, dir)
		s, err := store.Open(store.Config{Dir: dir})
		if err != nil {
			t.Fatalf("after a kill: %v", err)
		}
		records, _, err := s.Load()
		if err != nil {
			t.Fatalf("after a kill: %v", err)
		}
		if r, ok := records["default"]; ok || safe > 0 {
			n, err := numberOf(r)
			if err != nil {
				t.Fatal(err)
			}
			if n < max(safe, last) || safe > 0 && n > safe+1 {
				t.Fatalf("generation %d is there; %d was safe, and %d before", n, safe, last)
			}
			last = n
		}
		entries, _ := os.ReadDir(filepath.Join(dir, "accounts"))
		if len(entries) > 1 {
			t.Fatalf("litter after a start: %v", entries)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
	t.Logf("%d kills, %d generations", kills, last)
}

// killedSaver lets a saver run for a random moment and returns the last
// generation that it called safe, 0 for none.
func killedSaver(t *testing.T, dir string) (safe int) {
	t.Helper()
	cmd := cookietest.PrepareChild(t, "saver", "STATE="+dir)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	if !lines.Scan() || lines.Text() != "ready" {
		t.Fatalf("the saver did not start: %q", lines.Text())
	}
	timer := time.AfterFunc(rand.N(30*time.Millisecond), func() { _ = cmd.Process.Kill() })
	defer timer.Stop()
	for lines.Scan() {
		if n, err := strconv.Atoi(lines.Text()); err == nil {
			safe = n
		}
	}
	_ = cmd.Wait() // killed, as meant
	return safe
}

// readAllTheTime fails the test when the file is ever anything but whole.
func readAllTheTime(ctx context.Context, t *testing.T, path string) {
	reads := 0
	for ; ctx.Err() == nil; reads++ {
		data, err := os.ReadFile(path)
		if errors.Is(err, fs.ErrNotExist) && reads == 0 {
			reads--
			continue
		}
		if err != nil {
			t.Errorf("read %d: %v", reads, err)
			return
		}
		record, err := store.DecodeRecord(data)
		if err == nil {
			_, err = numberOf(record)
		}
		if err != nil {
			t.Errorf("read %d: %v", reads, err)
			return
		}
		time.Sleep(200 * time.Microsecond) // leaves the processor to the writers
	}
	t.Logf("%d reads, all whole", reads)
}

func TestStoreIsLocked(t *testing.T) {
	dir := t.TempDir()
	cmd := cookietest.PrepareChild(t, "holder", "STATE="+dir)
	cookietest.StartChild(t, cmd)

	_, err := store.Open(store.Config{Dir: dir})
	locked, ok := errors.AsType[*store.LockedError](err)
	if !ok || locked.PID != cmd.Process.Pid {
		t.Fatalf("got %v, want Locked by %d", err, cmd.Process.Pid)
	}
	if want := fmt.Sprintf("pid %d", cmd.Process.Pid); !strings.Contains(err.Error(), want) {
		t.Errorf("%q does not name %q", err, want)
	}

	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait() // killed, as meant
	s, err := store.Open(store.Config{Dir: dir})
	if err != nil {
		t.Fatalf("after the owner was killed: %v", err)
	}
	if _, err := store.Open(store.Config{Dir: dir}); err == nil {
		t.Error("one process opened one directory twice")
	}
	other, err := store.Open(store.Config{Dir: t.TempDir()})
	if err != nil {
		t.Fatalf("another directory: %v", err)
	}
	if err := errors.Join(other.Close(), s.Close()); err != nil {
		t.Fatal(err)
	}
	if data := readFile(t, filepath.Join(dir, "lock")); strings.TrimSpace(data) != "" {
		t.Errorf("a closed store leaves the pid %q behind", data)
	}
	openStore(t, dir)
}

func TestStoreLockFileDeleted(t *testing.T) {
	dir := t.TempDir()
	writeFile(t, filepath.Join(dir, "lock"), "not a pid at all, and long")
	s := openStore(t, dir)
	_, err := store.Open(store.Config{Dir: dir})
	if locked, ok := errors.AsType[*store.LockedError](err); !ok || (locked.PID != os.Getpid() && locked.PID != 0) {
		t.Errorf("got %v, want Locked", err)
	}
	_ = s.Close()
	if err := os.Remove(filepath.Join(dir, "lock")); err != nil {
		t.Fatal(err)
	}
	openStore(t, dir)
}

// TestStoreLockSurvivesItsFile: a cleaner that removes the lock file lets no second
// daemon in, the first one notices once and makes it anew. What is no file in its
// place does not keep a start.
func TestStoreLockSurvivesItsFile(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "lock")
	if err := os.Mkdir(path, 0o700); err != nil {
		t.Fatal(err)
	}
	s := openStore(t, dir)
	if err := s.CheckLock(); err != nil {
		t.Fatalf("nothing happened: %v", err)
	}
	for name, harm := range map[string]func() error{
		"removed":  func() error { return os.Remove(path) },
		"replaced": func() error { return errors.Join(os.Remove(path), os.WriteFile(path, []byte("1\n"), 0o600)) },
	} {
		if err := harm(); err != nil {
			t.Fatal(err)
		}
		if _, err := store.Open(store.Config{Dir: dir}); !isLocked(err) {
			t.Errorf("%s: a second store got %v, want Locked", name, err)
		}
		if err := s.CheckLock(); err == nil || !strings.Contains(err.Error(), path) {
			t.Errorf("%s: noticed %v", name, err)
		}
		if err := s.CheckLock(); err != nil {
			t.Errorf("%s: noticed again: %v", name, err)
		}
		if got := strings.TrimSpace(readFile(t, path)); got != strconv.Itoa(os.Getpid()) {
			t.Errorf("%s: the new file names %q", name, got)
		}
	}
	if err := errors.Join(os.Rename(dir, dir+".moved"), os.Mkdir(dir, 0o700)); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := s.CheckLock(); err == nil || !strings.Contains(err.Error(), "moved") {
			t.Errorf("the directory was replaced: noticed %v", err)
		}
	}
}

func isLocked(err error) bool {
	_, ok := errors.AsType[*store.LockedError](err)
	return ok
}
