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

	"go.yaml.in/yaml/v3"
	"golang.org/x/term"

	"github.com/geminid/geminid/cmd/gchat/internal/client"
	"github.com/geminid/geminid/cmd/gchat/internal/exit"
	"github.com/geminid/geminid/cmd/gchat/internal/terminal"
)

type loginCommand struct{}

// Help implements kong.HelpProvider.
func (loginCommand) Help() string {
	return `Asks for the address and the key, tries them, and saves them for this user only
(~/.config/geminid/gchat.yaml, mode 0600). Nothing is saved when the server does
not accept them. The cookies commands want an admin key.

Examples:
  gchat login
  gchat login --server https://gemini.example.org
  pass geminid | gchat login --server https://gemini.example.org --key -`
}

// Run asks for what the flags left out, tries it and saves it.
func (l loginCommand) Run(c *terminal.Console, s *settings, g *grammar) error {
	if c.Keyboard != nil {
		if err := l.askSettings(c, s, g); err != nil {
			return err
		}
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	models, err := s.newClient().ListModels(ctx)
	var answer *client.APIError
	switch {
	case errors.As(err, &answer) && answer.IsOwn() && answer.Status == http.StatusUnauthorized && s.key == "":
		return exit.New(exit.Permission, s.server+" wants a key; nothing was saved",
			"get one with geminid keys add NAME on the server (--admin for the cookies commands)")
	case err != nil:
		return err
	}
	file := s.file
	file.Server, file.Key = s.server, string(s.key)
	data, err := yaml.Marshal(file)
	if err != nil {
		return fmt.Errorf("writing the settings as YAML: %w", err)
	}
	if err := writePrivate(s.path, data); err != nil {
		return err
	}
	fmt.Fprintf(c.Out, "%s answers with %d models. Saved to %s.\n", s.server, len(models), s.path)
	if sendsKeyInClear(s) {
		fmt.Fprintln(c.Err, "gchat: the key goes over the network unencrypted; prefer https, or a tunnel: ssh -L 8100:127.0.0.1:8100 host")
	}
	return nil
}

// askSettings reads at the keyboard what was not given as a flag.
func (loginCommand) askSettings(c *terminal.Console, s *settings, g *grammar) error {
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
			s.server, s.key = given, "" // the saved key is another server's
		}
	}
	if g.Key != "" {
		return nil
	}
	kept := ""
	if s.key != "" {
		kept = ", empty to keep the saved one"
	}
	fmt.Fprintf(c.Prompts, "Key (not shown%s): ", kept)
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
