package daemon

import (
	"context"
	"path/filepath"

	"github.com/geminid/geminid/cookie"
	"github.com/geminid/geminid/cookie/inbox"
	"github.com/geminid/geminid/cookie/ledger"
	"github.com/geminid/geminid/cookie/store"
	"github.com/geminid/geminid/daemon/config"
	"github.com/geminid/geminid/gateway/api"
	"github.com/geminid/geminid/gateway/files"
	"github.com/geminid/geminid/gateway/stored"
	"github.com/geminid/geminid/gateway/uploads"
	"github.com/geminid/geminid/metrics"
	"github.com/geminid/geminid/supervisor"
)

// openState opens the state on disk: directories, lock, records, audit log.
func (d *Daemon) openState() (err error) {
	s := d.settings
	d.metrics = metrics.New(d.cfg.Build)
	if d.cfg.LostLogRecords != nil {
		d.metrics.CountLostLogRecords(d.cfg.LostLogRecords)
	}
	d.recordConfigRead(true)
	if d.store, err = store.Open(store.Config{Dir: s.StateDir, NoSync: !s.Fsync, Now: d.now, Logger: d.log}); err != nil {
		return err
	}
	d.onStop("store", func(context.Context) error { return d.store.Close() })
	d.inbox, err = inbox.New(inbox.Config{Dir: s.InboxDir, Now: d.now, Logger: d.log})
	return err
}

// ledgerFile holds the decisions about the files of the inbox, in the state directory.
const ledgerFile = "inbox.json"

// openLedger opens the memory of the decisions about the files of the inbox.
func (d *Daemon) openLedger() *ledger.Ledger {
	return ledger.Open(ledger.Config{
		Path: filepath.Join(d.settings.StateDir, ledgerFile), NoSync: !d.settings.Fsync, Now: d.now, Logger: d.log,
	})
}

// openUpstream makes the provider and the supervisor.
func (d *Daemon) openUpstream() (err error) {
	if d.provider, err = d.newProvider(); err != nil {
		return err
	}
	d.onStop("provider", d.provider.Close)
	key, err := d.store.Secret("mark")
	if len(key) == 0 {
		return err
	}
	if err != nil {
		d.log.Error("the marks by which sessions are told apart differ until the next start", "err", err)
	}
	d.audit = d.openAudit()
	d.supervisor, err = supervisor.New(supervisor.Config{
		Upstream: d.provider, Store: d.store, Ledger: d.openLedger(), Now: d.now, Slept: d.cfg.Slept, Logger: d.log, Metrics: d.metrics,
		Mark: func(set cookie.Set) string { return cookie.Mark(key, set) }, Audit: d.audit.appendSupervisorEntry, Wake: d.wakeSupervisor, ParkedOutcome: d.noteParkedVerdict,
		Route: routeMark(key, d.settings.UpstreamProxy), ProbeEvery: d.settings.ProbeInterval, NoFloor: d.cfg.NoRotateFloor, Seed: d.cfg.Seed,
	})
	if d.supervisor == nil {
		return err
	}
	if err != nil {
		d.log.Error("part of the state could not be read; going on with the rest", "err", err)
	}
	return nil
}

// openAPI makes the API and checks that it may be reached without a key, if there is
// none.
func (d *Daemon) openAPI() (err error) {
	keys := d.cfg.Keys
	if keys == nil {
		if keys, err = config.OpenKeys(d.settings); err != nil {
			return err
		}
	}
	if err := d.settings.CheckAccess(keys); err != nil {
		return err
	}
	d.keys, d.lastContents.keys = keys, keys.ListKeys()
	if sentence := config.NoKeyWarning(d.settings, keys); sentence != "" {
		d.log.Warn("the API has no key", "why", sentence)
	}
	d.rememberKeys()
	d.auditKeys()
	d.openFiles()
	d.openAnswers()
	d.openUploads()
	d.openFigures()
	d.api, err = api.New(api.Config{
		Supervisor: d.supervisor, Provider: d.provider, Metrics: d.metrics, Keys: keys, Files: d.files, Stored: d.answers, Uploads: d.uploads,
		Aliases: modelAliases(d.settings.Aliases), Logger: d.log, Now: d.now, Settings: apiSettings(d.settings), Reload: d.reloadFunc(), TestNotify: d.testNotify, Report: d.reportSince,
		OnCommand: d.auditCommand,
	})
	return err
}

// rememberKeys records on disk that there are keys, for a later start that does not
// find them.
func (d *Daemon) rememberKeys() {
	if err := d.keys.LeaveMark(); err != nil {
		d.log.Error("a later start without the key file would not know that it was lost", "err", err)
	}
}

// reloadFunc returns [Daemon.Reload], nil if there is nothing to read again.
func (d *Daemon) reloadFunc() func() (api.Reloaded, error) {
	if d.cfg.Reload == nil {
		return nil
	}
	return d.Reload
}

// openFiles opens the store of pictures. Without it pictures travel inside the
// answers, so a disk that cannot be written does not stop the service.
func (d *Daemon) openFiles() {
	saved, err := files.Open(files.Config{
		Dir: filepath.Join(d.settings.StateDir, "files"), Now: d.now, Logger: d.log,
		MaxSize: int64(d.settings.FilesMaxSize), MaxAge: d.settings.FilesMaxAge,
	})
	if err != nil {
		d.log.Error("pictures cannot be kept for links; answers contain them", "err", err)
		return
	}
	d.files = saved
}

// openAnswers opens the store of answers. Without it answers go out and are not stored,
// so a disk that cannot be written does not stop the service.
func (d *Daemon) openAnswers() {
	if d.settings.AnswersMaxAge == 0 {
		return
	}
	kept, err := stored.Open(stored.Config{
		Dir: filepath.Join(d.settings.StateDir, "answers"), Now: d.now, Logger: d.log,
		MaxBytes: int64(d.settings.AnswersMaxSize), MaxAge: d.settings.AnswersMaxAge,
	})
	if err != nil {
		d.log.Error("what clients ask to be stored cannot be stored; answers go out all the same", "err", err)
		return
	}
	d.answers = kept
}

// openUploads opens the store of the files that clients upload. Without it uploads are
// refused.
func (d *Daemon) openUploads() {
	saved, err := uploads.Open(uploads.Config{
		Dir: filepath.Join(d.settings.StateDir, "uploads"), MaxSize: int64(d.settings.UploadsMaxSize), Now: d.now, Logger: d.log,
	})
	if err != nil {
		d.log.Error("files that clients upload cannot be kept; they are refused", "err", err)
		return
	}
	d.uploads = saved
}
