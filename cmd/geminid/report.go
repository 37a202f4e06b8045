package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/geminid/geminid/daemon"
	"github.com/geminid/geminid/ops/report"
)

type reportCmd struct {
	remoteFlags
	Since  string `default:"7d" help:"How far back: 36h, 7d, 4w, or a day such as 2026-11-01." placeholder:"SPAN"`
	Format string `default:"text" enum:"text,markdown" help:"text or markdown."`
	Lang   string `default:"" enum:",en,zh" help:"en or zh; by default that of the environment." placeholder:"LANG"`
}

// Help implements kong.HelpProvider.
func (reportCmd) Help() string {
	return `The running server is asked; when none runs, its file of hourly figures is read.

Examples:
  geminid report                                   the last week
  geminid report --since 30d --format markdown     the last month, to be kept`
}

// Run prints the report.
func (c *reportCmd) Run(ctx context.Context) error {
	if _, err := report.ParseSince(c.Since, time.Now()); err != nil {
		return &exitError{exitUsage, err}
	}
	r, err := c.fetchReport(ctx)
	if err != nil {
		return err
	}
	if c.JSON {
		return json.NewEncoder(stdout).Encode(r)
	}
	return r.Write(stdout, report.Style{Markdown: c.Format == "markdown", Language: cmp.Or(c.Lang, envLanguage())})
}

// fetchReport asks the server. Without one on this machine it reads the file.
func (c *reportCmd) fetchReport(ctx context.Context) (*report.Report, error) {
	server, err := c.openRemote()
	if err != nil {
		return nil, err
	}
	var r report.Report
	_, _, err = server.callJSON(ctx, http.MethodGet, "/api/report?since="+url.QueryEscape(c.Since), nil, &r)
	var coded *exitError
	if err == nil || c.Server != "" || !errors.As(err, &coded) || coded.code != exitUnavailable {
		return &r, err
	}
	return c.readFigures()
}

func (c *reportCmd) readFigures() (*report.Report, error) {
	settings, err := c.loadSettings()
	if err != nil {
		return nil, err
	}
	now := time.Now()
	from, err := report.ParseSince(c.Since, now)
	if err != nil {
		return nil, err
	}
	path := daemon.FiguresPath(settings.StateDir)
	hours, err := report.ReadHours(path, from, now)
	if errors.Is(err, os.ErrPermission) {
		return nil, &exitError{exitNoPerm, fmt.Errorf("no permission to read %s: run this as root", path)}
	}
	if err != nil {
		return nil, err
	}
	r := report.FoldHours(hours, from, now)
	return &r, nil
}

// envLanguage is that of the environment, as far as reports speak it.
func envLanguage() string {
	if strings.HasPrefix(cmp.Or(os.Getenv("LC_ALL"), os.Getenv("LC_MESSAGES"), os.Getenv("LANG")), "zh") {
		return "zh"
	}
	return "en"
}
