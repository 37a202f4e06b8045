package browser

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// ProfileMark is a file in every profile that quick makes; nothing without it is
// ever removed.
const ProfileMark = "made-by-gchat"

// MakeProfile makes an empty profile folder, in the place of an earlier one.
func MakeProfile(dir string) error {
	if err := RemoveProfile(dir); err != nil {
		return fmt.Errorf("making room for a new browser profile: %w", err)
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("making the browser profile: %w", err)
	}
	return os.WriteFile(filepath.Join(dir, ProfileMark), nil, 0o600)
}

// RemoveProfile removes a profile that quick made, with the session in it. One
// that does not exist is not an error; one that another program made is.
func RemoveProfile(dir string) error {
	if _, err := os.Stat(dir); errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if _, err := os.Stat(filepath.Join(dir, ProfileMark)); err != nil {
		return fmt.Errorf("%s was not made by gchat; move it away", dir)
	}
	return os.RemoveAll(dir)
}

// findProfiles returns the Firefox profiles that quick left, with a session or
// without.
func (m Machine) findProfiles() []Candidate {
	var list []Candidate
	seen := map[string]bool{}
	for _, b := range catalog {
		dir := m.profileDir(b)
		if b.goos != m.GOOS || b.Engine != Firefox || seen[dir] {
			continue
		}
		seen[dir] = true
		database := filepath.Join(dir, "cookies.sqlite")
		if changed := latestChange(database, database+"-wal"); !changed.IsZero() {
			list = append(list, Candidate{Path: database, Changed: changed, Profile: dir})
		}
	}
	return list
}

// latestChange returns when the first or a later one of the files changed last, zero
// if the first does not exist.
func latestChange(first string, others ...string) time.Time {
	info, err := os.Stat(first)
	if err != nil {
		return time.Time{}
	}
	changed := info.ModTime()
	for _, other := range others {
		if info, err := os.Stat(other); err == nil && info.ModTime().After(changed) {
			changed = info.ModTime()
		}
	}
	return changed
}

// FirefoxPreferences returns the user.js of the throw-away Firefox profile. With a
// port everything goes through the tunnel, names and all, and nothing goes
// around it when the tunnel ends. The rest keeps first-run pages away and the
// password out of the profile.
func FirefoxPreferences(port int) string {
	lines := []string{
		`user_pref("browser.aboutwelcome.enabled", false);`,
		`user_pref("browser.shell.checkDefaultBrowser", false);`,
		`user_pref("datareporting.policy.dataSubmissionEnabled", false);`,
		`user_pref("signon.rememberSignons", false);`,
	}
	if port != 0 {
		lines = append(lines,
			`user_pref("network.proxy.type", 1);`,
			`user_pref("network.proxy.socks", "127.0.0.1");`,
			fmt.Sprintf(`user_pref("network.proxy.socks_port", %d);`, port),
			`user_pref("network.proxy.socks_version", 5);`,
			`user_pref("network.proxy.socks_remote_dns", true);`,
			`user_pref("network.proxy.socks5_remote_dns", true);`,
			`user_pref("network.proxy.failover_direct", false);`,
			`user_pref("network.trr.mode", 5);`,
			`user_pref("media.peerconnection.enabled", false);`,
		)
	}
	return strings.Join(lines, "\n") + "\n"
}
