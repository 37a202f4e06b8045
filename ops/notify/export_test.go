package notify

// Audible are the kinds that go out in words of ours.
func Audible() (kinds []Kind) {
	for kind, t := range policies {
		if !t.silent && kind != Report {
			kinds = append(kinds, kind)
		}
	}
	return kinds
}

// UrgencyOf is how much a kind presses.
func UrgencyOf(kind Kind) Urgency { return policies[kind].urgency }

// Words are those of a kind in a language.
func Words(language string, kind Kind) (title, text, detail string) {
	w := languages[language].templates[kind]
	return w.title, w.text, w.detail
}

// Spoken is what a code means in a language.
func Spoken(language, code string) string { return languages[language].codes[code] }
