package main

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/google/renameio/v2"

	"github.com/geminid/geminid/cookie"
	"github.com/geminid/geminid/cookie/export"
	"github.com/geminid/geminid/daemon/config"
	"github.com/geminid/geminid/gateway/auth"
	"github.com/geminid/geminid/ops/peers"
)

type configCmd struct {
	Import configImportCmd `cmd:"" help:"Take over the settings, keys and cookies of another server."`
}

type configImportCmd struct {
	Config string `short:"c" type:"path" help:"Configuration file to write." placeholder:"FILE"`
	From   string `required:"" enum:"gemini-fastapi,gemi2api-server,cliproxyapi,webai-to-api,gemini-web-to-api" help:"gemini-fastapi, gemi2api-server, cliproxyapi, webai-to-api or gemini-web-to-api." placeholder:"PEER"`
	File   string `arg:"" help:"Its settings file, or - for standard input."`
	DryRun bool   `help:"Change nothing; say what would be done."`
	Force  bool   `help:"Replace a configuration that sets something; it is kept as FILE.old."`
}

// Help implements kong.HelpProvider.
func (configImportCmd) Help() string {
	return `Settings become a configuration, keys of clients are accepted from now on, cookies go to the inbox. Stop the other server first: two that renew one session end it. The file itself is not changed; delete it when all works.

Example:
  geminid config import --from gemini-fastapi config/config.yaml`
}

// maxPeerFile bounds a settings file.
const maxPeerFile = 1 << 20

// Run takes over all it can and lists the rest.
func (c *configImportCmd) Run() error {
	content, err := readFile(c.File)
	if err != nil {
		return &exitError{exitUnreadable, err}
	}
	if len(content) > maxPeerFile {
		return &exitError{exitUnreadable, fmt.Errorf("%s is too large for a settings file", c.File)}
	}
	found, err := peers.ReadSettings(c.From, content, validateSetting)
	if err != nil {
		return &exitError{exitUnreadable, err}
	}
	c.nameAccounts(found.Sessions)
	made := newConfig{path: cmp.Or(c.Config, config.ConfigPath(os.Getenv)),
		origin: "geminid config import --from " + c.From,
		force:  c.Force, settings: found.Settings}
	if c.DryRun {
		for _, key := range slices.Sorted(maps.Keys(found.Settings)) {
			printf("would set   %s\n", key)
		}
		printf("would take  %d keys, %d sessions\n", len(found.Keys), len(found.Sessions))
		printRest(found)
		if len(found.Settings) == 0 {
			return nil
		}
		return made.checkFree()
	}
	settings, err := c.writeConfig(made)
	if err != nil {
		return err
	}
	err = errors.Join(adoptKeys(settings, found.Keys), dropSessions(settings, found.Sessions))
	printRest(found)
	return err
}

// writeConfig writes the configuration. A file without settings, such as one with
// cookies only, leaves the one that is there.
func (c *configImportCmd) writeConfig(made newConfig) (config.Settings, error) {
	if len(made.settings) == 0 {
		settings, err := config.Load(config.Sources{File: c.Config, Environ: os.Environ()})
		if err != nil {
			return settings, &exitError{exitConfig, err}
		}
		return settings, nil
	}
	settings, err := made.writeFile()
	if err == nil {
		printf("wrote    %s: %s\n", made.path, strings.Join(slices.Sorted(maps.Keys(made.settings)), ", "))
	}
	if made.backup != "" {
		printf("moved    the configuration before to %s\n", made.backup)
	}
	return settings, err
}

// adoptKeys lets the keys in that clients have already.
func adoptKeys(settings config.Settings, found []peers.Key) error {
	if len(found) == 0 {
		return nil
	}
	keys, err := config.OpenKeys(settings)
	if err != nil {
		return err
	}
	for _, k := range found {
		switch name, err := keys.AdoptKey(k.Name, k.Secret, k.Admin); {
		case errors.Is(err, auth.ErrKeyExists):
			printf("kept     key %s, which is there already\n", name)
		case err != nil:
			return fmt.Errorf("taking over the key %s: %w", k.Name, err)
		default:
			printf("took     key %s: clients go on with it\n", name)
		}
	}
	return nil
}

// nameAccounts names the accounts that have no name: one of several by its number, and one
// that is alone in a JSON file, as one of several such files, after the file.
func (c *configImportCmd) nameAccounts(sessions []peers.Session) {
	for i := range sessions {
		s := &sessions[i]
		base, isJSON := strings.CutSuffix(strings.ToLower(filepath.Base(c.File)), ".json")
		switch {
		case s.Name != "":
		case len(sessions) > 1:
			s.Name = fmt.Sprintf("account-%d", i+1)
		case isJSON:
			s.Name = base
		}
	}
}

// inboxName is the name of an account's file in the inbox. Names that say
// cookies or google mean any account there; those of these accounts must not.
func inboxName(account string) string {
	account = strings.NewReplacer("cookies", "", "google", "g").Replace(strings.ToLower(account))
	if account == "" {
		return "cookies.json"
	}
	account, _ = cookie.AccountFor(account + ".json")
	return account + ".json"
}

// dropSessions puts the cookies into the inbox, one file for each account.
func dropSessions(settings config.Settings, sessions []peers.Session) error {
	var all error
	for _, s := range sessions {
		name := inboxName(s.Name)
		content := []byte(s.Header)
		if s.Header == "" {
			content, _ = json.Marshal(map[string]string{cookie.NamePSID: s.PSID, cookie.NamePSIDTS: s.PSIDTS}) // texts always can
		}
		var rejected *cookie.Rejection
		if _, err := export.Parse(name, content, time.Now()); errors.As(err, &rejected) {
			printf("left     cookies of %s: %s\n", strings.TrimSuffix(name, ".json"), rejected.Message)
			continue
		}
		path, err := writeInboxFile(settings.InboxDir, name, content)
		if err != nil {
			all = errors.Join(all, fmt.Errorf("bringing cookies: %w", err))
			continue
		}
		printf("brought  %s: it is proven when the server runs\n", path)
	}
	return all
}

// writeInboxFile writes a file into the inbox in one step.
func writeInboxFile(inbox, name string, content []byte) (string, error) {
	if err := os.MkdirAll(inbox, 0o770); err != nil {
		return "", err
	}
	path := filepath.Join(inbox, name)
	if _, err := os.Lstat(path); err == nil {
		return "", fmt.Errorf("%s is there already; move it away first", path)
	} else if !errors.Is(err, fs.ErrNotExist) {
		return "", err
	}
	file, err := renameio.NewPendingFile(path, renameio.WithTempDir(inbox), renameio.WithStaticPermissions(0o660))
	if err != nil {
		return "", err
	}
	defer file.Cleanup()
	if _, err := file.Write(content); err != nil {
		return "", err
	}
	if err := chownLike(file.File, inbox); err != nil {
		return "", err
	}
	return path, file.CloseAtomicallyReplace()
}

// printRest lists the settings that were left out, and the notes.
func printRest(found *peers.Found) {
	for _, l := range found.LeftOut {
		printf("left     %s: %s\n", l.Name, l.Reason)
	}
	for _, note := range found.Notes {
		printf("note     %s\n", note)
	}
}
