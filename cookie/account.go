package cookie

import (
	"crypto/sha256"
	"encoding/hex"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

var (
	exportEnding = regexp.MustCompile(`\.(jsonl?|ndjson|csv|tsv|txt|har|ya?ml|env|conf|cfg|ini|sqlite|db|gz|curl|cookies?|log|md|html?)$`)
	copyEnding   = regexp.MustCompile(`( ?\([0-9]+\)| - copy| copy( [0-9]+)?)$`)
	siteInName   = regexp.MustCompile(`(www\.)?([a-z]+\.)?google\.com`)
	exportInName = regexp.MustCompile(`cookie|google|gemini|export|standard input`)
	smallNumber  = regexp.MustCompile(`^[^0-9]+[0-9]{1,2}$`)
	dateWord     = regexp.MustCompile(`^[0-9]+(t[0-9]+)?z?$`)
	notInName    = regexp.MustCompile(`[^a-z0-9_-]+`)
)

// plainWords say nothing about whose cookies an export holds: they name its kind, the
// program that made it, or its place among several exports.
var plainWords = []string{
	"cookie", "cookies", "google", "gemini", "accounts", "com", "www", "youtube", "session", "login", "standard", "input",
	"export", "exported", "netscape", "browser", "firefox", "chrome", "chromium", "edge", "safari", "brave", "opera",
	"vivaldi", "librewolf", "my", "the", "new", "newest", "latest", "old", "older", "fresh", "final", "backup", "private",
	"incognito", "at", "am", "pm", "copy", "kopie", "copie", "copia", "cópia", "kopia", "kopi", "копия",
	"副本", "拷贝", "备份", "新", "コピー",
}

// DefaultName is the account of a file whose name says nothing, as cookies.txt.
const DefaultName = "default"

// maxName is how many characters the name of an account has at most.
const maxName = 32

// accountName matches the names that an account may have. Such a name is a file name, a
// URL path segment and a metric label all at once.
var accountName = regexp.MustCompile(`^[a-z0-9][a-z0-9_-]{0,31}$`)

// ValidAccount reports whether name may name an account: 1 to 32 characters of
// a-z, 0-9, _ and -, the first one a letter or a digit.
func ValidAccount(name string) bool { return accountName.MatchString(name) }

// AccountFor returns the account that a file asks for by its name, and whether the name
// is one that browsers and extensions give, which may mean any account: cookies.json,
// gemini.google.com_cookies (1).txt. The rest of such a name is the account:
// cookies_alice.json asks for alice. An empty name may mean any account too.
func AccountFor(file string) (account string, generic bool) {
	if file == "" {
		return DefaultName, true
	}
	stem := strings.ToLower(path.Base(file))
	for {
		cut := copyEnding.ReplaceAllString(exportEnding.ReplaceAllString(stem, ""), "")
		if cut == stem || cut == "" {
			break
		}
		stem = cut
	}
	if !exportInName.MatchString(stem) {
		return nameOf(stem), false
	}
	own := ownWords(stem)
	// Safari numbers its downloads as people number their accounts, but those
	// are called cookies.
	if own == "" && smallNumber.MatchString(stem) && !strings.Contains(stem, "cookie") {
		own = stem
	}
	if own == "" {
		return DefaultName, true
	}
	return nameOf(own), false
}

// HasExportName reports whether a name is one of a file of cookies. A directory
// of that name stands where a file is meant to be.
func HasExportName(name string) bool { return exportEnding.MatchString(strings.ToLower(name)) }

// MentionsCookies reports whether a name has a word that exports have in theirs.
func MentionsCookies(name string) bool { return exportInName.MatchString(strings.ToLower(name)) }

// OtherAccount returns the nth name that resembles an account's name, which is
// taken: alice-2 for alice.
func OtherAccount(name string, n int) string {
	ending := "-" + strconv.Itoa(n)
	return strings.TrimRight(name[:min(len(name), maxName-len(ending))], "-_") + ending
}

// ownWords returns the words of the name of an export that are not plain.
func ownWords(stem string) string {
	var own []string
	for _, word := range splitWords(siteInName.ReplaceAllString(stem, " ")) {
		if !isPlain(word) {
			own = append(own, word)
		}
	}
	return strings.Join(own, "-")
}

func isPlain(word string) bool {
	return dateWord.MatchString(word) || slices.Contains(plainWords, strings.TrimRight(word, "0123456789"))
}

// splitWords splits at whatever is neither a letter, in any script, nor a digit.
// Bytes that are no text belong to words: they are names in another encoding.
func splitWords(stem string) []string {
	return strings.FieldsFunc(stem, func(r rune) bool {
		if r < unicode.MaxASCII {
			return !unicode.IsLetter(r) && !unicode.IsDigit(r)
		}
		return unicode.IsSpace(r) || unicode.IsPunct(r)
	})
}

// nameOf makes words a valid name. Letters of other scripts are lost, so a
// hash stands for them: no two such names may become one account.
func nameOf(words string) string {
	name := strings.Trim(notInName.ReplaceAllString(words, "-"), "-_")
	lost := func(r rune) bool { return r > unicode.MaxASCII && !unicode.Is(unicode.Latin, r) }
	if name != "" && !strings.ContainsFunc(words, lost) {
		return strings.TrimRight(name[:min(len(name), maxName)], "-_")
	}
	sum := sha256.Sum256([]byte(words))
	ending := "-" + hex.EncodeToString(sum[:4])
	if name == "" {
		return "account" + ending
	}
	return strings.TrimRight(name[:min(len(name), maxName-len(ending))], "-_") + ending
}
