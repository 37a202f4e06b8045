package daemon

import (
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/geminid/geminid/gateway/api"
	"github.com/geminid/geminid/gateway/auth"
)

// auditCommand records each command with its caller, refused ones too.
func (d *Daemon) auditCommand(c api.Command) {
	kind := "command"
	if c.Refused > 0 {
		kind = "refused"
	}
	d.audit.appendEntry(kind, c.Account, c.Fields())
}

// keyNames are the keys that the audit log knows of. Its zero value knows none.
type keyNames struct {
	mu    sync.Mutex
	known map[auth.Digest]string // name and role
	begun bool
}

// auditKeys records which keys there are at the start, and from then on the keys that
// come and go: they are made by command in a file, which the running server only
// reads.
func (d *Daemon) auditKeys() {
	k := &d.auditedKeys
	k.mu.Lock()
	defer k.mu.Unlock()
	now := make(map[auth.Digest]string)
	for _, key := range d.keys.ListKeys() {
		now[key.Digest] = key.Name + " (" + string(key.Role) + ")"
	}
	added, revoked := namesBeyond(now, k.known), namesBeyond(k.known, now)
	switch {
	case !k.begun:
		d.audit.appendEntry("started", "", map[string]string{"version": d.cfg.Build.Version, "keys": strings.Join(added, ", ")})
	case len(added)+len(revoked) > 0:
		fields := make(map[string]string)
		for name, list := range map[string][]string{"added": added, "revoked": revoked} {
			if len(list) > 0 {
				fields[name] = strings.Join(list, ", ")
			}
		}
		d.audit.appendEntry("keys", "", fields)
	}
	k.known, k.begun = now, true
}

// namesBeyond are the names of the keys in one that are not in the other, sorted.
func namesBeyond(one, other map[auth.Digest]string) []string {
	beyond := maps.Clone(one)
	maps.DeleteFunc(beyond, func(digest auth.Digest, _ string) bool { _, there := other[digest]; return there })
	return slices.Sorted(maps.Values(beyond))
}
