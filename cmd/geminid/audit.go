package main

import (
	"github.com/geminid/geminid/daemon"
)

type auditCmd struct {
	Verify auditVerifyCmd `cmd:"" help:"Check that no line of the audit log was changed or removed."`
}

type auditVerifyCmd struct {
	settingFlags
	File string `arg:"" optional:"" type:"path" help:"The log; by default the one of the state directory."`
}

// Run walks the chain and names the first broken line.
func (c *auditVerifyCmd) Run() error {
	path := c.File
	if path == "" {
		settings, err := c.loadSettings()
		if err != nil {
			return err
		}
		path = daemon.AuditPath(settings.StateDir)
	}
	summary, err := daemon.VerifyAudit(path)
	if err != nil {
		return err
	}
	printf("%s\n", summary)
	return nil
}
