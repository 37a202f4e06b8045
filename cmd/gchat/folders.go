package main

import (
	"bufio"
	"os"
	"path/filepath"
	"strings"
)

// downloads returns the folder where browsers put what they save.
func (m machine) downloads() string {
	usual := filepath.Join(m.home, "Downloads")
	if m.goos != "linux" {
		return usual
	}
	// The desktop translates the name and writes it down here.
	file, err := os.Open(filepath.Join(filepath.Dir(filepath.Dir(m.configFile())), "user-dirs.dirs"))
	if err != nil {
		return usual
	}
	defer file.Close()
	for lines := bufio.NewScanner(file); lines.Scan(); {
		value, ok := strings.CutPrefix(strings.TrimSpace(lines.Text()), "XDG_DOWNLOAD_DIR=")
		if !ok {
			continue
		}
		value = strings.Trim(value, `"`)
		value = filepath.Clean(strings.Replace(value, "$HOME", m.home, 1))
		if filepath.IsAbs(value) && value != filepath.Clean(m.home) { // the home folder itself means "none"
			return value
		}
	}
	return usual
}

// carried is the small file on its way from this computer to the server.
func (m machine) carried() string { return filepath.Join(m.stateDir(), "cookies.json") }
