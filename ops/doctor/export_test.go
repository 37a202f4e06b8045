package doctor

// Space judges free bytes and inodes.
func Space(bytes, inodes int64, counts, readOnly bool) []Finding {
	return judgeSpace(volumeInfo{bytes: bytes, inodes: inodes, counts: counts, readOnly: readOnly})
}

// PrivacyRemedy is the cure for a directory that others can read, on a file system.
func PrivacyRemedy(path, command, fileSystem string) string {
	return requiredAccess{path: path, command: command}.remedyOn(volumeInfo{modeless: fileSystem})
}

// Public takes out what a stranger need not know.
func (c *Config) Public(text string) string { return c.redactText(text) }
