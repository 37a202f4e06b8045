package daemon

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"sync"

	"github.com/geminid/geminid/audit"
)

// openAudit opens the audit log. A log that can not be opened is said and does
// not keep the sessions from being served.
func (d *Daemon) openAudit() (func(kind, account string, fields map[string]string), error) {
	book, err := audit.Open(audit.Config{Path: filepath.Join(d.settings.StateDir, auditFile), Now: d.now, NoSync: !d.settings.Fsync})
	if err != nil {
		d.log.Error("the audit log can not be written; run geminid audit verify", "err", err)
		return nil, nil
	}
	d.onStop("audit log", func(context.Context) error { return book.Close() })
	var once sync.Once
	return func(kind, account string, fields map[string]string) {
		if err := book.Append(kind, account, fields); err != nil {
			once.Do(func() { d.log.Error("the audit log can not be written", "err", err) })
		}
	}, nil
}

const auditFile = "audit.log"

// AuditPath is where the audit log of a state directory is.
func AuditPath(stateDir string) string { return filepath.Join(stateDir, auditFile) }

// VerifyAudit checks the chain of an audit log and says in one line what it
// holds. The error names the first broken line, or says why the log could not be
// read.
func VerifyAudit(path string) (string, error) {
	report, err := audit.Verify(path)
	var broken *audit.BrokenError
	if errors.As(err, &broken) {
		return "", fmt.Errorf("the audit log is broken: %w", broken)
	}
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("the audit log is sound: entries %d to %d in %d files, head %s", report.First, report.Last, report.Files, report.Head), nil
}
