package cookie

import (
	"crypto/sha256"
	"encoding/hex"
	"path"
	"regexp"
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

var (
	exportEnding = regexp.MustCompile(`\.(json|txt|har|ya?ml|env|conf|cfg|ini|sqlite|db|gz|curl|cookies?|log|md|html?)$`)
	copyEnding   = regexp.MustCompile(`( ?\([0-9]+\)| - copy| copy( [0-9]+)?)$`)
	notInName    = regexp.MustCompile(`[^a-z0-9_-]+`)
	wordBreak    = regexp.MustCompile(`[^a-z]+`)
)

// plainWords say nothing about whose cookies a file holds.
var plainWords = []string{"cookies", "cookie", "google", "gemini", "accounts", "com", "www", "export", "exported"}

// DefaultName is the account of a file whose name says nothing, as cookies.txt.
const DefaultName = "default"

// AccountFor returns the account that a file asks for by its name, and whether
// the name is one that browsers and extensions give, which may mean any account:
// cookies.json, gemini.google.com_cookies (1).txt.
func AccountFor(file string) (account string, generic bool) {
	lower := strings.ToLower(path.Base(file))
	stem := lower
	for {
		cut := copyEnding.ReplaceAllString(exportEnding.ReplaceAllString(stem, ""), "")
		if cut == stem || cut == "" {
			break
		}
		stem = cut
	}
	ending := path.Ext(lower)
	generic = strings.HasPrefix(lower, "cookies") || strings.Contains(lower, "google") ||
		strings.Contains(lower, "cookies") && (ending == ".txt" || ending == ".json")
	if strings.HasPrefix(stem, "cookies") || onlyPlainWords(stem) {
		return DefaultName, generic
	}
	account = strings.Trim(notInName.ReplaceAllString(stem, "-"), "-_")
	if len(account) > 32 {
		account = strings.TrimRight(account[:32], "-_")
	}
	if account == "" {
		// A name in another script: no two of them may become one account.
		sum := sha256.Sum256([]byte(stem))
		account = "account-" + hex.EncodeToString(sum[:4])
	}
	return account, generic
}

func onlyPlainWords(stem string) bool {
	seen := false
	for _, word := range wordBreak.Split(stem, -1) {
		if word == "" {
			continue
		}
		if !slices.Contains(plainWords, word) {
			return false
		}
		seen = true
	}
	return seen
}
