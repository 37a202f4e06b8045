package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"os/signal"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"
	"golang.org/x/term"

	"github.com/geminid/geminid/cmd/gchat/internal/client"
	"github.com/geminid/geminid/cmd/gchat/internal/exit"
	"github.com/geminid/geminid/cmd/gchat/internal/terminal"
	"github.com/geminid/geminid/internal/printable"
)

type loginCommand struct {
	Admin bool `help:"Save an admin key, for the cookies commands; questions keep the key that they have."`
}

// Help implements kong.HelpProvider.
func (loginCommand) Help() string {
	return `Asks for the address and the key, tries them, and saves them for this user only
(~/.config/geminid/gchat.yaml, mode 0600). Nothing is saved when the server does
not accept them. To bring cookies over HTTP takes an admin key beside it (--admin):
questions go on with the first one.

Examples:
  gchat login
  gchat login --admin
  gchat login --server https://gemini.example.org
  pass geminid | gchat login --server https://gemini.example.org --key -`
}

// Run asks for the settings that the flags left out, tries them and saves them.
func (l loginCommand) Run(c *terminal.Console, s *settings, g *grammar) error {
	if c.Keyboard != nil {
		if err := l.askSettings(c, s, g); err != nil {
			return err
		}
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if l.Admin {
		return l.saveAdminKey(ctx, c, s)
	}
	models, err := s.newClient().ListModels(ctx)
	var answer *client.APIError
	switch {
	case errors.As(err, &answer) && answer.IsOwn() && answer.Status == http.StatusUnauthorized && s.key == "":
		return exit.New(exit.Permission, s.server+" wants a key; nothing was saved",
			"get one with geminid keys add NAME on the server")
	case err != nil:
		return err
	}
	file := s.fileFor(s.server)
	file.Key = string(s.key)
	if err := s.saveFile(file); err != nil {
		return err
	}
	fmt.Fprintf(c.Out, "%s answers with %d models. Saved to %s.\n", s.server, len(models), s.path)
	if sendsKeyInClear(s) {
		fmt.Fprintln(c.Err, "gchat: the key goes over the network unencrypted; prefer https, or a tunnel: ssh -L 8100:127.0.0.1:8100 host")
	}
	s.file, s.adminKey = file, client.Secret(file.AdminKey)
	if why := s.whyNoUpdate(ctx, ""); why != nil {
		fmt.Fprintf(c.Out, "gchat cookies update does not work with it yet: %s\n  next: %s\n", printable.Text(why.What), printable.Text(why.Next))
	}
	return nil
}

// saveAdminKey tries the key as one for the cookies commands, and saves it beside the
// one for questions.
func (loginCommand) saveAdminKey(ctx context.Context, c *terminal.Console, s *settings) error {
	if err := s.newClient().CheckAdmin(ctx); err != nil {
		return s.explainAdminError(err, "")
	}
	file := s.fileFor(s.server)
	file.AdminKey = string(s.key)
	if err := s.saveFile(file); err != nil {
		return err
	}
	fmt.Fprintf(c.Out, "%s takes cookies with this key. Saved to %s.\n", s.server, s.path)
	return nil
}

// fileFor returns the settings file for a server. The saved keys are for the saved
// server and do not go along to another one.
func (s *settings) fileFor(server string) config {
	file := s.file
	if saved, err := client.NormalizeAddress(file.Server); err != nil || cmp.Or(saved, defaultServer) != server {
		file.Key, file.AdminKey = "", ""
	}
	file.Server = server
	return file
}

// saveFile writes the settings file.
func (s *settings) saveFile(file config) error {
	data, err := yaml.Marshal(file)
	if err != nil {
		return fmt.Errorf("writing the settings as YAML: %w", err)
	}
	return writePrivate(s.path, data)
}

// checkTimeout bounds a question that only warns.
const checkTimeout = 10 * time.Second

// whyNoUpdate returns why gchat cookies update would fail over HTTP, nil if it would
// not, or if that is not known. host is where ssh goes instead, as explainAdminError
// says.
func (s *settings) whyNoUpdate(ctx context.Context, host string) *exit.Failure {
	ctx, cancel := context.WithTimeout(ctx, checkTimeout)
	defer cancel()
	err := s.newAdminClient().CheckAdmin(ctx)
	if err == nil || !client.IsClosed(err) {
		return nil
	}
	why, _ := errors.AsType[*exit.Failure](s.explainAdminError(err, host))
	return why
}

// askSettings reads the settings at the keyboard that no flag gave.
func (l loginCommand) askSettings(c *terminal.Console, s *settings, g *grammar) error {
	if g.Server == "" {
		fmt.Fprintf(c.Prompts, "Server [%s]: ", s.server)
		line, err := c.ReadLine()
		if err != nil {
			return exit.ErrInterrupted
		}
		given, err := client.NormalizeAddress(strings.TrimSpace(line))
		if err != nil {
			return exit.UsageError("the server: "+err.Error(), "give an address such as "+defaultServer)
		}
		if given != "" && given != s.server {
			s.server, s.key, s.adminKey = given, "", "" // the saved keys are another server's
		}
	}
	if g.Key != "" {
		return nil
	}
	name, kept := "Key", ""
	if l.Admin {
		name, s.key = "Admin key", s.adminKey
	}
	if s.key != "" {
		kept = ", empty to keep the saved one"
	}
	fmt.Fprintf(c.Prompts, "%s (not shown%s): ", name, kept)
	typed, err := term.ReadPassword(int(c.Keyboard.Fd()))
	fmt.Fprintln(c.Prompts)
	if err != nil {
		return exit.ErrInterrupted
	}
	key := strings.TrimSpace(string(typed))
	s.key = cmp.Or(client.Secret(key), s.key)
	return client.CheckKey(key)
}

// sendsKeyInClear reports whether a key would cross a network in the clear.
func sendsKeyInClear(s *settings) bool {
	u, err := url.Parse(s.server)
	return err == nil && u.Scheme == "http" && !client.IsLoopback(u.Hostname()) && s.key != ""
}
