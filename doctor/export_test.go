package doctor

// Space judges free bytes and inodes.
var Space = space

// Public takes out what a stranger need not know.
func (c *Config) Public(text string) string { return c.public(text) }
