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
)

const (
	defaultServer = "http://127.0.0.1:8100"
	defaultModel  = "gemini-2.5-flash"

	// demoKey opens the demo, which everybody may know; a real server refuses it.
	demoKey = "sk-demo"
)

// secret is an API key. It can not be printed by accident.
type secret string

// String implements fmt.Stringer without showing the key.
func (secret) String() string { return "[redacted]" }

// GoString implements fmt.GoStringer without showing the key.
func (secret) GoString() string { return "[redacted]" }

// config is the file gchat.yaml.
type config struct {
	// Server is the daemon's address; empty means defaultServer.
	Server string `yaml:"server,omitempty"`
	// Key is the API key for Server, and is sent to no other.
	Key string `yaml:"key,omitempty"`
	// Model answers when -m is not given; empty means defaultModel.
	Model string `yaml:"model,omitempty"`
	// SSH is [user@]host[:port], the way to the server's machine for the
	// cookies commands; empty means that they must be told.
	SSH string `yaml:"ssh,omitempty"`
}

// settings is what one invocation works with: flags over environment over file
// over defaults.
type settings struct {
	server  string // scheme://host[:port][/prefix], without a slash at the end
	key     secret
	file    config
	path    string // of the file
	machine machine
}

// settings puts flags (with the environment already in them), file and defaults
// together.
func (g *grammar) settings(c *console) (*settings, error) {
	m := thisMachine(c)
	s := &settings{path: m.configFile(), machine: m}
	var err error
	if s.file, err = readConfig(s.path); err != nil {
		return nil, err
	}
	if s.exposed() {
		fmt.Fprintf(c.err, "gchat: %s holds your key and others may read it; run: chmod 600 %[1]s\n", s.path)
	}
	saved, err := cleanServer(s.file.Server)
	if err != nil {
		return nil, &failure{exitConfig, fmt.Sprintf("%s: server: %v", s.path, err), "gchat login"}
	}
	asked, err := cleanServer(g.Server)
	if err != nil {
		return nil, usage("--server: "+err.Error(), "give an address such as "+defaultServer)
	}
	s.server = cmp.Or(asked, saved, defaultServer)
	s.key, err = g.givenKey(c)
	// A saved key belongs to the saved server: another one must not learn it.
	if s.key == "" && s.server == cmp.Or(saved, defaultServer) {
		s.key = secret(s.file.Key)
	}
	return s, err
}

// sentKey returns the key for requests. Someone without any settings is trying
// geminid out: what answers at the default address is most likely its demo.
func (s *settings) sentKey() secret {
	if s.key == "" && s.server == defaultServer {
		return demoKey
	}
	return s.key
}

// givenKey returns the key of the flag or the environment, or reads it.
func (g *grammar) givenKey(c *console) (secret, error) {
	key := string(g.Key)
	if key == "-" {
		line, err := c.readLine()
		if err != nil && err != io.EOF {
			return "", fmt.Errorf("reading the key from standard input: %w", err)
		}
		if key = strings.TrimSpace(line); key == "" {
			return "", usage("--key -: standard input holds no key", "printf %s \"$KEY\" | gchat --key - …")
		}
	}
	return secret(key), checkKey(key)
}

// checkKey refuses what can not travel in a header; the text never shows it.
func checkKey(key string) error {
	if strings.ContainsFunc(key, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return usage("the key holds a blank or a character that no key has", "copy it again, without the text around it")
	}
	return nil
}

// readConfig reads the file; one that does not exist is empty.
func readConfig(path string) (config, error) {
	var file config
	data, err := os.ReadFile(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return file, nil
	case err != nil:
		return file, &failure{exitConfig, "reading the settings: " + err.Error(), "check the file's owner and mode"}
	}
	decoder := yaml.NewDecoder(bytes.NewReader(data))
	decoder.KnownFields(true)
	if err := decoder.Decode(&file); err != nil && err != io.EOF {
		return file, &failure{exitConfig, path + ": " + plainYAML(err), "correct the file, or write it anew with gchat login"}
	}
	return file, nil
}

// plainYAML says where a file is wrong without quoting it: a quoted line could
// be the one with the key.
func plainYAML(err error) string {
	var wrong *yaml.TypeError
	if errors.As(err, &wrong) && len(wrong.Errors) > 0 {
		line, _, _ := strings.Cut(wrong.Errors[0], ":")
		return line + ": not one of the keys server, key, model, ssh with a text as its value"
	}
	return "it is not YAML with the keys server, key, model, ssh"
}

// exposed reports whether others on this computer may read the file with the
// key. Windows keeps its rights elsewhere.
func (s *settings) exposed() bool {
	info, err := os.Stat(s.path)
	return err == nil && runtime.GOOS != "windows" && s.file.Key != "" && info.Mode().Perm()&0o077 != 0
}

// cleanServer brings an address as people write it into the form that paths
// are appended to. An empty address stays empty.
func cleanServer(address string) (string, error) {
	if address == "" {
		return "", nil
	}
	if !strings.Contains(address, "://") {
		address = "http://" + address
	}
	u, err := url.Parse(address)
	switch {
	case err != nil || u.Host == "":
		return "", errors.New("not an address")
	case u.Scheme != "http" && u.Scheme != "https":
		return "", errors.New("the scheme must be http or https")
	case u.User != nil:
		return "", errors.New("a user or password does not belong into the address")
	case u.RawQuery != "" || u.Fragment != "":
		return "", errors.New("the address must end with the path")
	}
	// Clients are given the base URL with /v1; here it would come twice.
	u.Path = strings.TrimSuffix(strings.TrimRight(u.Path, "/"), "/v1")
	u.RawPath = ""
	return strings.TrimRight(u.String(), "/"), nil
}
