package export

import (
	"slices"
	"strings"

	"github.com/geminid/geminid/cookie"
)

// looksCurl recognises commands copied from DevTools for bash or cmd.exe.
func looksCurl(head string) bool {
	for line := range strings.Lines(head) {
		if _, ok := curlArguments(strings.Fields(line)); ok {
			return true
		}
	}
	return false
}

func isCurl(word string) bool { return word == "curl" || strings.EqualFold(word, "curl.exe") }

// curlArguments returns the arguments of curl in a command, which may stand behind the
// prompt of the terminal that it was copied from. Lines copied out of the middle of a
// command begin with one of its options.
func curlArguments(words []string) ([]string, bool) {
	if len(words) > 1 && slices.Contains([]string{"-H", "--header", "-b", "--cookie"}, words[0]) {
		return words, true
	}
	for i, word := range words {
		if isCurl(word) && (i == 0 || isPrompt(words[i-1])) {
			return words[i+1:], true
		}
	}
	return nil, false
}

// isPrompt recognises the end of a prompt: "$", "user@host:~#", "C:\dir>".
func isPrompt(word string) bool {
	return word != "" && word != "#" && strings.ContainsAny(word[len(word)-1:], "$#>%")
}

// parseCurl reads the cookies of each curl command.
func parseCurl(text string, found *list) *cookie.Rejection {
	commands, rejection := shellCommands(text)
	if rejection != nil {
		return rejection
	}
	for _, words := range commands {
		if args, ok := curlArguments(words); ok {
			addCurl(args, found)
		}
	}
	return orCookieless(found, text, "a curl command")
}

// orCookieless refuses a copied request in which no cookies were found.
func orCookieless(found *list, text, kind string) *cookie.Rejection {
	switch {
	case len(found.entries) > 0:
		return nil
	case curlyQuotes(text):
		return cookie.Reject(cookie.CodeMalformed, "has curly quotes, so a word processor or a chat changed it. Copy it again as plain text.")
	}
	return cookie.Reject(cookie.CodeNoPSID, "is %s without cookies. In DevTools > Network choose a request to gemini.google.com that is "+
		"signed in, then Copy as cURL.", kind)
}

// addCurl reads the arguments of one command. Browsers put the cookies into
// -H 'cookie: …' or, newer ones, -b '…'.
func addCurl(args []string, found *list) {
	var values []string
	domain := ""
	for i := 0; i < len(args); i++ {
		flag, value, attached := curlFlag(args[i])
		if flag == "" {
			if url := args[i]; domain == "" && strings.Contains(url, "://") {
				domain = sentTo(hostOf(url))
			}
			continue
		}
		if !attached && i+1 < len(args) {
			i++
			value = args[i]
		}
		switch flag {
		case "--header":
			if cookies, ok := headerLine(value, "cookie"); ok {
				values = append(values, cookies)
			}
		case "--cookie":
			values = append(values, value)
		case "--url":
			domain = sentTo(hostOf(value))
		}
	}
	for _, value := range values {
		addPairs(value, entry{domain: domain}, found)
	}
}

// curlFlag returns the long form of an option that takes a value and matters
// here, "--other" for the ones whose value must be skipped, else nothing.
func curlFlag(arg string) (flag, value string, attached bool) {
	if name, value, ok := strings.Cut(arg, "="); ok && (name == "--header" || name == "--cookie" || name == "--url") {
		return name, value, true
	}
	switch arg {
	case "--header", "--cookie", "--url":
		return arg, "", false
	case "--referer", "--proxy", "--preproxy", "--socks5", "--socks5-hostname", "--socks4", "--socks4a", "--user-agent", "--user",
		"--form", "--data", "--data-raw", "--data-binary", "--data-urlencode", "--json", "--output", "--resolve", "--connect-to",
		"--request", "--cookie-jar", "-e", "-x", "-A", "-u", "-F", "-d", "-o", "-X", "-c":
		return "--other", "", false
	}
	switch {
	case strings.HasPrefix(arg, "-H"):
		return "--header", arg[2:], len(arg) > 2
	case strings.HasPrefix(arg, "-b"):
		return "--cookie", arg[2:], len(arg) > 2
	}
	return "", "", false
}
