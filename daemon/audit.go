package daemon

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"sync"
	"time"

	"github.com/geminid/geminid/ops/audit"
	"github.com/geminid/geminid/supervisor"
)

// auditLog writes the audit log. A log that cannot be written is logged once and does
// not keep the sessions from being served; each entry tries again. It is safe for
// concurrent use.
type auditLog struct {
	cfg audit.Config
	log *slog.Logger

	mu      sync.Mutex
	book    *audit.Log // nil if it could not be opened yet
	failing bool       // the last write failed, which is logged
}

func (d *Daemon) openAudit() *auditLog {
	a := &auditLog{log: d.log, cfg: audit.Config{
		Path: AuditPath(d.settings.StateDir), Now: d.now, NoSync: !d.settings.Fsync,
	}}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.logTransitionLocked(a.openLocked())
	d.onStop("audit log", a.closeLog)
	return a
}

// appendEntry adds an entry.
func (a *auditLog) appendEntry(kind, account string, fields map[string]string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	err := a.openLocked()
	if err == nil {
		err = a.book.Append(kind, account, fields)
	}
	a.logTransitionLocked(err)
}

// appendSupervisorEntry adds an event of a session.
func (a *auditLog) appendSupervisorEntry(e supervisor.AuditEntry) {
	a.appendEntry(string(e.Kind), e.Account, e.Fields())
}

// openLocked opens the log if it is closed. mu is held.
func (a *auditLog) openLocked() (err error) {
	if a.book == nil {
		a.book, err = audit.Open(a.cfg)
	}
	return err
}

// logTransitionLocked logs that writing begins to fail or works again. mu is held.
func (a *auditLog) logTransitionLocked(err error) {
	switch failing := err != nil; {
	case failing == a.failing:
		return
	case failing:
		a.log.Error("the audit log cannot be written; run geminid audit verify", "err", err)
	default:
		a.log.Info("the audit log is written again")
	}
	a.failing = err != nil
}

func (a *auditLog) closeLog(context.Context) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.book == nil {
		return nil
	}
	return a.book.Close()
}

const auditFile = "audit.log"

// AuditPath returns the path of the audit log in a state directory.
func AuditPath(stateDir string) string { return filepath.Join(stateDir, auditFile) }

// VerifyAudit checks the chain of an audit log and sums it up in one line. The error
// names the first broken line, the entries that are missing, or the reason why the log
// could not be read. It reads the whole log, twice if a line was being written.
func VerifyAudit(path string) (string, error) {
	r, err := audit.Verify(path)
	if err == nil && r.Torn > 0 {
		time.Sleep(lineWriteTime)
		r, err = audit.Verify(path)
	}
	var broken *audit.BrokenError
	if errors.As(err, &broken) {
		return "", fmt.Errorf("the audit log is broken: %w", broken)
	}
	if err != nil {
		return "", err
	}
	if r.Torn > 0 {
		return "", fmt.Errorf("the audit log is not whole: entries %d to %d are sound, but %d bytes behind them are no whole line; a crash leaves such, and the next start records what it removes", r.First, r.Last, r.Torn)
	}
	// Every session that is kept has left entries.
	if kept, _ := filepath.Glob(filepath.Join(filepath.Dir(path), "accounts", "*.json")); r.Entries == 0 && len(kept) > 0 {
		return "", fmt.Errorf("the audit log %s is empty, and sessions are kept beside it: its entries were removed", path)
	}
	sound := fmt.Sprintf("the audit log is sound: entries %d to %d in %d files, head %s", r.First, r.Last, r.Files, r.Head)
	if r.Headless {
		sound += "; there is no " + filepath.Base(audit.HeadPath(path)) + " beside it, so that it is not known whether entries are missing at its ends"
	}
	return sound, nil
}

// lineWriteTime is longer than writing one line takes.
const lineWriteTime = 200 * time.Millisecond
