package cookie

import "strings"

// looksCurl recognises commands copied from DevTools for bash or cmd.exe.
func looksCurl(head string) bool {
	for line := range strings.Lines(head) {
		program, _, _ := strings.Cut(strings.TrimPrefix(strings.TrimSpace(line), "$ "), " ")
		if isCurl(program) {
			return true
		}
	}
	return false
}

func isCurl(word string) bool { return word == "curl" || strings.EqualFold(word, "curl.exe") }

// parseCurl reads the cookies of each curl command.
func parseCurl(text string, found *list) *Rejection {
	commands, rejection := shellCommands(text)
	if rejection != nil {
		return rejection
	}
	for _, words := range commands {
		words = dropPrompt(words)
		if len(words) > 0 && isCurl(words[0]) {
			addCurl(words[1:], found)
		}
	}
	return orCookieless(found, text, "a curl command")
}

func dropPrompt(words []string) []string {
	if len(words) > 0 && words[0] == "$" {
		return words[1:]
	}
	return words
}

// orCookieless refuses a copied request in which no cookies were found.
func orCookieless(found *list, text, kind string) *Rejection {
	switch {
	case len(found.entries) > 0:
		return nil
	case curlyQuotes(text):
		return reject(CodeMalformed, "has curly quotes, so a word processor or a chat changed it. Copy it again as plain text.")
	}
	return reject(CodeNoPSID, "is %s without cookies. In DevTools > Network choose a request to gemini.google.com that is "+
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
	case "--referer", "--proxy", "--data", "--data-raw", "--data-binary", "--data-urlencode", "--output", "-e", "-x", "-d", "-o":
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
