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
func (l loginCommand) Run(c *console, s *settings, g *grammar) error {
	if c.keyboard != nil {
		if err := l.ask(c, s, g); err != nil {
			return err
		}
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	models, err := s.client().models(ctx)
	var answer *apiError
	switch {
	case errors.As(err, &answer) && answer.status == http.StatusUnauthorized && s.key == "":
		return &failure{exitPermission, s.server + " wants a key; nothing was saved",
			"get one with geminid keys add NAME on the server (--admin for the cookies commands)"}
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
	fmt.Fprintf(c.out, "%s answers with %d models. Saved to %s.\n", s.server, len(models), s.path)
	if unencrypted(s) {
		fmt.Fprintln(c.err, "gchat: the key goes over the network unencrypted; prefer https, or a tunnel: ssh -L 8100:127.0.0.1:8100 host")
	}
	return nil
}

// ask reads at the keyboard what was not given as a flag.
func (loginCommand) ask(c *console, s *settings, g *grammar) error {
	if g.Server == "" {
		fmt.Fprintf(c.prompts, "Server [%s]: ", s.server)
		line, err := c.readLine()
		if err != nil {
			return interrupted
		}
		given, err := cleanServer(strings.TrimSpace(line))
		if err != nil {
			return usage("the server: "+err.Error(), "give an address such as "+defaultServer)
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
	fmt.Fprintf(c.prompts, "Key (not shown%s): ", kept)
	typed, err := term.ReadPassword(int(c.keyboard.Fd()))
	fmt.Fprintln(c.prompts)
	if err != nil {
		return interrupted
	}
	key := strings.TrimSpace(string(typed))
	s.key = cmp.Or(secret(key), s.key)
	return checkKey(key)
}

// unencrypted reports whether a key would cross a network in the clear.
func unencrypted(s *settings) bool {
	u, err := url.Parse(s.server)
	return err == nil && u.Scheme == "http" && !loopback(u.Hostname()) && s.key != ""
}
