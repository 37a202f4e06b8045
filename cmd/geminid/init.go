package main

import (
	"bufio"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"time"

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

// Run asks, writes, and prints the next steps.
func (c *initCmd) Run(ctx context.Context) error {
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
	before, _ := config.Load(config.Sources{File: made.path, Environ: os.Environ()}) // no server runs with a broken one
	settings, err := made.writeFile()
	if err != nil {
		return err
	}
	client, admin, err := makeFirstKeys(settings, c.KeyName)
	if err != nil {
		return err
	}
	printf("%s", describeResult(made, client, admin))
	printf("%s", nextSteps(settings, startCommand(ctx, made.path, before, settings)))
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

// describeResult names the file and the keys that were made.
func describeResult(made newConfig, client, admin string) string {
	const kept = "(made before; geminid keys list)"
	wrote := made.path
	if made.backup != "" {
		wrote += "; the one before is " + made.backup
	}
	return fmt.Sprintf(`Wrote %s.

  API key    %s
  admin key  %s
Keep them: they are not shown again. Chat clients get the API key; the admin key opens the status page.

`, wrote, cmp.Or(client, kept), cmp.Or(admin, kept))
}

// startCommand returns the step after which the settings are in use. A server that
// runs already, with the settings before, has to take them up.
func startCommand(ctx context.Context, path string, before, now config.Settings) string {
	sudo, start, restart := "", "geminid serve", "start geminid serve again"
	if config.IsService(path) {
		sudo, start, restart = "sudo ", "sudo systemctl enable --now geminid", "sudo systemctl restart geminid"
	}
	switch {
	case isServing(ctx, now.Socket):
		return "Take the settings up:   " + sudo + "geminid reload --config " + path + `
                          (a server is running; reload names what only a restart changes: ` + restart + ")"
	case isServing(ctx, before.Socket):
		return "Take the settings up:   " + restart + " (a server is running with the ones before)"
	}
	return "Start the server:       " + start
}

// isServing reports whether a server answers on a control socket.
func isServing(ctx context.Context, socket string) bool {
	if socket == "" {
		return false
	}
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	a, err := newSocketRemote(socket).fetchAnswer(ctx, http.MethodGet, "/livez", nil)
	return err == nil && a.foreign == nil
}

// packagedExamples is where packages put the examples for web servers.
const packagedExamples = "/usr/share/doc/geminid/examples/"

// frontStep returns the step that makes an HTTPS address true; empty if it needs
// none.
func frontStep(s config.Settings) string {
	host, isHTTPS := strings.CutPrefix(s.PublicURL, "https://")
	if !isHTTPS || s.TLSCert != "" {
		return ""
	}
	examples := packagedExamples
	if _, err := os.Stat(examples); err != nil {
		examples = "docs/caddy/"
	}
	return "Put HTTPS before it:    a web server for " + strings.TrimRight(host, "/") + ", as in " + examples + `Caddyfile
                          or nginx.conf; both keep administration inside, see their comments`
}

// nextSteps returns the next steps, numbered.
func nextSteps(s config.Settings, start string) string {
	base := strings.TrimRight(cmp.Or(s.PublicURL, "http://"+localAddress(s.Listen)), "/")
	steps := []string{start}
	if front := frontStep(s); front != "" {
		steps = append(steps, front)
	}
	steps = append(steps, `Bring cookies:          sign in to gemini.google.com in a private Firefox window, export the
                          cookies, and drop the file into `+s.InboxDir+`
                          (or: geminid cookies import FILE). Close the window without signing out.`,
		"Set up chat clients:    OpenAI style "+base+"/v1, Gemini style "+base+"/gemini, with the API key.")
	text := "Next:\n"
	for i, step := range steps {
		text += fmt.Sprintf("  %d. %s\n", i+1, step)
	}
	return text + "\nWhen something does not work: geminid doctor\n"
}

// localAddress is an address of a listener as one would call it from this machine.
func localAddress(listen string) string {
	host, port, err := net.SplitHostPort(listen)
	if ip := net.ParseIP(host); err == nil && (host == "" || ip != nil && ip.IsUnspecified()) {
		return net.JoinHostPort("127.0.0.1", port)
	}
	return listen
}
