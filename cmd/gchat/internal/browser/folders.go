package browser

import (
	"bufio"
	"os"
	"path/filepath"
	"strings"
)

// DownloadDir returns the folder where browsers save files.
func (m Machine) DownloadDir() string {
	usual := filepath.Join(m.Home, "Downloads")
	if m.GOOS != "linux" {
		return usual
	}
	// The desktop translates the name and writes it down here.
	file, err := os.Open(filepath.Join(filepath.Dir(filepath.Dir(m.ConfigFile())), "user-dirs.dirs"))
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
		value = filepath.Clean(strings.Replace(value, "$HOME", m.Home, 1))
		if filepath.IsAbs(value) && value != filepath.Clean(m.Home) { // the home folder itself means "none"
			return value
		}
	}
	return usual
}

// SessionFile is the small file on its way from this computer to the server.
func (m Machine) SessionFile() string { return filepath.Join(m.stateDir(), "cookies.json") }
