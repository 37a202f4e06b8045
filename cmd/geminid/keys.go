package main

import (
	"fmt"
	"os"
	"text/tabwriter"

	"github.com/geminid/geminid/daemon/config"
	"github.com/geminid/geminid/gateway/auth"
)

type keysCmd struct {
	Add    keysAddCmd    `cmd:"" help:"Make a key and print it, once. The running server accepts it at once."`
	List   keysListCmd   `cmd:"" help:"List the keys by name."`
	Revoke keysRevokeCmd `cmd:"" help:"Revoke a key by name."`
}

type keysAddCmd struct {
	settingFlags
	Name  string `arg:"" help:"Name of the key: who or what uses it."`
	Admin bool   `help:"The key may also see and change the sessions."`
}

// Run makes the key. Only its hash is kept.
func (c *keysAddCmd) Run() error {
	keys, err := c.openKeys()
	if err != nil {
		return err
	}
	key, err := keys.AddKey(c.Name, c.Admin)
	if err != nil {
		return fmt.Errorf("adding the key: %w", err)
	}
	printf("%s\n", key)
	fmt.Fprintln(os.Stderr, "Keep it: it is not shown again. Clients send it as Authorization: Bearer KEY.")
	return nil
}

type keysListCmd struct{ settingFlags }

// Run lists names and roles.
func (c *keysListCmd) Run() error {
	keys, err := c.openKeys()
	if err != nil {
		return err
	}
	w := tabwriter.NewWriter(stdout, 0, 4, 2, ' ', 0)
	for _, k := range keys.ListKeys() {
		fmt.Fprintf(w, "%s\t%s\n", k.Name, k.Role)
	}
	return w.Flush()
}

type keysRevokeCmd struct {
	settingFlags
	Name string `arg:"" help:"Name of the key."`
}

// Run revokes the key.
func (c *keysRevokeCmd) Run() error {
	keys, err := c.openKeys()
	if err != nil {
		return err
	}
	if err := keys.RevokeKey(c.Name); err != nil {
		return fmt.Errorf("revoking the key: %w", err)
	}
	printf("%s is revoked; a running server refuses it within a second\n", c.Name)
	if !keys.HasRole(auth.RoleAPI) {
		fmt.Fprintln(os.Stderr, "No API key is left. The server stays closed: clients are refused (401) until there is a new key, made with: geminid keys add NAME")
	}
	return nil
}

// openKeys opens the key file of the configured state directory.
func (f *settingFlags) openKeys() (*auth.Keys, error) {
	settings, err := f.loadSettings()
	if err != nil {
		return nil, err
	}
	if credential := config.ServiceKeys(f.settingSources()); credential != "" {
		fmt.Fprintf(os.Stderr, "The running service reads its keys from the credential geminid.keys, %s, not from %s: what changes here counts when it is put into the credential and the service is restarted.\n", credential, config.KeysPath(settings))
	}
	return config.OpenKeys(settings)
}
