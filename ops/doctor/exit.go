package doctor

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/netip"
	"path/filepath"
	"slices"
	"time"

	"github.com/geminid/geminid/internal/statefile"
)

// Exits is from where each account's cookies were first used: a session that
// moves between networks ends early.
type Exits map[string]Exit

// Exit is an address with the moment it was noted.
type Exit struct {
	Address netip.Addr `json:"address"`
	Since   time.Time  `json:"since"` // when the cookies came in
}

// exitsFile lies in the state directory.
const exitsFile = "exits.json"

// ExitsPath is where the notes of a state directory are.
func ExitsPath(stateDir string) string { return filepath.Join(stateDir, exitsFile) }

// LoadExits reads the notes; without a file there are none. A file of no use is a
// *statefile.DamageError; after any other error the notes may be there all the same.
func LoadExits(stateDir string) (Exits, error) {
	raw, err := statefile.Read(ExitsPath(stateDir), 1<<20)
	if errors.Is(err, fs.ErrNotExist) {
		return Exits{}, nil
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", ExitsPath(stateDir), statefile.WithRemedy(err))
	}
	out := Exits{}
	if json.Unmarshal(raw, &out) != nil || out == nil {
		out = Exits{} // a note that is lost is taken again with the next cookies
	}
	return out, nil
}

// Save writes the notes.
func (e Exits) Save(stateDir string) error {
	raw, err := json.Marshal(e)
	if err != nil {
		return err
	}
	return statefile.Replace(ExitsPath(stateDir), raw, true)
}

// checkExitAddress warns if calls come from another address than the one at which the
// cookies were first used.
func checkExitAddress(ctx context.Context, c *Config) []Finding {
	if c.ExitURL == "" || c.Transport == nil {
		return nil
	}
	now, err := ExitAddress(ctx, c.Transport, c.ExitURL)
	if err != nil {
		return singleFinding(Note, "the address that calls come from is not known: "+causeOf(err), "see that exit_ip_url answers with an address and nothing else")
	}
	noted, err := LoadExits(c.StateDir)
	if err != nil {
		return singleFinding(Note, "where the cookies came in cannot be read by this user", "run geminid doctor as root")
	}
	moved := 0
	for _, e := range noted {
		if e.Address.Unmap() != now.Unmap() {
			moved++
		}
	}
	switch {
	case len(noted) == 0:
		return singleFinding(Note, "calls come from "+addressFamily(now)+"; from where the cookies were first used was not noted yet", "it is noted with the next cookies")
	case moved > 0:
		return singleFinding(Warning, fmt.Sprintf("calls come from another address than when the cookies came in (%d of %d sessions): Google may end them", moved, len(noted)), "keep the address fixed (upstream_proxy), or export cookies anew")
	}
	return singleFinding(Good, "calls come from the same address as when the cookies came in", "")
}

func addressFamily(addr netip.Addr) string {
	if addr.Unmap().Is4() {
		return "an IPv4 address"
	}
	return "an IPv6 address"
}

// RetainAccounts drops the notes of accounts that are gone.
func (e Exits) RetainAccounts(accounts []string) {
	for name := range e {
		if !slices.Contains(accounts, name) {
			delete(e, name)
		}
	}
}
