package inbox

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/fsnotify/fsnotify"

	"github.com/geminid/geminid/internal/statefile"
)

// Pace of the watcher.
const (
	recheck  = 5 * time.Second // is it still the same directory?
	reattach = time.Second     // while the directory is missing
)

// WatchConfig is the configuration of Watch.
type WatchConfig struct {
	// Dir is the inbox. Required.
	Dir string
	// Poke is called when it is worth looking into the inbox, once for a burst of
	// events. It should hand over and return: while it runs no event is read.
	// Required.
	Poke func(Wake)
	// Unreadable reports whether a file waits for its permissions to change
	// (Inbox.Unreadable); only then a chmod is worth a look. Nil means always.
	Unreadable func() bool
	// Retry is how long to wait after the kernel refused to watch, before it is
	// asked again; zero means 30 s.
	Retry time.Duration
	// Logger gets the begin and the end of a trouble; nil means silence.
	Logger *slog.Logger
}

// Watch pokes whenever something happens in a directory, until ctx ends; then it
// returns nil, with nothing left behind. It is a hint and no more: network
// file systems and the targets of links stay silent, so that a regular look
// remains the truth. Whatever goes wrong with watching is logged once and
// healed when it can be; it is never an error.
func Watch(ctx context.Context, c WatchConfig) error {
	if c.Dir == "" || c.Poke == nil {
		return errors.New("watching the inbox: Dir and Poke are required")
	}
	if c.Unreadable == nil {
		c.Unreadable = func() bool { return true }
	}
	if c.Retry == 0 {
		c.Retry = 30 * time.Second
	}
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	w := &watch{cfg: c, dir: filepath.Clean(c.Dir)}
	w.runWatches(ctx)
	return nil
}

// watch is one Watch under way.
type watch struct {
	cfg    WatchConfig
	dir    string
	silent bool // the present trouble has been logged
}

// runWatches holds one watch after another: a watch belongs to a directory, not to a
// path, and ends when another directory takes the path.
func (w *watch) runWatches(ctx context.Context) {
	for ctx.Err() == nil {
		watcher, held, err := attachWatcher(w.dir)
		if err != nil {
			w.logTrouble(err)
			wait := w.cfg.Retry
			if errors.Is(err, fs.ErrNotExist) {
				wait = reattach
			}
			sleepFor(ctx, wait)
			continue
		}
		if w.silent {
			w.cfg.Logger.Info("watching the inbox again", "dir", w.dir)
		}
		w.silent = false
		w.cfg.Poke(WakeRewatch)
		w.followEvents(ctx, watcher, held)
		_ = watcher.Close() // joins its goroutine; there is nothing to save
	}
}

// logTrouble logs once why there is no watch.
func (w *watch) logTrouble(err error) {
	if w.silent {
		return
	}
	w.silent = true
	w.cfg.Logger.Warn("the inbox can not be watched; regular looks go on and find new files a little later", "dir", w.dir, "err", explainWatch(err))
}

// explainWatch is explain for inotify, which speaks of its own limits in words
// meant for disks and files.
func explainWatch(err error) error {
	switch {
	case errors.Is(err, syscall.ENOSPC):
		return fmt.Errorf("%w (the limit fs.inotify.max_user_watches is reached; raise it with sysctl)", err)
	case errors.Is(err, syscall.EMFILE):
		return fmt.Errorf("%w (the limit fs.inotify.max_user_instances or that of open files is reached; raise it)", err)
	}
	return statefile.WithRemedy(err)
}

// attachWatcher watches the directory that is at the path now.
func attachWatcher(dir string) (*fsnotify.Watcher, fs.FileInfo, error) {
	held, err := os.Stat(dir)
	if err != nil {
		return nil, nil, err
	}
	watcher, err := fsnotify.NewWatcher()
	if err != nil {
		return nil, nil, err
	}
	if err := watcher.Add(dir); err != nil {
		return nil, nil, errors.Join(err, watcher.Close())
	}
	if !isStill(dir, held) {
		return nil, nil, errors.Join(fs.ErrNotExist, watcher.Close())
	}
	return watcher, held, nil
}

func isStill(dir string, held fs.FileInfo) bool {
	now, err := os.Stat(dir)
	return err == nil && os.SameFile(now, held)
}

// followEvents passes on the events of one watch until it ends.
func (w *watch) followEvents(ctx context.Context, watcher *fsnotify.Watcher, held fs.FileInfo) {
	tap, burst := newTap(watcher.Events), newBurst()
	defer tap.stopTimer()
	defer burst.stopTimer()
	check := time.NewTicker(recheck)
	defer check.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case event, ok := <-tap.events:
			if !ok {
				return
			}
			tap.noteEvent()
			if w.isEnd(event) {
				return
			}
			if w.isRelevant(event) {
				burst.addEvent(WakeEvent)
			}
		case err, ok := <-watcher.Errors:
			if !ok {
				return
			}
			if !errors.Is(err, fsnotify.ErrEventOverflow) {
				w.logFailure(ctx, err)
				return
			}
			burst.addEvent(WakeOverflow)
		case <-tap.timer.C:
			tap.openAgain()
		case <-burst.timer.C:
			if why, over := burst.isOver(); over {
				w.cfg.Poke(why)
			}
		case <-check.C:
			if len(watcher.WatchList()) == 0 || !isStill(w.dir, held) {
				return // unmounted, or a directory above it was replaced
			}
		}
	}
}

// logFailure logs the end of a watch and waits before the next one.
func (w *watch) logFailure(ctx context.Context, err error) {
	w.cfg.Logger.Warn("watching the inbox failed; starting over", "dir", w.dir, "err", err)
	w.cfg.Poke(WakeError)
	sleepFor(ctx, reattach)
}

// isEnd reports whether an event says that the directory itself went away. Comparing
// would not show that: a new one may have got the number of the old.
func (w *watch) isEnd(event fsnotify.Event) bool {
	return event.Name == w.dir && (event.Has(fsnotify.Remove) || event.Has(fsnotify.Rename))
}

// isRelevant reports whether an event can mean a new file. Our own notes never do, nor
// does a change of times or permissions, unless a file waits for them.
func (w *watch) isRelevant(event fsnotify.Event) bool {
	if event.Op == fsnotify.Chmod && !w.cfg.Unreadable() {
		return false
	}
	return !strings.Contains(filepath.Base(event.Name), noteSuffix)
}

func sleepFor(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-timer.C:
	}
}
