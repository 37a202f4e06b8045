package auth

import "time"

// RoleOf returns the role of one presented key.
func (k *Keys) RoleOf(key string) Role { return k.MatchKeys([]string{key}).Role }

// ExpireCheck makes the next use look at the file.
func (k *Keys) ExpireCheck() { k.SetChecked(time.Time{}) }

// SetChecked sets when the file was last looked at.
func (k *Keys) SetChecked(at time.Time) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.checked = at
}

// ParseKeys reads the content of a key file.
func ParseKeys(content []byte) ([]Key, error) { return parseKeys(content) }

// CountKnown returns how many credentials are known to have worked.
func (g *GuessLimiter) CountKnown() int {
	g.mu.Lock()
	defer g.mu.Unlock()
	return len(g.known)
}
