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
)

// auditLog writes the audit log. A log that can not be written is said and does
// not keep the sessions from being served; it is tried again with each entry.
type auditLog struct {
	cfg audit.Config
	log *slog.Logger

	mu      sync.Mutex
	book    *audit.Log // nil when it could not be opened yet
	failing bool       // it was said
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

// openLocked opens the log when it is not. mu is held.
func (a *auditLog) openLocked() (err error) {
	if a.book == nil {
		a.book, err = audit.Open(a.cfg)
	}
	return err
}

// logTransitionLocked tells when writing begins to fail and when it works again. mu is held.
func (a *auditLog) logTransitionLocked(err error) {
	switch failing := err != nil; {
	case failing == a.failing:
		return
	case failing:
		a.log.Error("the audit log can not be written; run geminid audit verify", "err", err)
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

// AuditPath is where the audit log of a state directory is.
func AuditPath(stateDir string) string { return filepath.Join(stateDir, auditFile) }

// VerifyAudit checks the chain of an audit log and says in one line what it
// holds. The error names the first broken line, says what is missing, or why the
// log could not be read.
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

// lineWriteTime is longer than a line takes that is just being written.
const lineWriteTime = 200 * time.Millisecond
