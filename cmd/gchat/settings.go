package main

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/url"
	"os"
	"runtime"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/geminid/geminid/cmd/gchat/internal/browser"
	"github.com/geminid/geminid/cmd/gchat/internal/client"
	"github.com/geminid/geminid/cmd/gchat/internal/exit"
	"github.com/geminid/geminid/cmd/gchat/internal/ssh"
	"github.com/geminid/geminid/cmd/gchat/internal/terminal"
)

const (
	defaultServer = "http://127.0.0.1:8100"
	defaultModel  = "gemini-2.5-flash"

	// demoKey opens the demo, which everybody may know; a real server refuses it.
	demoKey = "sk-demo"
)

// config is the file gchat.yaml.
type config struct {
	// Server is the daemon's address; empty means defaultServer.
	Server string `yaml:"server,omitempty"`
	// Key is the API key for Server, and is sent to no other.
	Key string `yaml:"key,omitempty"`
	// AdminKey is the admin key for Server, for the cookies commands only; empty
	// means that they send Key.
	AdminKey string `yaml:"admin_key,omitempty"`
	// Model answers if -m is not given; empty means defaultModel.
	Model string `yaml:"model,omitempty"`
	// SSH is [user@]host[:port], the way to the server's machine for the
	// cookies commands; empty means that they need a flag.
	SSH string `yaml:"ssh,omitempty"`
}

// settings are the values of one invocation: flags over environment over file
// over defaults.
type settings struct {
	server   string // scheme://host[:port][/prefix], without a slash at the end
	key      client.Secret
	adminKey client.Secret // for the cookies commands; empty means key
	file     config
	path     string // of the file
	machine  browser.Machine
}

// resolveSettings puts flags (with the environment already in them), file and defaults
// together.
func (g *grammar) resolveSettings(c *terminal.Console) (*settings, error) {
	m := browser.ThisMachine(c.Getenv)
	s := &settings{path: m.ConfigFile(), machine: m}
	var err error
	if s.file, err = readConfig(s.path); err != nil {
		return nil, err
	}
	if s.isExposed() {
		fmt.Fprintf(c.Err, "gchat: %s holds your key and others may read it; run: chmod 600 %[1]s\n", s.path)
	}
	saved, err := client.NormalizeAddress(s.file.Server)
	if err != nil {
		return nil, exit.New(exit.Config, fmt.Sprintf("%s: server: %v", s.path, err), "gchat login")
	}
	asked, err := client.NormalizeAddress(g.Server)
	if err != nil {
		return nil, exit.UsageError("--server: "+err.Error(), "give an address such as "+defaultServer)
	}
	s.server = cmp.Or(asked, saved, defaultServer)
	s.key, err = g.givenKey(c)
	// A saved key belongs to the saved server: another one must not learn it.
	if s.key == "" && s.server == cmp.Or(saved, defaultServer) {
		s.key, s.adminKey = client.Secret(s.file.Key), client.Secret(s.file.AdminKey)
	}
	return s, err
}

// sentKey returns the key for requests. Someone without any settings is trying
// geminid out: the server at the default address is most likely its demo.
func (s *settings) sentKey() client.Secret {
	if s.key == "" && s.server == defaultServer {
		return demoKey
	}
	return s.key
}

// givenKey returns the key of the flag or the environment, or reads it.
func (g *grammar) givenKey(c *terminal.Console) (client.Secret, error) {
	key := string(g.Key)
	if key == "-" {
		line, err := c.ReadLine()
		if err != nil && !errors.Is(err, io.EOF) {
			return "", fmt.Errorf("reading the key from standard input: %w", err)
		}
		if key = strings.TrimSpace(line); key == "" {
			return "", exit.UsageError("--key -: standard input holds no key", "printf %s \"$KEY\" | gchat --key - …")
		}
	}
	return client.Secret(key), client.CheckKey(key)
}

// readConfig reads the file; one that does not exist is empty.
func readConfig(path string) (config, error) {
	var file config
	data, err := os.ReadFile(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return file, nil
	case err != nil:
		return file, exit.New(exit.Config, "reading the settings: "+err.Error(), "check the file's owner and mode")
	}
	decoder := yaml.NewDecoder(bytes.NewReader(data))
	decoder.KnownFields(true)
	if err := decoder.Decode(&file); err != nil && !errors.Is(err, io.EOF) {
		return file, exit.New(exit.Config, path+": "+explainYAML(err), "correct the file, or write it anew with gchat login")
	}
	return file, nil
}

// explainYAML says where a file is wrong without quoting it: a quoted line could
// be the one with the key.
func explainYAML(err error) string {
	var wrong *yaml.TypeError
	if errors.As(err, &wrong) && len(wrong.Errors) > 0 {
		line, _, _ := strings.Cut(wrong.Errors[0], ":")
		return line + ": not one of the keys server, key, admin_key, model, ssh with a text as its value"
	}
	return "it is not YAML with the keys server, key, admin_key, model, ssh"
}

// isExposed reports whether others on this computer may read the file with the
// key. Windows keeps its rights elsewhere.
func (s *settings) isExposed() bool {
	info, err := os.Stat(s.path)
	return err == nil && runtime.GOOS != "windows" && s.file.Key+s.file.AdminKey != "" && info.Mode().Perm()&0o077 != 0
}

// newClient returns a client for the chosen server.
func (s *settings) newClient() *client.Client {
	return client.New(s.server, s.sentKey(), "gchat/"+buildVersion())
}

// newAdminClient returns a client for the cookies commands.
func (s *settings) newAdminClient() *client.Client {
	return client.New(s.server, cmp.Or(s.adminKey, s.sentKey()), "gchat/"+buildVersion())
}

// explainAdminError puts an error of [settings.newAdminClient] into words, and names
// the other way for cookies if this one is closed: ssh to host, or if that is
// empty to the server's machine.
func (s *settings) explainAdminError(err error, host string) error {
	explained := s.explainError(client.ExplainAdminError(err))
	f, ok := errors.AsType[*exit.Failure](explained)
	if !ok || !client.IsClosed(err) {
		return explained
	}
	if to, err := s.sshDestination(""); err == nil && s.file.SSH == "" {
		host = cmp.Or(host, to.String())
	}
	return exit.New(f.Code, f.What, f.Next+"; or: gchat cookies update --ssh "+cmp.Or(host, s.file.SSH, "HOST"))
}

// explainError puts an error into words for the user, as far as it is not a failure
// already.
func (s *settings) explainError(err error) error {
	return client.ExplainError(err, s.server, s.key != "")
}

// sshDestination returns the way to the server's machine: the given one, else
// the saved one, else the host of the server's address if it is not this
// computer.
func (s *settings) sshDestination(given string) (ssh.Destination, error) {
	if text := cmp.Or(given, s.file.SSH); text != "" {
		d, err := ssh.ParseDestination(text)
		if err != nil {
			return d, exit.UsageError("the ssh destination: "+err.Error(), "give it as [user@]host[:port]")
		}
		return d, nil
	}
	if u, err := url.Parse(s.server); err == nil && !client.IsLoopback(u.Hostname()) {
		return ssh.Destination{Host: u.Hostname()}, nil
	}
	return ssh.Destination{}, exit.UsageError("no ssh host is known for the server "+s.server, "--host HOST, or a line ssh: user@host in "+s.path)
}
