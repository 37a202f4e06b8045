package cookie

import (
	"slices"
	"strings"
)

// noteSuffix ends the name of the note beside a refused file.
const noteSuffix = ".rejected.txt"

// unfinished are the endings of names under which programs keep what is not yet
// the file: editors' backups and swap files, downloads, uploads, the companions
// of a database.
var unfinished = []string{
	noteSuffix, "~", ".tmp", ".part", ".partial", ".filepart", ".crdownload", ".download",
	".swp", ".swx", ".swo", "-wal", "-shm", "-journal",
}

// ignored reports whether a name in the inbox is nobody's cookie file.
func ignored(name string) bool {
	lower := strings.ToLower(name)
	return strings.HasPrefix(name, ".") ||
		name == "4913" || // vim tries with this name whether it may write
		strings.HasPrefix(name, "#") && strings.HasSuffix(name, "#") ||
		slices.ContainsFunc(unfinished, func(end string) bool { return strings.HasSuffix(lower, end) })
}
