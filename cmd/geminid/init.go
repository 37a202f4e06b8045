package main

import (
	"bufio"
	"cmp"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strings"

	"github.com/geminid/geminid/daemon/config"
	"github.com/geminid/geminid/gateway/auth"
)

type initCmd struct {
	settingFlags
	PublicURL string `name:"public-url" help:"How clients reach the server, such as https://ai.example.org." placeholder:"URL"`
	KeyName   string `help:"Name of the first key; its admin key is called NAME-admin." placeholder:"NAME"`
	Yes       bool   `short:"y" help:"Ask nothing; take the defaults for what no flag says."`
	Force     bool   `help:"Replace a configuration that sets something; it is kept as FILE.old."`
}

// Help implements kong.HelpProvider.
func (initCmd) Help() string {
	return `Three questions, then a configuration that only its owner can read, an API key and an admin key. A flag answers its question.

Example:
  geminid init --yes --public-url https://ai.example.org --key-name phone`
}

// question is one that a flag answers as well.
type question struct {
	text   string
	preset string
	answer *string
	check  func(answer string) error
}

// Run asks, writes, and says what comes next.
func (c *initCmd) Run() error {
	made := newConfig{path: cmp.Or(c.Config, config.ConfigPath(os.Getenv)), origin: "geminid init",
		force: c.Force, settings: make(map[string]any)}
	if err := made.checkFree(); err != nil {
		return err // before anything is asked
	}
	if err := c.askQuestions(os.Stdin, os.Stderr); err != nil {
		return err
	}
	for key, value := range map[string]string{
		"listen": c.Listen, "public_url": c.PublicURL, "state_dir": c.StateDir, "inbox_dir": c.InboxDir,
		"socket": c.Socket, "upstream_url": c.UpstreamURL, "log_level": c.LogLevel,
	} {
		if value != "" {
			made.settings[key] = value
		}
	}
	settings, err := made.writeFile()
	if err != nil {
		return err
	}
	client, admin, err := makeFirstKeys(settings, c.KeyName)
	if err != nil {
		return err
	}
	printf("%s", nextSteps(made, settings, client, admin))
	return nil
}

// askQuestions goes through the questions that no flag has answered. The end of the input
// takes the defaults for the rest.
func (c *initCmd) askQuestions(in io.Reader, out io.Writer) error {
	lines := bufio.NewScanner(in)
	for _, q := range []question{
		{"Address to listen on. 127.0.0.1 is for this machine and a web server on it", "127.0.0.1:8100", &c.Listen,
			func(a string) error { return validateSetting("listen", a) }},
		{"Address under which clients reach it, such as https://ai.example.org (empty: none)", "", &c.PublicURL,
			func(a string) error { return validateSetting("public_url", a) }},
		{"Name for the first key", "me", &c.KeyName,
			func(a string) error { return auth.CheckKeyName(adminKeyName(a)) }}, // the longer of the two names
	} {
		given := *q.answer != ""
		for !given && !c.Yes {
			fmt.Fprintf(out, "%s [%s]: ", q.text, q.preset)
			if !lines.Scan() {
				fmt.Fprintln(out)
				break
			}
			*q.answer = cmp.Or(strings.TrimSpace(lines.Text()), q.preset)
			problem := q.check(*q.answer)
			if problem == nil {
				break
			}
			fmt.Fprintf(out, "%v\n", problem)
			*q.answer = ""
		}
		*q.answer = cmp.Or(*q.answer, q.preset)
		if err := q.check(*q.answer); err != nil {
			return &exitError{exitUsage, err}
		}
	}
	return lines.Err()
}

// adminKeyName names the admin key that goes with a first key.
func adminKeyName(name string) string { return name + "-admin" }

// makeFirstKeys makes a key for clients and one for the owner. Keys of these names
// stay as they are, and are not shown.
func makeFirstKeys(settings config.Settings, name string) (client, admin string, err error) {
	keys, err := config.OpenKeys(settings)
	if err != nil {
		return "", "", err
	}
	if client, err = keys.AddKey(name, false); err == nil || errors.Is(err, auth.ErrKeyExists) {
		admin, err = keys.AddKey(adminKeyName(name), true)
	}
	if err != nil && !errors.Is(err, auth.ErrKeyExists) {
		return "", "", fmt.Errorf("making the keys: %w", err)
	}
	return client, admin, nil
}

// nextSteps is what to do next.
func nextSteps(made newConfig, s config.Settings, client, admin string) string {
	const kept = "(made before; geminid keys list)"
	start := "geminid serve"
	if config.IsService(made.path) {
		start = "sudo systemctl enable --now geminid"
	}
	wrote := made.path
	if made.backup != "" {
		wrote += "; the one before is " + made.backup
	}
	base := s.PublicURL
	if base == "" {
		base = "http://" + localAddress(s.Listen)
	}
	return strings.NewReplacer("WROTE", wrote, "CLIENT", cmp.Or(client, kept), "ADMIN", cmp.Or(admin, kept),
		"START", start, "INBOX", s.InboxDir, "BASE", strings.TrimRight(base, "/")).Replace(`Wrote WROTE.

  API key    CLIENT
  admin key  ADMIN
Keep them: they are not shown again. Chat clients get the API key; the admin key opens the status page.

Next:
  1. Start the server:    START
  2. Bring cookies:       sign in to gemini.google.com in a private Firefox window, export the
                          cookies, and drop the file into INBOX
                          (or: geminid cookies import FILE). Close the window without signing out.
  3. Set up chat clients: OpenAI style BASE/v1, Gemini style BASE/gemini, with the API key.

When something does not work: geminid doctor
`)
}

// localAddress is an address of a listener as one would call it from this machine.
func localAddress(listen string) string {
	host, port, err := net.SplitHostPort(listen)
	if ip := net.ParseIP(host); err == nil && (host == "" || ip != nil && ip.IsUnspecified()) {
		return net.JoinHostPort("127.0.0.1", port)
	}
	return listen
}
