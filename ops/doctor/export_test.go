package doctor

// Space judges free bytes and inodes.
func Space(bytes, inodes int64, counts, readOnly bool) []Finding {
	return judgeSpace(volumeInfo{bytes: bytes, inodes: inodes, counts: counts, readOnly: readOnly})
}

// Public takes out what a stranger need not know.
func (c *Config) Public(text string) string { return c.redactText(text) }
