package inbox

import (
	"regexp"
	"slices"
	"strings"
)

// noteSuffix ends the name of the note beside a refused file.
const noteSuffix = ".rejected.txt"

// unfinished are the endings of names under which programs keep a file that is not
// finished: editors' backups and swap files, downloads, uploads, the companions of a
// database. Others keep an older version of the file.
var (
	unfinished = []string{
		noteSuffix, "~", ".tmp", ".part", ".partial", ".filepart", ".crdownload", ".download",
		".swp", ".swx", ".swo", "-wal", "-shm", "-journal",
	}
	setAside = []string{
		".bak", ".backup", ".bkp", ".old", ".orig", ".save", ".prev", ".rej",
		".dpkg-old", ".dpkg-new", ".dpkg-dist", ".dpkg-bak", ".dpkg-tmp", ".ucf-old", ".ucf-new", ".ucf-dist",
		".rpmsave", ".rpmnew", ".rpmorig", ".pacsave", ".pacnew", ".pacorig", ".apk-new",
	}
	// rotated is a number behind the file's own ending: cookies.txt.1, .bak2.
	rotated = regexp.MustCompile(`\.(bak|old|txt|jsonl?|ndjson|csv|har|ya?ml|env|conf|cfg|ini|sqlite|db|curl|cookies?)\.?[0-9]{1,3}(\.gz)?$`)
	// conflicting is how programs for synchronising call the copy that lost, in
	// the languages of their users: "conflicted copy", "sync-conflict". It is a
	// name of such a copy only behind something else.
	conflicting = regexp.MustCompile(`.(conflict|konflikt|conflit|конфликт|` +
		`конфлікт|modstridende|motstridende|bercanggah|競合|` +
		`コンフリクト|충돌|冲突|衝突|ขัดแย้ง)`)
)

// isIgnored reports whether a name in the inbox is not that of a cookie file.
func isIgnored(name string) bool {
	lower := strings.ToLower(name)
	return strings.HasPrefix(name, ".") ||
		name == "4913" || // vim tries with this name whether it may write
		strings.HasPrefix(name, "#") && strings.HasSuffix(name, "#") ||
		slices.ContainsFunc(slices.Concat(unfinished, setAside), func(end string) bool { return strings.HasSuffix(lower, end) }) ||
		rotated.MatchString(lower) || conflicting.MatchString(lower)
}
