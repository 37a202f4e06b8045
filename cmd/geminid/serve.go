package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"syscall"

	"github.com/geminid/geminid/daemon"
	"github.com/geminid/geminid/daemon/config"
)

// settingFlags are the settings that are often wanted on the command line.
type settingFlags struct {
	Config      string `short:"c" type:"path" help:"Configuration file." placeholder:"FILE"`
	Listen      string `help:"Address of the API." placeholder:"HOST:PORT"`
	StateDir    string `type:"path" help:"Directory of the daemon's own state." placeholder:"DIR"`
	InboxDir    string `type:"path" help:"Directory where cookie files are dropped." placeholder:"DIR"`
	Socket      string `type:"path" help:"Control socket." placeholder:"PATH"`
	UpstreamURL string `name:"upstream-url" help:"Send upstream connections to this address, such as a simulator." placeholder:"URL"`
	LogLevel    string `help:"debug, info, warn or error." placeholder:"LEVEL"`
}

// settingSources is where the settings come from.
func (f *settingFlags) settingSources() config.Sources {
	flags := make(map[string]any)
	for key, value := range map[string]string{
		"listen": f.Listen, "state_dir": f.StateDir, "inbox_dir": f.InboxDir, "socket": f.Socket,
		"upstream_url": f.UpstreamURL, "log_level": f.LogLevel,
	} {
		if value != "" {
			flags[key] = value
		}
	}
	return config.Sources{File: f.Config, Environ: os.Environ(), Flags: flags}
}

// loadSettings reads the settings; an error is a configuration error, unless this user may
// not read them.
func (f *settingFlags) loadSettings() (config.Settings, error) {
	settings, err := config.Load(f.settingSources())
	switch {
	case errors.Is(err, os.ErrPermission):
		return settings, &exitError{exitNoPerm, fmt.Errorf("%w; run this as root or as a member of the group geminid", err)}
	case err != nil:
		return settings, &exitError{exitConfig, err}
	}
	return settings, nil
}

// checkSettings is load for the server, which needs the files that the settings name. One
// that it may not read it reports when it opens it.
func (f *settingFlags) checkSettings() (config.Settings, error) {
	settings, err := f.loadSettings()
	if err != nil {
		return settings, err
	}
	if err := settings.CheckFiles(); !errors.Is(err, os.ErrPermission) {
		return settings, err
	}
	return settings, nil
}

type serveCmd struct{ settingFlags }

// Run serves until a signal ends it.
func (c *serveCmd) Run(ctx context.Context) error {
	ctx, stop := withSignals(ctx)
	defer stop()
	signal.Ignore(syscall.SIGPIPE) // a log without a reader ends no server
	forbidDumps()
	settings, err := c.checkSettings()
	if err != nil {
		return err
	}
	level := new(slog.LevelVar)
	level.Set(settings.Level())
	output, logger := openLog(settings.LogFormat, level)
	defer closeLog(output)
	for _, sentence := range settings.ExposedFiles() {
		logger.Warn("a secret is exposed", "why", sentence)
	}
	if sentence := config.ZoneProblem(settings, os.LookupEnv); sentence != "" {
		logger.Warn("the time zone is not known", "why", sentence)
	}
	if sentence := config.ProxyWarning(settings, os.Getenv); sentence != "" {
		logger.Warn("a proxy of the environment is not used", "why", sentence)
	}
	defer boundMemory()()
	defer boundGarbage()()
	err = daemon.Run(ctx, daemon.Config{
		Settings: settings, Build: buildInfo(), Logger: logger, Level: level, LostLogRecords: output.LostRecords,
		NoRotateFloor: os.Getenv("GEMINID_TEST_ROTATE_FLOOR") == "0",
		Reload:        c.checkSettings,
	})
	if err != nil {
		return &silentExit{printError(output, err)}
	}
	return nil
}

type checkConfigCmd struct{ settingFlags }

// Run reads the configuration and prints the findings.
func (c *checkConfigCmd) Run() error {
	settings, err := c.loadSettings()
	if err != nil {
		return err
	}
	unseen := settings.CheckFiles()
	if unseen != nil && !errors.Is(unseen, os.ErrPermission) {
		return unseen
	}
	printf("configuration is good: listen %s, inbox %s, state %s\n", settings.Listen, settings.InboxDir, settings.StateDir)
	if unseen != nil {
		printf("warning: not all could be looked at by this user: %v\n", unseen)
	}
	for _, sentence := range settings.ExposedFiles() {
		printf("warning: %s\n", sentence)
	}
	if sentence := config.ZoneProblem(settings, os.LookupEnv); sentence != "" {
		printf("warning: %s\n", sentence)
	}
	if sentence := config.ProxyWarning(settings, os.Getenv); sentence != "" {
		printf("warning: %s\n", sentence)
	}
	if keys, err := config.OpenKeys(settings); err == nil && config.NoKeyWarning(settings, keys) != "" {
		printf("warning: %s\n", config.NoKeyWarning(settings, keys))
	}
	return nil
}

type versionCmd struct{}

// Run prints version, revision and platform.
func (versionCmd) Run() error {
	b := buildInfo()
	printf("geminid %s (revision %s, %s)\n", b.Version, b.Revision, platformName())
	return nil
}

func buildInfo() daemon.Build { return daemon.Build{Version: version, Revision: buildRevision()} }
